// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the command speaks TLS.

#ifndef TATTLE_ADAPTERS_CLI_TLS_CONTEXT_H_
#define TATTLE_ADAPTERS_CLI_TLS_CONTEXT_H_

#include <cstdint>
#include <string>

#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/outcome.h"

namespace tattle::cli {

// CreateTlsContext makes the one context of a run: TLS 1.2 or later, SCTs asked for, chains
// validated at `now_ms` with the CAs of a file, or with the system's if `cafile` is empty. A chain
// that does not validate does not end the handshake: its SCTs are judged too. Threads may share
// the context.
Outcome<SslCtxPtr> CreateTlsContext(const std::string& cafile, std::uint64_t now_ms);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_TLS_CONTEXT_H_
