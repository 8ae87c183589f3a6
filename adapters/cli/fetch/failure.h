// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Why a transfer failed, and whose answer that is.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_FAILURE_H_
#define TATTLE_ADAPTERS_CLI_FETCH_FAILURE_H_

#include <string>
#include <string_view>

#include <curl/curl.h>

#include <tattle/curl.h>

#include "adapters/cli/fetch/body.h"

namespace tattle::cli {

struct FailureFacts {
  CURLcode code = CURLE_OK;
  std::string_view curl_text;     // of its error buffer
  std::string_view refusal;       // of tattle_curl_get0_error
  const tattle_session* session;  // may be null
  long status = 0;                // of HTTP
  const Body& body;
};

// DescribeFailure is a sentence; empty if there is nothing to say.
std::string DescribeFailure(const FailureFacts& facts);

// ExitStatusOf: a refusal by CT, and a status that --fail minds, are a no; all else that fails
// leaves the question open.
int ExitStatusOf(const FailureFacts& facts);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_FAILURE_H_
