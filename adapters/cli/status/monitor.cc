// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/monitor.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/status/config_facts.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

// Audits in a row that fail. Fewer may be the network's.
constexpr std::uint64_t kManyFailures = 3;

// How long it is an alarm that a log line was lost: the counter only grows.
constexpr std::uint64_t kLostLineMs = std::uint64_t{3600} * kMsPerSecond;

// NRPE passes on 1 KB of old. What does not fit into the first line is below it.
constexpr std::size_t kMaxNamedFindings = 3;
constexpr std::size_t kMaxNamedChars = 150;
constexpr std::size_t kMaxFindings = 50;
constexpr std::size_t kMaxFindingChars = 400;

// Finding is one thing that is wrong.
struct Finding {
  MonitorState state = MonitorState::kOk;
  std::string sentence;
};

// Numbers are the performance data that are no counters of tattled's.
struct Numbers {
  std::size_t conclusive = 0;  // evidence that is new enough
  std::size_t indicative = 0;
  std::size_t older_evidence = 0;
  std::size_t problems = 0;  // besides evidence
  std::size_t failing_logs = 0;
  std::optional<std::uint64_t> list_age_ms;  // of the oldest list
};

constexpr std::string_view StateName(MonitorState state) {
  constexpr std::array<std::string_view, 4> kNames = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  return kNames.at(static_cast<std::size_t>(state));
}

// RankOf is smaller for what is worse.
int RankOf(MonitorState state) {
  switch (state) {
    case MonitorState::kCritical:
      return 0;
    case MonitorState::kWarning:
      return 1;
    case MonitorState::kUnknown:
      return 2;
    case MonitorState::kOk:
      break;
  }
  return 3;
}

// Plain is text from outside without what would begin performance data.
std::string Plain(std::string_view text, std::size_t max_chars) {
  std::string out = Sanitize(text, max_chars);
  std::replace(out.begin(), out.end(), '|', '/');
  return out;
}

std::string PlaceName(const Place& place) {
  return place.file.empty() ? place.program : fmt::format("{} {}", place.program, place.file);
}

void NoteListAge(Numbers& numbers, std::uint64_t timestamp_ms, std::uint64_t now_ms) {
  const std::uint64_t age_ms = now_ms - std::min(timestamp_ms, now_ms);
  numbers.list_age_ms = std::max(numbers.list_age_ms.value_or(0), age_ms);
}

// LookAtProgram: where a program's mode is not known, it is taken to be require.
void LookAtProgram(const ProgramFacts& program, const MonitorRules& rules,
                   std::vector<Finding>& findings, Numbers& numbers) {
  const auto add = [&](MonitorState state, std::string_view sentence) {
    findings.push_back({state, fmt::format("{}: {}", PlaceName(program.place), sentence)});
  };
  if (!program.cnf && program.unknowns.empty() && rules.is_program_named) {
    add(MonitorState::kCritical, "is not enabled");
  }
  const bool is_required = program.mode.empty() || program.mode == "require";
  const bool has_no_list = program.mode == "report" && !program.log_list;
  for (const std::string& problem : program.problems) {
    add(is_required || has_no_list ? MonitorState::kCritical : MonitorState::kWarning, problem);
  }
  for (const std::string& warning : program.warnings) {
    add(MonitorState::kWarning, warning);
  }
  for (const std::string& unknown : program.unknowns) {
    add(MonitorState::kUnknown, unknown);
  }
  if (program.log_list && program.log_list->timestamp_ms) {
    NoteListAge(numbers, *program.log_list->timestamp_ms, rules.now_ms);
  }
}

// LookAtOthers names the first of those that are not in order.
void LookAtOthers(const std::vector<Process>& others, std::vector<Finding>& findings) {
  const auto first = std::find_if_not(others.begin(), others.end(), IsInOrder);
  if (first == others.end()) {
    return;
  }
  const auto more = std::count_if(std::next(first), others.end(),
                                  [](const Process& process) { return !IsInOrder(process); });
  findings.push_back(
      {MonitorState::kWarning,
       fmt::format("other processes: {}[{}]{} {}", first->name, first->pid,
                   more > 0 ? fmt::format(" (and {} more)", more) : "",
                   LacksModule(*first)
                       ? fmt::format("reads {} and has not loaded the module",
                                     first->openssl_conf.value_or(""))
                       : fmt::format("began before {} was changed", first->changed_since))});
}

void LookAtDaemonList(const DaemonFacts& daemon, std::uint64_t now_ms,
                      std::vector<Finding>& findings, Numbers& numbers) {
  if (!daemon.has_list) {
    findings.push_back(
        {MonitorState::kCritical,
         fmt::format("tattled has no log list: {}",
                     daemon.mode == "require" ? "every chain is refused" : "nothing is judged")});
    return;
  }
  const auto timestamp_ms = DecodeRfc3339(daemon.list_timestamp);
  if (timestamp_ms) {
    NoteListAge(numbers, *timestamp_ms, now_ms);
  }
  if (daemon.is_list_stale) {
    findings.push_back({MonitorState::kWarning,
                        "tattled: the log list is older than 70 days; bring in a newer one with "
                        "`tattle loglist update`"});
  } else if (timestamp_ms && now_ms >= *timestamp_ms + kOldListMs) {
    findings.push_back(
        {MonitorState::kWarning, "tattled: " + DescribeOldList(*timestamp_ms, now_ms)});
  }
}

void LookAtDaemon(const DaemonFacts& daemon, std::uint64_t now_ms, std::vector<Finding>& findings,
                  Numbers& numbers) {
  LookAtDaemonList(daemon, now_ms, findings, numbers);
  for (const std::string& problem : daemon.problems) {
    findings.push_back({MonitorState::kWarning, problem});
  }
  for (const LogFacts& log : daemon.logs) {
    if (log.num_failures >= kManyFailures) {
      ++numbers.failing_logs;
      findings.push_back({MonitorState::kWarning, DescribeFailures(log)});
    }
  }
  const std::uint64_t lost_ms = daemon.last_lost_line_ms;
  if (lost_ms != 0 && now_ms - std::min(lost_ms, now_ms) < kLostLineMs) {
    findings.push_back({MonitorState::kWarning,
                        fmt::format("tattled lost log lines, {} since its start, the last {} ago",
                                    daemon.num_lost_lines, FormatAge(lost_ms, now_ms))});
  }
}

// FindEvidence has a finding for each kind of evidence of each log, in the order of the pieces.
std::vector<Finding> FindEvidence(const DaemonFacts& daemon, const MonitorRules& rules,
                                  Numbers& numbers) {
  struct Group {
    const EvidenceFacts* latest;
    std::size_t num_pieces;
  };
  std::vector<Group> groups;
  for (const EvidenceFacts& piece : daemon.evidence) {
    if (rules.now_ms - std::min(piece.found_ms, rules.now_ms) >= rules.evidence_days * kMsPerDay) {
      ++numbers.older_evidence;
      continue;
    }
    ++(piece.is_conclusive ? numbers.conclusive : numbers.indicative);
    const auto known = std::find_if(groups.begin(), groups.end(), [&piece](const Group& group) {
      return group.latest->log == piece.log && group.latest->kind == piece.kind &&
             group.latest->is_conclusive == piece.is_conclusive;
    });
    if (known == groups.end()) {
      groups.push_back({&piece, 1});
    } else {
      ++known->num_pieces;
    }
  }
  std::vector<Finding> findings;
  findings.reserve(groups.size());
  for (const auto& [latest, num_pieces] : groups) {
    findings.push_back(
        {latest->is_conclusive ? MonitorState::kCritical : MonitorState::kWarning,
         fmt::format("log {}: {} ({} evidence{}), found {} ago; see `tattle evidence list`",
                     latest->log, Words(latest->kind),
                     latest->is_conclusive ? "conclusive" : "indicative",
                     num_pieces > 1 ? fmt::format(", {} pieces", num_pieces) : "",
                     FormatAge(std::min(latest->found_ms, rules.now_ms), rules.now_ms))});
  }
  return findings;
}

// FindAll has what is wrong, the worst first, and of that evidence first.
std::vector<Finding> FindAll(const StatusFacts& facts, const MonitorRules& rules,
                             Numbers& numbers) {
  std::vector<Finding> others;
  for (const ProgramFacts& program : facts.programs) {
    LookAtProgram(program, rules, others, numbers);
  }
  LookAtOthers(facts.others, others);
  if (facts.should_daemon_answer) {
    others.push_back({MonitorState::kUnknown, "tattled " + facts.daemon_silence});
  }
  for (const std::string& unknown : facts.unknowns) {
    others.push_back({MonitorState::kUnknown, unknown});
  }
  std::vector<Finding> findings;
  if (facts.daemon) {
    LookAtDaemon(*facts.daemon, rules.now_ms, others, numbers);
    findings = FindEvidence(*facts.daemon, rules, numbers);
  }
  numbers.problems = static_cast<std::size_t>(std::count_if(
      others.begin(), others.end(),
      [](const Finding& finding) { return finding.state != MonitorState::kUnknown; }));
  findings.insert(findings.end(), std::make_move_iterator(others.begin()),
                  std::make_move_iterator(others.end()));
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& one, const Finding& other) {
    return RankOf(one.state) < RankOf(other.state);
  });
  return findings;
}

// DescribeGood is what was looked at and found well.
std::string DescribeGood(const StatusFacts& facts) {
  std::string out;
  if (!facts.programs.empty()) {
    out = Counted(facts.programs.size(), "program") + " in effect";
  }
  if (facts.daemon) {
    out.append(out.empty() ? "" : ", ")
        .append("tattled with ")
        .append(Counted(facts.daemon->num_logs, "log"));
    if (facts.daemon->audits && facts.daemon->audits->is_on) {
      out += fmt::format(", {} of {} audited", facts.daemon->audits->num_audited,
                         facts.daemon->audits->num_logs);
    }
  }
  return out.empty() ? "nothing is set up" : out;
}

std::string Summarize(const std::vector<Finding>& findings) {
  std::string out;
  for (std::size_t i = 0; i < std::min(findings.size(), kMaxNamedFindings); ++i) {
    out.append(out.empty() ? "" : "; ").append(Plain(findings.at(i).sentence, kMaxNamedChars));
  }
  if (findings.size() > kMaxNamedFindings) {
    out += fmt::format("; and {} more", findings.size() - kMaxNamedFindings);
  }
  return out;
}

// EncodeNumbers is performance data: 'label'=value[unit];[warning];[critical];[minimum]. A
// threshold of 0 is exceeded by whatever is more.
std::string EncodeNumbers(const Numbers& numbers, const std::optional<DaemonFacts>& daemon) {
  std::string out = fmt::format("problems={};0;;0", numbers.problems);
  if (numbers.list_age_ms) {
    out += fmt::format(" list_age={}s;{};;0", *numbers.list_age_ms / kMsPerSecond,
                       kOldListMs / kMsPerSecond);
  }
  if (daemon) {
    out += fmt::format(" evidence={};;0;0 indicative={};0;;0 failing_logs={};0;;0",
                       numbers.conclusive, numbers.indicative, numbers.failing_logs);
    out +=
        fmt::format(" checks={}c refused={}c not_compliant={}c lost_lines={}c", daemon->num_checks,
                    daemon->num_refused, daemon->num_not_compliant, daemon->num_lost_lines);
  }
  return out;
}

std::string RenderFindings(const std::vector<Finding>& findings) {
  std::string out;
  for (std::size_t i = 0; i < std::min(findings.size(), kMaxFindings); ++i) {
    out += fmt::format("{}: {}\n", StateName(findings.at(i).state),
                       Plain(findings.at(i).sentence, kMaxFindingChars));
  }
  if (findings.size() > kMaxFindings) {
    out += fmt::format("and {} more\n", findings.size() - kMaxFindings);
  }
  return out;
}

std::string RenderNotes(const StatusFacts& facts, const Numbers& numbers) {
  std::string out;
  if (numbers.older_evidence > 0) {
    out += fmt::format("note: {} of evidence, found earlier: see `tattle evidence list`\n",
                       Counted(numbers.older_evidence, "piece"));
  }
  for (const std::string& note : facts.notes) {
    out += fmt::format("note: {}\n", Plain(note, kMaxFindingChars));
  }
  return out;
}

}  // namespace

MonitorAnswer EvaluateMonitor(const StatusFacts& facts, const MonitorRules& rules) {
  Numbers numbers;
  const std::vector<Finding> findings = FindAll(facts, rules, numbers);
  const MonitorState state = findings.empty() ? MonitorState::kOk : findings.front().state;
  return {state, fmt::format("TATTLE {}: {} | {}\n{}{}", StateName(state),
                             findings.empty() ? DescribeGood(facts) : Summarize(findings),
                             EncodeNumbers(numbers, facts.daemon), RenderFindings(findings),
                             RenderNotes(facts, numbers))};
}

MonitorAnswer MonitorFailure(std::string_view sentence) {
  return {MonitorState::kUnknown,
          fmt::format("TATTLE UNKNOWN: {}\n", Plain(sentence, kMaxFindingChars))};
}

}  // namespace tattle::cli
