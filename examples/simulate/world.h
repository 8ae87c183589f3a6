// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// World: servers and their visitors, and who is shown what.

#ifndef TATTLE_EXAMPLES_SIMULATE_WORLD_H_
#define TATTLE_EXAMPLES_SIMULATE_WORLD_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "core/base/time.h"
#include "examples/simulate/outbox.h"
#include "examples/simulate/settings.h"

namespace tattle::simulate {

inline constexpr std::uint64_t kHourMs = kMsPerDay / 24;

// No time of a simulation.
inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// When lives begin. The lie begins warm_up_days later.
inline constexpr std::uint64_t kStartMs = 1'795'000'000'000;

struct Server {
  bool is_willing = false;
  bool is_colluding = false;
  bool is_auditing = false;
  std::uint32_t network = 0;
};

struct Visit {
  std::uint64_t time_ms = 0;
  std::uint32_t server = 0;
};

// World borrows the settings. Immutable after construction.
class World {
 public:
  World(const Settings& settings, std::uint64_t seed);

  const Settings& settings() const { return settings_; }
  std::uint64_t seed() const { return seed_; }
  std::uint64_t lie_ms() const { return lie_ms_; }
  std::uint64_t end_ms() const { return end_ms_; }
  const std::vector<Server>& servers() const { return servers_; }

  // PopularityOf is the server's share of all visits. Servers are in its order.
  double PopularityOf(std::uint32_t server) const;

  // FaceFor is what the log shows of a head that it signed at a time. By kTime it is the same for
  // everybody, else the same at all times.
  Face FaceForClient(std::uint32_t client, std::uint64_t time_ms) const;
  Face FaceForServer(std::uint32_t server, std::uint64_t time_ms) const;

  bool HasAuditor(std::uint32_t client) const;

  // VisitsOf are a client's, to willing servers, before `until_ms`: a Poisson process. Each goes to
  // a server by its popularity, whatever came before.
  std::vector<Visit> VisitsOf(std::uint32_t client, std::uint64_t until_ms) const;

 private:
  bool IsOther(bool is_chosen, std::uint32_t network, std::uint64_t time_ms) const;
  Face FaceFor(bool is_chosen, std::uint32_t network, std::uint64_t time_ms) const;

  const Settings& settings_;
  const std::uint64_t seed_;
  const std::uint64_t lie_ms_;
  const std::uint64_t end_ms_;
  std::vector<Server> servers_;
  std::vector<double> popularity_;  // of all servers up to this one
};

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_WORLD_H_
