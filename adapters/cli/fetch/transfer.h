// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One transfer, by libcurl and tattle/curl.h.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_TRANSFER_H_
#define TATTLE_ADAPTERS_CLI_FETCH_TRANSFER_H_

#include <cstdint>
#include <string>

#include "adapters/cli/fetch/body.h"
#include "adapters/cli/fetch/client.h"
#include "adapters/cli/fetch/handles.h"
#include "adapters/cli/fetch/options.h"
#include "adapters/cli/fetch/screen.h"

namespace tattle::cli {

// Gossiped is what went to the server beside the request, and what came back.
struct Gossiped {
  std::string enabled;     // TransGossipEnabled of the answer
  bool in_header = false;  // heads were offered in a header
  std::string why_not;     // why nothing was sent by POST
  bool has_posted = false;
  long status = 0;  // of the answer to the POST
  bool is_taken = false;
  std::uint64_t num_sent = 0;  // bytes of the bodies
  std::uint64_t num_received = 0;
  std::string error;
};

// Fetched is what became of a transfer.
struct Fetched {
  std::string url;  // of the last request
  long status = 0;  // of HTTP; 0: there was no answer
  std::uint64_t num_bytes = 0;
  CtSessionPtr session;  // null: nothing was judged
  std::string problem;   // why it was not fetched; sanitised
  int exit_status = 0;
  Gossiped gossip;
};

// FetchSetup is what a transfer needs from others.
struct FetchSetup {
  const FetchOptions& options;
  const FetchPlan& plan;
  const tattle_client* client;
  Screen& screen;
  ClientLines& lines;
};

Fetched Fetch(const FetchSetup& setup, Body& body);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_TRANSFER_H_
