// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What went over the connection, as libcurl tells it.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_TRACE_H_
#define TATTLE_ADAPTERS_CLI_FETCH_TRACE_H_

#include <cstdint>
#include <string_view>

#include <curl/curl.h>

#include "adapters/cli/fetch/screen.h"

namespace tattle::cli {

// Trace is for CURLOPT_DEBUGFUNCTION: requests and header fields, and of gossip the bodies too.
class Trace {
 public:
  // Without `is_shown` it only counts.
  Trace(Screen& screen, bool is_shown) : screen_(screen), is_shown_(is_shown) {}

  void Take(curl_infotype kind, std::string_view data);

  // BeginGossip: from now on it is a POST of heads that is under way.
  void BeginGossip() { is_gossip_ = true; }

  // has_offered: a request of the program's had heads in its header.
  bool has_offered() const { return has_offered_; }

  // Bytes of the bodies of gossip.
  std::uint64_t num_sent() const { return num_sent_; }
  std::uint64_t num_received() const { return num_received_; }

 private:
  void TakeFields(std::string_view mark, std::string_view fields);

  Screen& screen_;
  bool is_shown_;
  bool is_gossip_ = false;
  bool has_offered_ = false;
  std::uint64_t num_sent_ = 0;
  std::uint64_t num_received_ = 0;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_TRACE_H_
