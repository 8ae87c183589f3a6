// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/log/http_settings.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "adapters/cli/output/terminal_text.h"
#include "core/base/time.h"

namespace tattle::cli {

void AddHttpOptions(Verb verb, HttpSettings& settings) {
  verb.AddOption("--ca-file,--cafile", settings.ca_file,
                 "PEM file with the CAs to trust, and no others; by default the system's")
      .TypeName("FILE");
  verb.AddOption("--proxy", settings.proxy,
                 "URL of a proxy; the environment (https_proxy) is not asked")
      .TypeName("URL");
  verb.AddOption("--timeout", settings.timeout_s, "seconds for one answer, 1 to 3600")
      .InRange(1, 3600)
      .TypeName("SECONDS")
      .ShowDefault();
  verb.AddFlag("--allow-http", settings.allow_http,
               "allow URLs with http://, for logs on this machine");
}

HttpOptions MakeHttpOptions(const HttpSettings& settings) {
  HttpOptions options;
  options.ca_file = settings.ca_file;
  options.proxy = settings.proxy;
  options.timeout_ms = settings.timeout_s * static_cast<std::uint32_t>(kMsPerSecond);
  options.connect_timeout_ms = std::min(options.connect_timeout_ms, options.timeout_ms);
  options.allow_http = settings.allow_http;
  options.ca_file_name = "--ca-file";
  options.allow_http_name = "--allow-http";
  if (isatty(STDERR_FILENO) == 1) {
    options.on_retry = [](const Failure& failure, std::uint64_t pause_ms) {
      fmt::print(stderr, "tattle: {}; is tried again in {:.1f} s\n", Printable(failure.sentence),
                 static_cast<double>(pause_ms) / static_cast<double>(kMsPerSecond));
    };
  }
  return options;
}

}  // namespace tattle::cli
