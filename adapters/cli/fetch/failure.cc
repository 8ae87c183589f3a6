// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/failure.h"

#include <cctype>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

std::string_view WhatToDo(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "check the name, and the network";
    case CURLE_COULDNT_CONNECT:
      return "nobody listens there, or something is in the way";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "nobody whom you trust vouches for this server; --cafile names other CAs";
    case CURLE_SSL_CACERT_BADFILE:
      return "--cafile takes a file of CA certificates (PEM)";
    case CURLE_OPERATION_TIMEDOUT:
      return "try again, or give it more time";
    case CURLE_TOO_MANY_REDIRECTS:
      return "the servers send us in a circle";
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "a redirect leads to what is not https://; --allow-cleartext follows it to http://";
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2_STREAM:
      return "the server ended it too early: try again";
    default:
      return "";
  }
}

std::string FromCurl(const FailureFacts& facts) {
  std::string text =
      Sanitize(facts.curl_text.empty() ? curl_easy_strerror(facts.code) : facts.curl_text);
  // Sentences stand behind a name; "SSL" stays.
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  const std::string_view advice = WhatToDo(facts.code);
  return advice.empty() ? text : fmt::format("{}: {}", text, advice);
}

}  // namespace

std::string DescribeFailure(const FailureFacts& facts) {
  if (!facts.refusal.empty()) {
    return fmt::format("refused, nothing was sent: {}", Printable(facts.refusal));
  }
  switch (facts.code) {
    case CURLE_OK:
      return "";
    case CURLE_WRITE_ERROR:
      return facts.body.problem().empty() && !facts.body.is_reader_gone() ? FromCurl(facts)
                                                                          : facts.body.problem();
    case CURLE_FILESIZE_EXCEEDED:
      return facts.body.TooLarge();
    case CURLE_HTTP_RETURNED_ERROR:
      return fmt::format("the server answers with HTTP status {}", facts.status);
    default:
      return FromCurl(facts);
  }
}

int ExitStatusOf(const FailureFacts& facts) {
  if (facts.code == CURLE_OK) {
    return kExitYes;
  }
  const tattle_verdict* verdict = tattle_session_get0_verdict(facts.session);
  const bool is_no = facts.refusal.empty()
                         ? facts.code == CURLE_HTTP_RETURNED_ERROR
                         : tattle_verdict_compliance(verdict) == TATTLE_NOT_COMPLIANT;
  return is_no ? kExitNo : kExitUnknown;
}

}  // namespace tattle::cli
