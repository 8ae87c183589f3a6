// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What is simulated.

#ifndef TATTLE_EXAMPLES_SIMULATE_SETTINGS_H_
#define TATTLE_EXAMPLES_SIMULATE_SETTINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/runtime/outcome.h"

namespace tattle::simulate {

// Rule is what clients give to whom.
enum class Rule : std::uint8_t {
  kTattle = 1,  // core/gossip/README.md, "Who gets what"
  kEverything,  // all heads that are fresh, also those learnt from others, to every willing server
  kHourlyLogs,  // the same, but of logs that sign at most once an hour: what the draft asks for
  kThinned,     // the same, but of each log the first head of each hour only
};

// Partition is how the log decides who sees its other face.
enum class Partition : std::uint8_t {
  kNobody = 1,  // the log is honest
  kClient,      // a share of the clients, all servers see the first face
  kNetwork,     // a share of the networks, with the clients and servers in them
  kTime,        // everybody, for a share of each day
  kOne,         // one client
};

struct Settings {
  std::uint32_t clients = 10'000;
  std::uint32_t servers = 1'000;
  double willing = 0.1;      // share of the servers
  double visits = 20;        // a client's to all servers, a day
  double zipf = 1;           // the server of rank r is visited in proportion to r^-zipf; 0: alike
  std::uint32_t logs = 8;    // of these the first lies
  std::uint32_t head_s = 1;  // a log signs so often
  std::uint32_t fetch_s = 300;  // each client asks each log so often
  std::vector<Rule> rules = {Rule::kTattle};

  Partition partition = Partition::kClient;
  double share = 0.01;           // of clients, networks or the day, by `partition`
  std::uint32_t networks = 100;  // for kNetwork
  double colluding = 0;          // share of the servers that help the log
  std::uint32_t held_hours = 0;  // for how long these hold back what convicts it; 0: they drop it
  double auditing = 1;           // share of the servers that link what they hear to what they see
  double with_auditor = 0;       // share of the clients that have configured an auditor

  std::uint32_t days = 14;         // from the lie on
  std::uint32_t warm_up_days = 1;  // before it
  std::uint32_t trials = 20;
  bool is_proof_wanted = false;   // whether to look for two heads of one size, too: slower
  std::uint32_t sample = 200;     // clients whose bytes and traces are measured
  std::uint32_t coalition = 100;  // the most visited willing servers, that compare what they get
  bool is_marking = false;        // whether these try to mark clients by what they answer
  bool is_pool_real = false;      // whether each client has a pool on disk
  std::uint64_t seed = 1;
};

// RuleName and FindRule: "tattle", "everything", "hourly-logs", "thinned".
std::string RuleName(Rule rule);
Outcome<Rule> FindRule(const std::string& name);

// PartitionName and FindPartition: "nobody", "client", "network", "time", "one".
std::string PartitionName(Partition partition);
Outcome<Partition> FindPartition(const std::string& name);

// Check says what is wrong with settings, as a sentence.
Outcome<void> Check(const Settings& settings);

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_SETTINGS_H_
