// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::simulate {
namespace {

double Mean(const std::vector<double>& values) {
  return values.empty() ? 0
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}

double Largest(const std::vector<double>& sorted) {
  return sorted.empty() ? 0 : sorted.back();
}

std::string TimeText(const Times& times, double share) {
  const auto time_ms = times.At(share);
  return time_ms ? DurationText(*time_ms) : "never";
}

std::string ByteText(double bytes) {
  constexpr double kStep = 1000;
  return bytes < kStep           ? fmt::format("{:.0f} B", bytes)
         : bytes < kStep * kStep ? fmt::format("{:.1f} kB", bytes / kStep)
                                 : fmt::format("{:.1f} MB", bytes / kStep / kStep);
}

std::string FoundTable(const std::vector<RuleResult>& results,
                       std::optional<std::uint64_t> Found::*which, const char* title) {
  std::string out = fmt::format("{:<24}{:>10}{:>10}{:>10}\n", title, "median", "90 %", "never");
  for (const RuleResult& result : results) {
    const Times times = TimesOf(result.found, which);
    out += fmt::format("  {:<22}{:>10}{:>10}{:>8.0f} %\n", RuleName(result.rule),
                       TimeText(times, 0.5), TimeText(times, 0.9), 100 * times.ShareNever());
  }
  return out + "\n";
}

std::string SampleTable(const std::vector<RuleResult>& results) {
  std::string out =
      fmt::format("In the first world, where willing servers have {:.0f} % of all visits:\n\n",
                  100 * results.front().sample.visits_share);
  out += fmt::format("{:<14}{:>10}{:>7}{:>12}{:>12}{:>12}{:>12}\n", "a day", "messages", "heads",
                     "client", "(fetched)", "server", "busiest");
  for (const RuleResult& result : results) {
    const Sample& sample = result.sample;
    out += fmt::format("  {:<12}{:>10.1f}{:>7.1f}{:>12}{:>12}{:>12}{:>12}\n", RuleName(result.rule),
                       sample.num_messages, sample.num_heads, ByteText(Mean(sample.client_bytes)),
                       ByteText(sample.fetched_bytes), ByteText(Mean(sample.server_bytes)),
                       ByteText(Largest(sample.server_bytes)));
  }
  out += fmt::format("\n{:<14}", "linked by");
  for (const Links& links : results.front().sample.links) {
    out += fmt::format("{:>10}", links.num_servers);
  }
  out += "  servers\n";
  for (const RuleResult& result : results) {
    out += fmt::format("  {:<12}", RuleName(result.rule));
    for (const Links& links : result.sample.links) {
      out += links.num_again == 0 ? fmt::format("{:>10}", "-")
                                  : fmt::format("{:>8.1f} %", 100 * links.ShareRight());
    }
    out += "\n";
  }
  return out;
}

std::string JsonOf(const Times& times) {
  std::string found;
  for (const std::uint64_t time_ms : times.found_ms) {
    found += fmt::format("{}{}", found.empty() ? "" : ",", time_ms);
  }
  const auto at = [&](double share) {
    const auto time_ms = times.At(share);
    return time_ms ? fmt::format("{}", *time_ms) : std::string("null");
  };
  return fmt::format(
      "{{\"trials\":{},\"median_ms\":{},\"ninety_percent_ms\":{},\"share_never\":{:.4f},"
      "\"found_ms\":[{}]}}",
      times.num_trials, at(0.5), at(0.9), times.ShareNever(), found);
}

std::string JsonOf(const Sample& sample) {
  std::string links;
  for (const Links& one : sample.links) {
    links += fmt::format("{}{{\"servers\":{},\"again\":{},\"linked\":{},\"wrongly_linked\":{}}}",
                         links.empty() ? "" : ",", one.num_servers, one.num_again, one.num_right,
                         one.num_wrong);
  }
  return fmt::format(
      "{{\"clients\":{},\"traced\":{},\"willing_share_of_visits\":{:.4f},\"messages_a_day\":{:.4f},"
      "\"heads_a_message\":{:.4f},"
      "\"client_bytes_a_day\":{:.1f},\"client_fetched_bytes_a_day\":{:.1f},"
      "\"server_bytes_a_day\":{:.1f},\"busiest_server_bytes_a_day\":{:.1f},\"links\":[{}]}}",
      sample.client_bytes.size(), sample.num_traced, sample.visits_share, sample.num_messages,
      sample.num_heads, Mean(sample.client_bytes), sample.fetched_bytes, Mean(sample.server_bytes),
      Largest(sample.server_bytes), links);
}

std::string JsonOf(const Settings& s) {
  return fmt::format(
      "{{\"clients\":{},\"servers\":{},\"willing\":{},\"visits\":{},\"zipf\":{},\"logs\":{},"
      "\"head_interval_s\":{},\"fetch_interval_s\":{},\"partition\":{},\"share\":{},"
      "\"networks\":{},\"colluding\":{},\"held_hours\":{},\"auditing\":{},\"with_auditor\":{},"
      "\"days\":{},\"warm_up_days\":{},\"trials\":{},\"proof\":{},\"sample\":{},\"coalition\":{},"
      "\"marking\":{},\"real_pool\":{},\"seed\":{}}}",
      s.clients, s.servers, s.willing, s.visits, s.zipf, s.logs, s.head_s, s.fetch_s,
      json::Quote(PartitionName(s.partition)), s.share, s.networks, s.colluding, s.held_hours,
      s.auditing, s.with_auditor, s.days, s.warm_up_days, s.trials, s.is_proof_wanted, s.sample,
      s.coalition, s.is_marking, s.is_pool_real, s.seed);
}

// Rising is the share of sorted values that are not above each.
Line Rising(const std::string& name, const std::vector<double>& sorted, std::size_t num) {
  Line line = {name, {}};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto of = static_cast<double>(num);
    line.points.emplace_back(sorted[i], static_cast<double>(i) / of);
    line.points.emplace_back(sorted[i], static_cast<double>(i + 1) / of);
  }
  return line;
}

// FoundLine goes on to the end of the days, so that what is never found can be seen.
Line FoundLine(const RuleResult& result, std::optional<std::uint64_t> Found::*which,
               const std::string& name, std::uint32_t days) {
  const Times times = TimesOf(result.found, which);
  std::vector<double> hours;
  for (const std::uint64_t time_ms : times.found_ms) {
    hours.push_back(static_cast<double>(time_ms) * 24 / kMsPerDay);
  }
  Line line = Rising(name, hours, times.num_trials);
  if (times.num_trials > 0) {
    line.points.emplace_back(24.0 * days, 1 - times.ShareNever());
  }
  return line;
}

}  // namespace

std::optional<std::uint64_t> Times::At(double share) const {
  const auto num = static_cast<std::size_t>(std::ceil(share * static_cast<double>(num_trials)));
  if (num == 0 || num > found_ms.size()) {
    return std::nullopt;
  }
  return found_ms[num - 1];
}

double Times::ShareNever() const {
  return num_trials == 0
             ? 0
             : 1 - static_cast<double>(found_ms.size()) / static_cast<double>(num_trials);
}

Times TimesOf(const std::vector<Found>& found, std::optional<std::uint64_t> Found::*which) {
  Times times;
  times.num_trials = found.size();
  for (const Found& one : found) {
    if (one.*which) {
      times.found_ms.push_back(*(one.*which));
    }
  }
  std::sort(times.found_ms.begin(), times.found_ms.end());
  return times;
}

std::string DurationText(std::uint64_t ms) {
  constexpr double kMinute = 60;
  constexpr double kHour = 60 * kMinute;
  constexpr double kDay = 24 * kHour;
  const double s = static_cast<double>(ms) / kMsPerSecond;
  return s < kMinute    ? fmt::format("{:.0f} s", s)
         : s < kHour    ? fmt::format("{:.1f} min", s / kMinute)
         : s < 2 * kDay ? fmt::format("{:.1f} h", s / kHour)
                        : fmt::format("{:.1f} d", s / kDay);
}

std::string WriteTable(const Settings& settings, const std::vector<RuleResult>& results) {
  std::string out = fmt::format(
      "{} clients, {} servers ({:g} % willing), {:g} visits a day; the lie is shown by {}; {} "
      "trials of {} days\n\n",
      settings.clients, settings.servers, 100 * settings.willing, settings.visits,
      PartitionName(settings.partition), settings.trials, settings.days);
  if (settings.trials > 0) {
    out += FoundTable(results, &Found::seen_ms, "found after");
    if (settings.is_proof_wanted) {
      out += FoundTable(results, &Found::proven_ms, "proven after");
    }
  }
  if (settings.sample > 0) {
    out += SampleTable(results);
  }
  return out;
}

std::string WriteJson(const Settings& settings, const std::vector<RuleResult>& results) {
  std::string rules;
  for (const RuleResult& result : results) {
    rules += fmt::format(
        "{}{{\"rule\":{},\"found\":{},\"proven\":{},\"sample\":{}}}", rules.empty() ? "" : ",",
        json::Quote(RuleName(result.rule)), JsonOf(TimesOf(result.found, &Found::seen_ms)),
        settings.is_proof_wanted ? JsonOf(TimesOf(result.found, &Found::proven_ms)) : "null",
        JsonOf(result.sample));
  }
  return fmt::format("{{\"settings\":{},\"rules\":[{}]}}\n", JsonOf(settings), rules);
}

std::vector<std::pair<std::string, Plot>> PlotsOf(const Settings& settings,
                                                  const std::vector<RuleResult>& results) {
  Plot found = {"Until the lie is found", "hours since it began", "share of worlds", {}};
  Plot bytes = {"What gossip costs", "bytes a day, up to", "share of clients or servers", {}};
  Plot linked = {"What servers link by heads",
                 "servers that compare",
                 "share of messages that are linked",
                 {}};
  for (const RuleResult& result : results) {
    const std::string name = RuleName(result.rule);
    found.lines.push_back(FoundLine(result, &Found::seen_ms, name, settings.days));
    if (settings.is_proof_wanted) {
      found.lines.push_back(
          FoundLine(result, &Found::proven_ms, name + ", two heads of one size", settings.days));
    }
    const Sample& sample = result.sample;
    bytes.lines.push_back(
        Rising(name + ", a client", sample.client_bytes, sample.client_bytes.size()));
    bytes.lines.push_back(
        Rising(name + ", a server", sample.server_bytes, sample.server_bytes.size()));
    Line line = {name, {}};
    for (const Links& links : sample.links) {
      if (links.num_again > 0) {
        line.points.emplace_back(links.num_servers, links.ShareRight());
      }
    }
    linked.lines.push_back(line);
  }
  return {{"found.svg", found}, {"bytes.svg", bytes}, {"linked.svg", linked}};
}

}  // namespace tattle::simulate
