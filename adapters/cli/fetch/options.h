// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The command line of `tattle fetch`.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_OPTIONS_H_
#define TATTLE_ADAPTERS_CLI_FETCH_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/runtime/outcome.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {

// FetchOptions are the words as they were written; empty is not given.
struct FetchOptions {
  std::string url;
  std::string output;
  std::vector<std::string> fields;
  bool head = false;
  bool location = false;
  bool fail = false;
  bool http1 = false;
  bool allow_cleartext = false;
  bool verbose = false;
  bool silent = false;
  bool json = false;
  double max_time_s = 0;
  std::uint64_t max_size = 0;
  std::string cafile;
  std::string proxy;
  std::string time;
  bool require_ct = false;
  std::string config;
  std::string policy;
  std::string log_list;
  std::string public_roots;
  bool gossip = false;
  std::string observe_socket;
  std::string outbox;
};

// FetchPlan is what follows from them.
struct FetchPlan {
  std::string url;                          // with its scheme
  std::string shown_url;                    // as it was written, but for a password
  bool has_user = false;                    // the URL names one
  std::optional<std::uint64_t> fixed_ms;    // instead of the clock
  std::chrono::milliseconds max_time = {};  // 0: there is none
};

void AddFetchOptions(const Verb& fetch, FetchOptions& options);

// DecodeFetchOptions fails with a sentence about a mistake on the command line.
Outcome<FetchPlan> DecodeFetchOptions(const FetchOptions& options);

// WithoutPassword is a URL as it may be shown.
std::string WithoutPassword(const std::string& url);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_OPTIONS_H_
