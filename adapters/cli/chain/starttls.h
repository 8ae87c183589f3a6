// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The clear text before TLS.

#ifndef TATTLE_ADAPTERS_CLI_CHAIN_STARTTLS_H_
#define TATTLE_ADAPTERS_CLI_CHAIN_STARTTLS_H_

#include <optional>
#include <string>

#include "adapters/cli/chain/target.h"
#include "adapters/cli/deadline.h"
#include "adapters/cli/files/descriptor.h"

namespace tattle::cli {

// BeginTls talks to a server of a protocol until it is ready for the TLS handshake. Returns the
// sentence that says why it is not: no answer, not this protocol, no STARTTLS, refused, or clear
// text behind the go-ahead, which somebody on the way could have put there for the program to
// take for protected (USENIX Security 2021, "Why TLS is better without STARTTLS"). Reads a bounded
// amount.
std::optional<std::string> BeginTls(StartTls starttls, const Descriptor& socket,
                                    const std::string& host, const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHAIN_STARTTLS_H_
