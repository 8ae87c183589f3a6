// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/settings.h"

#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace tattle::simulate {
namespace {

constexpr std::array kRules = {
    std::pair(Rule::kTattle, std::string_view("tattle")),
    std::pair(Rule::kEverything, std::string_view("everything")),
    std::pair(Rule::kHourlyLogs, std::string_view("hourly-logs")),
    std::pair(Rule::kThinned, std::string_view("thinned")),
};
constexpr std::array kPartitions = {
    std::pair(Partition::kNobody, std::string_view("nobody")),
    std::pair(Partition::kClient, std::string_view("client")),
    std::pair(Partition::kNetwork, std::string_view("network")),
    std::pair(Partition::kTime, std::string_view("time")),
    std::pair(Partition::kOne, std::string_view("one")),
};

template <typename Table, typename Value>
std::string NameIn(const Table& table, Value value) {
  for (const auto& [known, name] : table) {
    if (known == value) {
      return std::string(name);
    }
  }
  return {};
}

template <typename Value, typename Table>
Outcome<Value> FindIn(const Table& table, const std::string& name, const std::string& what) {
  std::string names;
  for (const auto& [value, known] : table) {
    if (known == name) {
      return value;
    }
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  return Sorry("no " + what + " is called \"" + name + "\"; there are " + names);
}

struct Range {
  const char* option;
  double value;
  double min;
  double max;
};

}  // namespace

std::string RuleName(Rule rule) {
  return NameIn(kRules, rule);
}

Outcome<Rule> FindRule(const std::string& name) {
  return FindIn<Rule>(kRules, name, "rule");
}

std::string PartitionName(Partition partition) {
  return NameIn(kPartitions, partition);
}

Outcome<Partition> FindPartition(const std::string& name) {
  return FindIn<Partition>(kPartitions, name, "partition");
}

Outcome<void> Check(const Settings& settings) {
  const std::array ranges = {
      Range{"--clients", static_cast<double>(settings.clients), 1, 1e6},
      Range{"--servers", static_cast<double>(settings.servers), 1, 1e4},
      Range{"--willing", settings.willing, 0, 1},
      // A week of them must fit into what an outbox serves, 512 hosts.
      Range{"--visits", settings.visits, 0.01, 70},
      Range{"--zipf", settings.zipf, 0, 3},
      Range{"--logs", static_cast<double>(settings.logs), 1, 50},
      Range{"--head-interval", static_cast<double>(settings.head_s), 1, 86'400},
      // What plugin/audit/schedule.h makes of any log.
      Range{"--fetch-interval", static_cast<double>(settings.fetch_s), 300, 3600},
      Range{"--share", settings.share, 0, 1},
      Range{"--networks", static_cast<double>(settings.networks), 1, 1e6},
      Range{"--colluding", settings.colluding, 0, 1},
      Range{"--held-hours", static_cast<double>(settings.held_hours), 0, 24 * 365},
      Range{"--auditing", settings.auditing, 0, 1},
      Range{"--with-auditor", settings.with_auditor, 0, 1},
      Range{"--days", static_cast<double>(settings.days), 1, 90},
      Range{"--warm-up", static_cast<double>(settings.warm_up_days), 0, 30},
      Range{"--trials", static_cast<double>(settings.trials), 0, 10'000},
      Range{"--sample", static_cast<double>(settings.sample), 0, 10'000},
      Range{"--coalition", static_cast<double>(settings.coalition), 1, 1e4},
  };
  for (const Range& range : ranges) {
    if (!(range.value >= range.min && range.value <= range.max)) {
      return Sorry(fmt::format("{} is {:.15g}; it goes from {:.15g} to {:.15g}", range.option,
                               range.value, range.min, range.max));
    }
  }
  if (settings.rules.size() != std::set(settings.rules.begin(), settings.rules.end()).size()) {
    return Sorry("--rules names a rule twice");
  }
  if (settings.is_pool_real && settings.clients > 2000) {
    return Sorry("--real-pool is for up to 2000 clients: each has a file of its own");
  }
  return {};
}

}  // namespace tattle::simulate
