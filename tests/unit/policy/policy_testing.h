// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Logs of every standing and reports made of them, for the tests of policies.

#ifndef TATTLE_TESTS_UNIT_POLICY_POLICY_TESTING_H_
#define TATTLE_TESTS_UNIT_POLICY_POLICY_TESTING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/policy/policy.h"

namespace tattle {

inline constexpr std::uint64_t kNowMs = 1'793'491'200'000;      // 2026-11-01
inline constexpr std::uint64_t kRetiredMs = 1'740'787'200'000;  // 2025-03-01
inline constexpr std::uint64_t kMovedMs = 1'751'328'000'000;    // 2025-07-01
inline constexpr std::uint64_t kEarlyMs = kRetiredMs - 1000;    // before any of these changes
inline constexpr std::uint64_t kLateMs = kMovedMs + 1000;       // after all of them
inline constexpr std::uint64_t kDayMs = std::uint64_t{24} * 3600 * 1000;
inline constexpr std::uint64_t kSecondMs = 1000;

// MakeLog makes a log whose log_id is that byte 32 times.
Log MakeLog(std::uint8_t id, const std::string& name, const std::string& operator_name,
            LogState state, std::uint64_t since_ms = 0);

// The logs that the tests speak of. Immutable, alive to the end.
struct TestLogs {
  Log google1 = MakeLog(1, "Google 1", "Google", LogState::kUsable);
  Log google2 = MakeLog(2, "Google 2", "Google", LogState::kQualified);
  Log google3 = MakeLog(3, "Google 3", "Google", LogState::kReadOnly, kRetiredMs);
  Log sectigo1 = MakeLog(4, "Sectigo 1", "Sectigo", LogState::kUsable);
  Log sectigo2 = MakeLog(5, "Sectigo 2", "Sectigo", LogState::kReadOnly);
  Log retired1 = MakeLog(6, "DigiCert retired", "DigiCert", LogState::kRetired, kRetiredMs);
  Log retired2 = MakeLog(7, "Google 'Pilot' log", "Google", LogState::kRetired, kRetiredMs);
  Log retired3 = MakeLog(8, "Sectigo retired", "Sectigo", LogState::kRetired, kRetiredMs);
  Log tiled1 = MakeLog(9, "Geomys tiled", "Geomys", LogState::kUsable);         // kStaticCt
  Log tiled2 = MakeLog(10, "TrustAsia tiled", "TrustAsia", LogState::kUsable);  // kStaticCt
  Log moved = MakeLog(11, "Moved", "Google", LogState::kUsable);  // Sectigo's until kMovedMs
  Log pending = MakeLog(12, "Pending", "P", LogState::kPending);
  Log rejected = MakeLog(13, "Rejected", "R", LogState::kRejected, kRetiredMs);
  Log stateless = MakeLog(14, "Stateless", "N", LogState::kNone);
  Log strange = MakeLog(15, "Strange", "U", LogState::kUnknown);
  Log test = MakeLog(16, "Test", "T", LogState::kUsable);                  // LogType::kTest
  Log monitoring = MakeLog(17, "Monitoring", "M", LogState::kUsable);      // kMonitoringOnly
  Log untyped = MakeLog(18, "Untyped", "X", LogState::kUsable);            // LogType::kUnknown
  Log future = MakeLog(19, "Future", "F", LogState::kUsable, kNowMs + 1);  // pending still

  TestLogs();
};
const TestLogs& Logs();

// Valid SCTs, stamped late unless said otherwise.
SctFacts Embedded(const Log& log, std::uint64_t timestamp_ms = kLateMs);
SctFacts Tls(const Log& log, std::uint64_t timestamp_ms = kLateMs);
SctFacts Ocsp(const Log& log, std::uint64_t timestamp_ms = kLateMs);

// WithStatus, WithoutLeafIndex and FromUnknown change one thing of an SCT. The tiled logs' SCTs
// have a leaf_index otherwise.
SctFacts WithStatus(SctFacts sct, SctStatus status);
SctFacts WithoutLeafIndex(SctFacts sct);
SctFacts FromUnknown(std::uint8_t id, SctSource source = SctSource::kEmbedded);

// MakeReport takes notAfter less notBefore.
Report MakeReport(std::vector<SctFacts> scts, std::uint64_t lifetime_ms = 90 * kDayMs);

// Complies evaluates at kNowMs.
bool Complies(Policy policy, const Report& report, bool list_stale = false);

// Codes are those of the verdict in order; Text is that of the first reason with a code, or "".
std::vector<ReasonCode> Codes(const Verdict& verdict);
std::string Text(const Verdict& verdict, ReasonCode code);

// VerdictCase is a row of a table: what `policy` says of `report`, first code first.
struct VerdictCase {
  std::string name;
  Report report;
  bool compliant = false;
  ReasonCode first = ReasonCode::kNoScts;
  bool list_stale = false;
};
void ExpectVerdicts(Policy policy, const std::vector<VerdictCase>& cases);

}  // namespace tattle

#endif  // TATTLE_TESTS_UNIT_POLICY_POLICY_TESTING_H_
