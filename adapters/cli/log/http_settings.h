// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The options of every verb that asks a server over HTTP.

#ifndef TATTLE_ADAPTERS_CLI_LOG_HTTP_SETTINGS_H_
#define TATTLE_ADAPTERS_CLI_LOG_HTTP_SETTINGS_H_

#include <cstdint>
#include <string>

#include "plugin/net/http_client.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {

struct HttpSettings {
  std::string ca_file;
  std::string proxy;
  std::uint32_t timeout_s = 30;
  bool allow_http = false;
};

// AddHttpOptions adds --ca-file, --proxy, --timeout and --allow-http to a verb.
void AddHttpOptions(Verb verb, HttpSettings& settings);

// MakeHttpOptions also lets a person at a terminal see, on stderr, that something is tried again.
HttpOptions MakeHttpOptions(const HttpSettings& settings);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_LOG_HTTP_SETTINGS_H_
