// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The client that judges, made as a user's program makes it.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_CLIENT_H_
#define TATTLE_ADAPTERS_CLI_FETCH_CLIENT_H_

#include <cstdint>

#include "adapters/cli/fetch/handles.h"
#include "adapters/cli/fetch/options.h"
#include "adapters/cli/fetch/screen.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// ClientLines is what a client's lines go through to stderr: what went wrong, and which connections
// are not compliant. It must outlive the client.
struct ClientLines {
  Screen& screen;
  bool is_verbose = false;
  bool is_transfer = false;  // a refusal is not said here: it is what the transfer ends with
};

// MakeFetchClient reads tattle.conf, and what the command line says instead.
Outcome<CtClientPtr> MakeFetchClient(const FetchOptions& options, std::uint64_t now_ms,
                                     ClientLines& lines);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_CLIENT_H_
