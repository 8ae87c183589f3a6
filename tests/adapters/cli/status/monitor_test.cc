// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/monitor.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/cli/enable/program_kind.h"
#include "core/base/time.h"

namespace tattle::cli::monitor_test {
namespace {

using S = MonitorState;

constexpr std::uint64_t kNowMs = 1'800'000'000'000;
constexpr std::uint64_t kHourMs = std::uint64_t{3600} * kMsPerSecond;
constexpr MonitorRules kRules = {.now_ms = kNowMs, .evidence_days = 7, .is_program_named = false};

ProgramFacts Enabled(const std::string& mode = "require") {
  ProgramFacts facts;
  facts.place.program = "prosody";
  facts.kind = &kUnitKind;
  facts.cnf = "/etc/tattle/openssl.cnf";
  facts.mode = mode;
  facts.policy = "chrome";
  facts.log_list = LogListFacts{"built-in", kNowMs - 3 * kMsPerDay, false};
  return facts;
}

DaemonFacts Running() {
  DaemonFacts facts;
  facts.mode = "report";
  facts.has_list = true;
  facts.list_timestamp = EncodeRfc3339(kNowMs - 33 * kMsPerDay);
  facts.num_logs = 72;
  facts.audits = AuditFacts{true, 62, 60, "", ""};
  return facts;
}

// Both is a system with a program and tattled, all of it in order.
StatusFacts Both() {
  StatusFacts facts;
  facts.programs = {Enabled()};
  facts.daemon = Running();
  return facts;
}

EvidenceFacts Piece(std::uint64_t days, bool is_conclusive = true,
                    const std::string& log = "Amber") {
  return {log, is_conclusive ? "split_view" : "stale_head", is_conclusive,
          kNowMs - days * kMsPerDay};
}

std::string FirstLine(const MonitorAnswer& answer) {
  return answer.text.substr(0, answer.text.find('\n'));
}

// With is what is said of Both() after a change.
MonitorAnswer With(const std::function<void(StatusFacts&)>& change,
                   const MonitorRules& rules = kRules) {
  StatusFacts facts = Both();
  change(facts);
  return EvaluateMonitor(facts, rules);
}

struct Case {
  const char* name;
  std::function<void(StatusFacts&)> change;
  MonitorState want;
  const char* words;  // in the first line
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> kCases = {
      {"nothing", [](StatusFacts&) {}, S::kOk,
       "1 program in effect, tattled with 72 logs, 60 of 62 audited | "},
      {"conclusive", [](StatusFacts& f) { f.daemon->evidence = {Piece(2)}; }, S::kCritical,
       "log Amber: split view (conclusive evidence), found 2 d ago; "},
      {"many pieces",
       [](StatusFacts& f) {
         f.daemon->evidence = {Piece(1), Piece(2), Piece(3)};
       },
       S::kCritical, "log Amber: split view (conclusive evidence, 3 pieces), found 24 h ago; "},
      {"from the future",
       [](StatusFacts& f) {
         f.daemon->evidence = {Piece(0)};
         f.daemon->evidence[0].found_ms = kNowMs + kMsPerDay;
       },
       S::kCritical, "found 0 s ago; "},
      {"indicative", [](StatusFacts& f) { f.daemon->evidence = {Piece(2, false)}; }, S::kWarning,
       "log Amber: stale head (indicative evidence), found 2 d ago; "},
      {"old evidence",
       [](StatusFacts& f) {
         f.daemon->evidence = {Piece(7), Piece(400, false)};
       },
       S::kOk, "1 program in effect"},
      {"no list", [](StatusFacts& f) { f.daemon->has_list = false; }, S::kCritical,
       "tattled has no log list: nothing is judged"},
      {"no list in require",
       [](StatusFacts& f) {
         f.daemon->has_list = false;
         f.daemon->mode = "require";
       },
       S::kCritical, "tattled has no log list: every chain is refused"},
      {"stale list", [](StatusFacts& f) { f.daemon->is_list_stale = true; }, S::kWarning,
       "tattled: the log list is older than 70 days"},
      {"old list",
       [](StatusFacts& f) { f.daemon->list_timestamp = EncodeRfc3339(kNowMs - 57 * kMsPerDay); },
       S::kWarning, "tattled: the log list is 57 days old, stale after 70; "},
      {"list of just now",
       [](StatusFacts& f) { f.daemon->list_timestamp = EncodeRfc3339(kNowMs - 55 * kMsPerDay); },
       S::kOk, "1 program"},
      {"hook", [](StatusFacts& f) { f.daemon->problems = {"hook: ended with status 1"}; },
       S::kWarning, "WARNING: hook: ended with status 1 | problems=1;0;;0 "},
      {"one failed audit",
       [](StatusFacts& f) {
         f.daemon->logs = {{"Amber", 0, 2, "timeout"}};
       },
       S::kOk, " failing_logs=0;0;;0 "},
      {"audits fail",
       [](StatusFacts& f) {
         f.daemon->logs = {{"Amber", 0, 3, "timeout"}};
       },
       S::kWarning, "log Amber: 3 audits in a row failed, the last: timeout"},
      {"lost lines",
       [](StatusFacts& f) {
         f.daemon->num_lost_lines = 5;
         f.daemon->last_lost_line_ms = kNowMs - kHourMs / 2;
       },
       S::kWarning, "tattled lost log lines, 5 since its start, the last 30 min ago"},
      {"lines lost earlier",
       [](StatusFacts& f) {
         f.daemon->num_lost_lines = 5;
         f.daemon->last_lost_line_ms = kNowMs - kHourMs;
       },
       S::kOk, " lost_lines=5c"},
      {"problem in require", [](StatusFacts& f) { f.programs[0].problems = {"no module"}; },
       S::kCritical, "prosody: no module"},
      {"problem in report",
       [](StatusFacts& f) {
         f.programs = {Enabled("report")};
         f.programs[0].problems = {"no module"};
       },
       S::kWarning, "prosody: no module"},
      {"mode is off",
       [](StatusFacts& f) {
         f.programs = {Enabled("off")};
         f.programs[0].problems = {"mode is off: nothing is judged"};
       },
       S::kWarning, "prosody: mode is off"},
      {"mode is not known",
       [](StatusFacts& f) {
         f.programs = {Enabled("")};
         f.programs[0].problems = {"the cnf is gone"};
       },
       S::kCritical, "prosody: the cnf is gone"},
      {"program without a list",
       [](StatusFacts& f) {
         f.programs = {Enabled("report")};
         f.programs[0].log_list.reset();
         f.programs[0].problems = {"no list; without it nothing can be judged"};
       },
       S::kCritical, "prosody: no list"},
      {"program with a stale list",
       [](StatusFacts& f) {
         f.programs[0].log_list = LogListFacts{"/l", kNowMs - 71 * kMsPerDay, true};
         f.programs[0].warnings = {"is stale"};
       },
       S::kWarning, "WARNING: prosody: is stale | problems=1;0;;0 "},
      {"program with an old list",
       [](StatusFacts& f) {
         f.programs[0].log_list->timestamp_ms = kNowMs - 60 * kMsPerDay;
         f.programs[0].warnings = {"the log list is 60 days old"};
       },
       S::kWarning, "WARNING: prosody: the log list is 60 days old | problems=1;"},
      {"program with a list without a date",
       [](StatusFacts& f) { f.programs[0].log_list->timestamp_ms.reset(); }, S::kOk, "1 program"},
      {"warning", [](StatusFacts& f) { f.programs[0].warnings = {"roots end soon"}; }, S::kWarning,
       "prosody: roots end soon"},
      {"hidden process", [](StatusFacts& f) { f.programs[0].unknowns = {"run as root"}; },
       S::kUnknown, "prosody: run as root"},
      {"other process",
       [](StatusFacts& f) {
         Process process;
         process.pid = 7;
         process.name = "p";
         process.openssl_conf = "/etc/x.cnf";
         process.libraries = {"libcrypto"};
         f.others = {process, process};
       },
       S::kWarning, "other processes: p[7] (and 1 more) reads /etc/x.cnf and has not loaded"},
      {"other process with older settings",
       [](StatusFacts& f) {
         Process process;
         process.pid = 7;
         process.name = "p";
         process.module_path = "/m.so";
         f.others = {process, process};
         f.others[1].changed_since = "/etc/x.cnf";
       },
       S::kWarning, "other processes: p[7] began before /etc/x.cnf was changed | "},
      {"silence",
       [](StatusFacts& f) {
         f.daemon.reset();
         f.should_daemon_answer = true;
         f.daemon_silence = "does not answer at /c (Permission denied)";
       },
       S::kUnknown, "UNKNOWN: tattled does not answer at /c (Permission denied) | problems=0;"},
      {"not running",
       [](StatusFacts& f) {
         f.daemon.reset();
         f.daemon_silence = "not running";
       },
       S::kOk, "OK: 1 program in effect | "},
      {"unknown", [](StatusFacts& f) { f.unknowns = {"no postconf"}; }, S::kUnknown,
       "UNKNOWN: no postconf | "},
      {"all at once",
       [](StatusFacts& f) {
         f.unknowns = {"no postconf"};
         f.programs[0].warnings = {"roots end soon"};
         f.programs[0].problems = {"no module"};
         f.daemon->evidence = {Piece(1)};
         f.daemon->problems = {"pool: is full"};
       },
       S::kCritical, "; prosody: no module; prosody: roots end soon; and 2 more | problems=3;"},
  };
  return kCases;
}

TEST(EvaluateMonitorTest, SaysWhatIsWrongAndHowBadThatIs) {
  for (const Case& item : Cases()) {
    const MonitorAnswer answer = With(item.change);
    EXPECT_EQ(answer.state, item.want) << item.name << ": " << answer.text;
    EXPECT_NE(FirstLine(answer).find(item.words), std::string::npos)
        << item.name << ": " << answer.text;
  }
}

TEST(EvaluateMonitorTest, KeepsTheConvention) {
  const std::string number = "-?[0-9]+";
  const std::string datum = "[a-z_]+=[0-9]+(s|c)?(;(" + number + ")?){0,4}";
  const std::regex form("TATTLE (OK|WARNING|CRITICAL|UNKNOWN): [^|\n]+ \\| " + datum + "( " +
                        datum + ")*");
  const char* const kNames[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  for (const Case& item : Cases()) {
    const MonitorAnswer answer = With(item.change);
    EXPECT_TRUE(std::regex_match(FirstLine(answer), form)) << item.name << ": " << answer.text;
    const int status = answer.exit_status();
    EXPECT_TRUE(FirstLine(answer).starts_with("TATTLE " + std::string(kNames[status]) + ": "));
    EXPECT_EQ(answer.text.back(), '\n');
    EXPECT_EQ(std::count(answer.text.begin(), answer.text.end(), '|'), 1) << answer.text;
  }
}

TEST(EvaluateMonitorTest, NothingAtAllIsFine) {
  const MonitorAnswer answer = EvaluateMonitor(StatusFacts(), kRules);
  EXPECT_EQ(answer.state, S::kOk);
  EXPECT_EQ(answer.text, "TATTLE OK: nothing is set up | problems=0;0;;0\n");
}

TEST(EvaluateMonitorTest, HasAllNumbers) {
  const MonitorAnswer answer = With([](StatusFacts& f) {
    f.daemon->evidence = {Piece(1), Piece(8), Piece(1, false), Piece(2, false)};
    f.daemon->num_checks = 12;
    f.daemon->num_refused = 3;
    f.daemon->num_not_compliant = 4;
    f.daemon->num_lost_lines = 5;
  });
  EXPECT_TRUE(FirstLine(answer).ends_with(
      " | problems=0;0;;0 list_age=2851200s;4838400;;0 evidence=1;;0;0 indicative=2;0;;0 "
      "failing_logs=0;0;;0 checks=12c refused=3c not_compliant=4c lost_lines=5c"))
      << answer.text;
}

TEST(EvaluateMonitorTest, EndsAnAlarmOfEvidenceAfterSoManyDays) {
  const auto add = [](StatusFacts& f) { f.daemon->evidence = {Piece(3), Piece(2, false)}; };
  MonitorRules rules = kRules;
  rules.evidence_days = 4;
  EXPECT_EQ(With(add, rules).state, S::kCritical);
  rules.evidence_days = 3;
  EXPECT_EQ(With(add, rules).state, S::kWarning);
  rules.evidence_days = 0;
  const MonitorAnswer answer = With(add, rules);
  EXPECT_EQ(answer.state, S::kOk);
  EXPECT_NE(answer.text.find("\nnote: 2 pieces of evidence, found earlier: see "),
            std::string::npos)
      << answer.text;
}

TEST(EvaluateMonitorTest, AProgramThatIsNamedIsToBeEnabled) {
  StatusFacts facts;
  facts.programs = {ProgramFacts()};
  facts.programs[0].place.program = "prosody";
  MonitorRules rules = kRules;
  rules.is_program_named = true;
  EXPECT_EQ(EvaluateMonitor(facts, rules).state, S::kCritical);
  facts.programs[0].unknowns = {"cannot be read"};
  EXPECT_EQ(EvaluateMonitor(facts, rules).state, S::kUnknown);
}

TEST(EvaluateMonitorTest, TheWorstDecidesAndComesFirst) {
  std::vector<std::function<void(StatusFacts&)>> parts = {
      [](StatusFacts& f) { f.daemon->evidence = {Piece(1)}; },
      [](StatusFacts& f) { f.daemon->problems = {"pool: is full"}; },
      [](StatusFacts& f) { f.unknowns = {"no postconf"}; },
  };
  const MonitorState want[] = {S::kOk,      S::kCritical, S::kWarning, S::kCritical,
                               S::kUnknown, S::kCritical, S::kWarning, S::kCritical};
  for (std::size_t set = 0; set < 8; ++set) {
    const MonitorAnswer answer = With([&](StatusFacts& f) {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if ((set >> i & 1U) != 0) {
          parts[i](f);
        }
      }
    });
    EXPECT_EQ(answer.state, want[set]) << answer.text;
  }
}

TEST(EvaluateMonitorTest, WordsFromOutsideAreHarmlessAndBounded) {
  const MonitorAnswer answer = With([](StatusFacts& f) {
    f.daemon->evidence = {Piece(1, true, "A|b\n\x1b[2J=" + std::string(1000, 'x'))};
    f.daemon->problems.assign(1000, "p|q\nr");
    f.notes = {"n|o"};
  });
  EXPECT_EQ(std::count(answer.text.begin(), answer.text.end(), '|'), 1);
  EXPECT_EQ(answer.text.find('\x1b'), std::string::npos);
  EXPECT_TRUE(FirstLine(answer).starts_with("TATTLE CRITICAL: log A/b??[2J=xxx")) << answer.text;
  EXPECT_LT(FirstLine(answer).size(), 1000U);
  EXPECT_LT(answer.text.size(), 30'000U);
  EXPECT_NE(answer.text.find("\nand 951 more\nnote: n/o\n"), std::string::npos) << answer.text;
}

TEST(EvaluateMonitorTest, SaysAllOfItBelow) {
  const MonitorAnswer answer = With([](StatusFacts& f) {
    f.daemon->problems = {"pool: is full", "hook: failed", "audit: failed", "gossip: failed"};
    f.unknowns = {"no postconf"};
  });
  EXPECT_EQ(answer.text.substr(answer.text.find('\n') + 1),
            "WARNING: pool: is full\nWARNING: hook: failed\nWARNING: audit: failed\n"
            "WARNING: gossip: failed\nUNKNOWN: no postconf\n");
}

TEST(MonitorFailureTest, IsUnknown) {
  const MonitorAnswer answer = MonitorFailure("/x|y is no folder\nat all");
  EXPECT_EQ(answer.text, "TATTLE UNKNOWN: /x/y is no folder?at all\n");
  EXPECT_EQ(answer.exit_status(), 3);
}

TEST(DaemonFactsTest, HasWhatTheMonitorAsks) {
  const auto facts = DecodeDaemonFacts(AsBytes(
      R"({"last_lost_line":"2026-10-14T17:46:40Z","counters":{"log_lines_lost":3,)"
      R"("verdicts_not_compliant":4},"evidence":[{"id":"a","kind":"split_view","conclusive":true,)"
      R"("log_id":"AA==","log":null,"found":"2026-10-14T17:46:40Z"},{"kind":"stale_head",)"
      R"("conclusive":false,"log_id":"AQ==","log":"Beta","found":null}]})"));
  ASSERT_TRUE(facts.has_value()) << facts.error();
  EXPECT_EQ(facts->num_lost_lines, 3U);
  EXPECT_EQ(facts->num_not_compliant, 4U);
  EXPECT_EQ(EncodeRfc3339(facts->last_lost_line_ms), "2026-10-14T17:46:40Z");
  ASSERT_EQ(facts->evidence.size(), 2U);
  EXPECT_EQ(facts->evidence[0].log, "AA==");
  EXPECT_EQ(facts->evidence[0].kind, "split_view");
  EXPECT_TRUE(facts->evidence[0].is_conclusive);
  EXPECT_EQ(facts->evidence[0].found_ms, facts->last_lost_line_ms);
  EXPECT_EQ(facts->evidence[1].log, "Beta");
  EXPECT_FALSE(facts->evidence[1].is_conclusive);
  EXPECT_EQ(facts->evidence[1].found_ms, 0U);
}

}  // namespace
}  // namespace tattle::cli::monitor_test
