// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/policy/policy_testing.h"

#include <utility>

#include <gtest/gtest.h>

namespace tattle {
namespace {

SctFacts MakeSct(const Log& log, SctSource source, std::uint64_t timestamp_ms) {
  SctFacts sct;
  sct.source = source;
  sct.status = SctStatus::kValid;
  sct.log_id = log.log_id;
  sct.timestamp_ms = timestamp_ms;
  sct.log = &log;
  if (log.kind == LogKind::kStaticCt) {
    sct.leaf_index = 42;
  }
  return sct;
}

}  // namespace

Log MakeLog(std::uint8_t id, const std::string& name, const std::string& operator_name,
            LogState state, std::uint64_t since_ms) {
  Log log;
  log.log_id.fill(id);
  log.description = name;
  log.operator_name = operator_name;
  log.state = state;
  log.state_since_ms = since_ms;
  return log;
}

TestLogs::TestLogs() {
  tiled1.kind = LogKind::kStaticCt;
  tiled2.kind = LogKind::kStaticCt;
  moved.previous_operators = {{"Sectigo", kMovedMs}};
  test.type = LogType::kTest;
  monitoring.type = LogType::kMonitoringOnly;
  untyped.type = LogType::kUnknown;
}

const TestLogs& Logs() {
  static const TestLogs logs;
  return logs;
}

SctFacts Embedded(const Log& log, std::uint64_t timestamp_ms) {
  return MakeSct(log, SctSource::kEmbedded, timestamp_ms);
}

SctFacts Tls(const Log& log, std::uint64_t timestamp_ms) {
  return MakeSct(log, SctSource::kTls, timestamp_ms);
}

SctFacts Ocsp(const Log& log, std::uint64_t timestamp_ms) {
  return MakeSct(log, SctSource::kOcsp, timestamp_ms);
}

SctFacts WithStatus(SctFacts sct, SctStatus status) {
  sct.status = status;
  return sct;
}

SctFacts WithoutLeafIndex(SctFacts sct) {
  sct.leaf_index.reset();
  return sct;
}

SctFacts FromUnknown(std::uint8_t id, SctSource source) {
  SctFacts sct;
  sct.source = source;
  sct.status = SctStatus::kUnknownLog;
  sct.log_id.emplace();
  sct.log_id->fill(id);
  sct.timestamp_ms = kLateMs;
  return sct;
}

Report MakeReport(std::vector<SctFacts> scts, std::uint64_t lifetime_ms) {
  Report report;
  report.scts = std::move(scts);
  report.not_before_ms = kRetiredMs;
  report.not_after_ms = kRetiredMs + lifetime_ms;
  return report;
}

bool Complies(Policy policy, const Report& report, bool list_stale) {
  return Evaluate(policy, report, kNowMs, list_stale).compliant;
}

std::vector<ReasonCode> Codes(const Verdict& verdict) {
  std::vector<ReasonCode> codes;
  for (const Reason& reason : verdict.reasons) {
    codes.push_back(reason.code);
  }
  return codes;
}

std::string Text(const Verdict& verdict, ReasonCode code) {
  for (const Reason& reason : verdict.reasons) {
    if (reason.code == code) {
      return reason.text;
    }
  }
  return "";
}

void ExpectVerdicts(Policy policy, const std::vector<VerdictCase>& cases) {
  for (const VerdictCase& c : cases) {
    const Verdict verdict = Evaluate(policy, c.report, kNowMs, c.list_stale);
    EXPECT_EQ(verdict.compliant, c.compliant) << c.name;
    ASSERT_FALSE(verdict.reasons.empty()) << c.name;
    EXPECT_EQ(ReasonCodeName(verdict.reasons.front().code), ReasonCodeName(c.first))
        << c.name << ": " << verdict.reasons.front().text;
  }
}

}  // namespace tattle
