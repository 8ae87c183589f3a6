// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the command speaks TLS.

#ifndef TATTLE_ADAPTERS_CLI_CHAIN_TLS_CONTEXT_H_
#define TATTLE_ADAPTERS_CLI_CHAIN_TLS_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/cli/openssl_ptr.h"
#include "core/loglist/log_list.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// TlsSettings is how the one context of a run is made.
struct TlsSettings {
  std::string cafile;  // CAs to validate chains with; empty: the system's
  Config config;       // policy, public roots, and what is exempt; nothing else has a part
  std::shared_ptr<const LogList> logs;
  std::uint64_t now_ms = 0;  // chains are validated and CT is judged as at this time
};

// CreateTlsContext makes the context: TLS 1.2 or later, with Tattle attached in mode report, as in
// any other program. A chain that does not validate does not end the handshake: its SCTs are judged
// by the command too. Threads may share the context. `settings` must outlive it.
Outcome<SslCtxPtr> CreateTlsContext(const TlsSettings& settings);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHAIN_TLS_CONTEXT_H_
