// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Life: what one client does. Until a split is found nothing that servers answer changes what a
// client tells them, so that lives can be looked at one after the other, whatever their number.

#ifndef TATTLE_EXAMPLES_SIMULATE_LIFE_H_
#define TATTLE_EXAMPLES_SIMULATE_LIFE_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "examples/simulate/logs.h"
#include "examples/simulate/outbox.h"
#include "examples/simulate/settings.h"
#include "examples/simulate/world.h"

namespace tattle::simulate {

// The client's auditor, where a server would be named.
inline constexpr std::uint32_t kAuditor = std::numeric_limits<std::uint32_t>::max();

struct Message {
  std::uint32_t client = 0;
  std::uint32_t server = 0;  // or kAuditor
  std::uint64_t time_ms = 0;
  Heads heads;

  friend bool operator==(const Message&, const Message&) = default;
};

// LifeCounts is what it cost.
struct LifeCounts {
  std::uint64_t num_fetches = 0;
  std::uint64_t num_visits = 0;  // to willing servers
};

// Life borrows logs, world and outbox.
struct Life {
  const Logs& logs;
  const World& world;
  std::uint32_t client;
  Outbox& outbox;

  // Live goes on until `until_ms`, which it reads anew each time, so that `tell` may bring it
  // forward. `tell` is given the messages in the order of time, none of them empty; what it answers
  // are heads that the client learns.
  LifeCounts Live(const std::uint64_t& until_ms,
                  const std::function<Heads(const Message&)>& tell) const;
};

// MakeOutbox makes what a rule wants. `folder` is for pools, where the settings want real ones.
std::unique_ptr<Outbox> MakeOutbox(const Logs& logs, const Settings& settings, Rule rule,
                                   const std::string& folder);

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_LIFE_H_
