// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The two HTTP interfaces of a log as functions from a request to a response, without a server.

#ifndef TATTLE_TESTS_TESTLOG_API_H_
#define TATTLE_TESTS_TESTLOG_API_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "plugin/net/http_server.h"
#include "tests/testlog/log.h"

namespace tattle::testlog {

// ApiCall is one request on its way to an endpoint. Borrows everything.
struct ApiCall {
  Log& log;
  std::size_t face = 0;
  const HttpRequest& request;
  std::string_view path;  // below the log's prefix, such as "/ct/v1/get-sth"
  std::uint64_t now_ms = 0;
};

// Route is one endpoint. A path that ends in "/" stands for all below it.
struct Route {
  std::string_view method;
  std::string_view path;
  HttpResponse (*answer)(const ApiCall& call);
};

// Rfc6962Routes are the eight of RFC 6962, Section 4; StaticCtRoutes those of static-ct-api.
std::span<const Route> Rfc6962Routes();
std::span<const Route> StaticCtRoutes();

// Answer finds the endpoint and lets the face's lies have their part. 404 for an unknown path, 405
// for another method.
HttpResponse Answer(const ApiCall& call);

// AnswerAddChain, AnswerAddPreChain and AnswerGetRoots are the same in both interfaces.
HttpResponse AnswerAddChain(const ApiCall& call);
HttpResponse AnswerAddPreChain(const ApiCall& call);
HttpResponse AnswerGetRoots(const ApiCall& call);

// JsonResponse is 200 with this body; ErrorResponse says why not, as logs do:
// {"success":false,"error_message":"..."}.
HttpResponse JsonResponse(std::string_view json);
HttpResponse ErrorResponse(int status, std::string_view sentence);

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_API_H_
