// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the tests of HttpClient have in common.

#ifndef TATTLE_TESTS_UNIT_NET_HTTP_CLIENT_TESTING_H_
#define TATTLE_TESTS_UNIT_NET_HTTP_CLIENT_TESTING_H_

#include <string>

#include "plugin/net/http_client.h"
#include "tests/unit/net/scripted_server.h"

namespace tattle::testing {

// Always gives each request the same answer.
inline ScriptedServer::Handler Always(const ScriptedAnswer& answer) {
  return [answer](const ScriptedRequest&) { return answer; };
}

// Text is the body of an answer, or the sentence of the failure.
inline std::string Text(const Answer<HttpAnswer>& answer) {
  return answer ? std::string(AsText(answer->body)) : answer.error().sentence;
}

// Kind is that of the failure; kCancelled, which none of them expects, of an answer.
inline FailureKind Kind(const Answer<HttpAnswer>& answer) {
  return answer ? FailureKind::kCancelled : answer.error().kind;
}

}  // namespace tattle::testing

#endif  // TATTLE_TESTS_UNIT_NET_HTTP_CLIENT_TESTING_H_
