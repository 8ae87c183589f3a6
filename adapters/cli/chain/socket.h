// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// TCP with a deadline.

#ifndef TATTLE_ADAPTERS_CLI_CHAIN_SOCKET_H_
#define TATTLE_ADAPTERS_CLI_CHAIN_SOCKET_H_

#include <cstdint>
#include <string>

#include "adapters/cli/deadline.h"
#include "adapters/cli/files/descriptor.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// ConnectTo finds the addresses of a host and connects to the first that answers; the socket is
// non-blocking. Each address has an equal share of the time that is left, so that a dead one does
// not use up everybody's.
Outcome<Descriptor> ConnectTo(const std::string& host, std::uint16_t port,
                              const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHAIN_SOCKET_H_
