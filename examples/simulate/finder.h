// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Finder: when a lie is found.

#ifndef TATTLE_EXAMPLES_SIMULATE_FINDER_H_
#define TATTLE_EXAMPLES_SIMULATE_FINDER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "examples/simulate/life.h"
#include "examples/simulate/logs.h"
#include "examples/simulate/settings.h"
#include "examples/simulate/world.h"

namespace tattle::simulate {

// Found is when, in milliseconds from the beginning of the lie; nothing: not within the days.
struct Found {
  // Somebody has a head that his own view of the log cannot be linked to, or two heads of one size.
  std::optional<std::uint64_t> seen_ms;
  // Somebody has two heads of one size: proof without the log's help. Only where it was wanted.
  std::optional<std::uint64_t> proven_ms;
};

// Progress is told how many of how many clients are done.
using Progress = std::function<void(std::uint32_t done, std::uint32_t of)>;

// FindLie simulates a world until the lie is found. Memory: 100 bytes for each head of the rarer
// face that came to an honest server. `folder` is for pools, where the settings want real ones.
Found FindLie(const Logs& logs, const World& world, Rule rule, const std::string& folder,
              const Progress& progress);

// Crowding is what becomes of heads of the lying log where many come. Borrows the world.
class Crowding {
 public:
  Crowding(const World& world, std::uint32_t num_logs);

  // LifetimeMs is how long a head is kept on average: a full pool evicts at random
  // (plugin/pool/options.h, linked_heads). New are as many as come, but no more than one a second,
  // which is as often as logs sign.
  double LifetimeMs(std::uint32_t server) const;

 private:
  double ArrivalsASecond(std::uint32_t server) const;
  const World& world_;
  const double num_heads_;  // of the log, in a message
};

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_FINDER_H_
