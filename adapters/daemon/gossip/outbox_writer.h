// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The outbox that the daemon leaves for the processes whose connections it hears of.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_OUTBOX_WRITER_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_OUTBOX_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/runtime/outbox.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// kOutboxAgeMs is how long an outbox holds. It is written anew long before; a daemon that has died
// leaves nothing behind that would be offered for ever.
inline constexpr std::uint64_t kOutboxAgeMs = 3'600'000;

// WriteOutbox replaces the file at one stroke; anybody may read it. `hosts` are sorted, each once.
Outcome<void> WriteOutbox(const std::string& path, std::vector<OutboxHost> hosts,
                          std::uint64_t now_ms);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_OUTBOX_WRITER_H_
