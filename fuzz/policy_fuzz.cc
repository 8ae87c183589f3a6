// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Target: Evaluate, every policy, with fresh and stale lists
// Property: a verdict never improves when an SCT is removed; none passes without SCTs; strict is
//   exactly chrome, apple, mozilla and android together; every verdict has a reason, and its first
//   says whether it is compliant; a verdict is the same at both ends of its validity

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/reader.h"
#include "core/policy/policy.h"
#include "core/policy/validity.h"

namespace tattle {
namespace {

constexpr std::uint64_t kDayMs = std::uint64_t{24} * 3600 * 1000;
constexpr std::uint64_t kNowMs = 200 * kDayMs;

// Input: byte 0 is the lifetime in days above 100; then kNumLogs logs of 5 bytes; then SCTs of 3
// bytes. Times are days, so that they often fall together.
constexpr std::size_t kNumLogs = 8;
constexpr std::size_t kMaxScts = 8;  // removal makes the work quadratic

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

std::uint8_t Next(ByteReader& reader) {
  Bytes byte;
  return reader.ReadBytes(1, byte) ? byte.front() : std::uint8_t{0};
}

Log ReadLog(ByteReader& reader, std::uint8_t id) {
  Log log;
  log.log_id.fill(id);
  log.operator_name = std::string(1, static_cast<char>('A' + Next(reader) % 4));
  // Half of all logs are usable, so that policies are passed often.
  const std::uint8_t state = Next(reader);
  log.state = state < 128 ? LogState::kUsable : static_cast<LogState>(state % 8);
  log.state_since_ms = Next(reader) * kDayMs;
  const std::uint8_t kind = Next(reader);
  log.kind = kind % 2 == 0 ? LogKind::kRfc6962 : LogKind::kStaticCt;
  log.type = kind < 224 ? LogType::kProd : static_cast<LogType>(kind % 4);
  const std::uint8_t moved = Next(reader);
  if (moved != 0) {
    log.previous_operators = {{std::string(1, static_cast<char>('A' + moved % 4)), moved * kDayMs}};
  }
  return log;
}

SctFacts ReadSct(ByteReader& reader, const std::array<Log, kNumLogs>& logs) {
  SctFacts sct;
  const std::uint8_t what = Next(reader);
  const Log& log = logs[what % kNumLogs];
  sct.log_id = log.log_id;
  sct.log = &log;
  sct.source = static_cast<SctSource>(what / kNumLogs % 3 + 1);
  if (what % 5 == 0) {
    sct.leaf_index = what;
  }
  const std::uint8_t status = Next(reader);
  sct.status = status < 160 ? SctStatus::kValid : static_cast<SctStatus>(status % 9);
  if (sct.status == SctStatus::kUnknownLog) {
    sct.log = nullptr;
    sct.log_id->fill(status);
  }
  sct.timestamp_ms = Next(reader) * kDayMs;
  return sct;
}

bool IsCompliantReason(ReasonCode code) {
  return code == ReasonCode::kCompliantEmbedded || code == ReasonCode::kCompliantTls ||
         code == ReasonCode::kCompliantOcsp || code == ReasonCode::kCompliantMixed;
}

bool Complies(Policy policy, const Report& report, bool list_stale) {
  const Verdict verdict = Evaluate(policy, report, kNowMs, list_stale);
  Require(!verdict.reasons.empty() && !verdict.reasons.front().text.empty());
  Require(IsCompliantReason(verdict.reasons.front().code) == verdict.compliant);
  Require(!verdict.compliant || !report.scts.empty());
  return verdict.compliant;
}

void CheckProperties(const Report& report, bool list_stale) {
  bool all_four = true;
  for (const Policy policy : AllPolicies()) {
    if (policy == Policy::kStrict) {
      // As the four never improve, neither does what they have in common.
      Require(Complies(policy, report, list_stale) == all_four);
      continue;
    }
    if (Complies(policy, report, list_stale)) {
      continue;
    }
    all_four = all_four && policy == Policy::kRfc6962;
    for (std::size_t i = 0; i < report.scts.size(); ++i) {
      Report fewer = report;
      fewer.scts.erase(fewer.scts.begin() + static_cast<std::ptrdiff_t>(i));
      Require(!Complies(policy, fewer, list_stale));
    }
  }
}

bool AreEqual(const Verdict& a, const Verdict& b) {
  return a.compliant == b.compliant &&
         std::equal(
             a.reasons.begin(), a.reasons.end(), b.reasons.begin(), b.reasons.end(),
             [](const Reason& x, const Reason& y) { return x.code == y.code && x.text == y.text; });
}

void CheckValidity(const Report& report, bool list_stale) {
  const Validity validity = ValidityAt(report, kNowMs);
  Require(validity.Covers(kNowMs));
  for (const Policy policy : AllPolicies()) {
    const Verdict now = Evaluate(policy, report, kNowMs, list_stale);
    Require(AreEqual(Evaluate(policy, report, validity.from_ms, list_stale), now));
    Require(AreEqual(Evaluate(policy, report, validity.until_ms - 1, list_stale), now));
  }
}

}  // namespace
}  // namespace tattle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tattle;
  ByteReader reader(Bytes(data, size));
  Report report;
  report.not_after_ms = (100 + std::uint64_t{Next(reader)}) * kDayMs;
  std::array<Log, kNumLogs> logs;
  std::uint8_t id = 0;
  for (Log& log : logs) {
    log = ReadLog(reader, id++);
  }
  while (!reader.empty() && report.scts.size() < kMaxScts) {
    report.scts.push_back(ReadSct(reader, logs));
  }
  for (const bool list_stale : {false, true}) {
    CheckProperties(report, list_stale);
    CheckValidity(report, list_stale);
  }
  return 0;
}
