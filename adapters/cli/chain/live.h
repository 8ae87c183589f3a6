// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Evidence from a live server.

#ifndef TATTLE_ADAPTERS_CLI_CHAIN_LIVE_H_
#define TATTLE_ADAPTERS_CLI_CHAIN_LIVE_H_

#include <openssl/ssl.h>

#include "adapters/cli/chain/collected.h"
#include "adapters/cli/chain/target.h"
#include "adapters/cli/deadline.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// CollectFromServer connects, asks for TLS where the protocol begins without, makes one full
// handshake, and hangs up. All of it is done within the deadline.
Outcome<Collected> CollectFromServer(const ServerTarget& server, StartTls starttls,
                                     SSL_CTX* context, const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHAIN_LIVE_H_
