// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/policy/validity.h"

#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/policy/policy.h"
#include "tests/unit/policy/policy_testing.h"

namespace tattle::validity_test {
namespace {

constexpr std::uint64_t kEndOfTimeMs = std::numeric_limits<std::uint64_t>::max();

// ReportAt is what Verify would have found at another time.
Report ReportAt(Report report, std::uint64_t now_ms) {
  for (SctFacts& sct : report.scts) {
    if (sct.status == SctStatus::kValid || sct.status == SctStatus::kInFuture) {
      sct.status = IsInFuture(sct.timestamp_ms, now_ms) ? SctStatus::kInFuture : SctStatus::kValid;
    }
  }
  return report;
}

// Everything is what all policies say at a time, in one text.
std::string Everything(const Report& report, std::uint64_t now_ms, bool list_stale) {
  std::string out;
  for (const Policy policy : AllPolicies()) {
    const Verdict verdict = Evaluate(policy, ReportAt(report, now_ms), now_ms, list_stale);
    out.append(PolicyName(policy)).append(verdict.compliant ? " yes\n" : " no\n");
    for (const Reason& reason : verdict.reasons) {
      out.append(ReasonCodeName(reason.code)).append(": ").append(reason.text).append("\n");
    }
  }
  return out;
}

TEST(ValidityAtTest, IsEndlessWhereTimeHasNoPart) {
  const Validity validity = ValidityAt(MakeReport({}), kNowMs);
  EXPECT_EQ(validity.from_ms, 0U);
  EXPECT_EQ(validity.until_ms, kEndOfTimeMs);
}

TEST(ValidityAtTest, EndsWhereALogChangesItsStateAndWhereAnSctLeavesTheFuture) {
  struct Case {
    const char* name;
    std::uint64_t timestamp_ms;
    std::uint64_t state_since_ms;
    std::uint64_t from_ms;
    std::uint64_t until_ms;
  };
  const Case cases[] = {
      {"both behind", kNowMs - 5, kNowMs - kDayMs, kNowMs - kClockDriftMs - 5, kEndOfTimeMs},
      {"state now", 0, kNowMs, kNowMs, kEndOfTimeMs},
      {"state next", 0, kNowMs + 1, 0, kNowMs + 1},
      {"drift just used up", kNowMs + kClockDriftMs, 0, kNowMs, kEndOfTimeMs},
      {"in the future", kNowMs + kClockDriftMs + 1, 0, 0, kNowMs + 1},
      {"between both", kNowMs - kDayMs, kNowMs + kDayMs, kNowMs - kDayMs - kClockDriftMs,
       kNowMs + kDayMs},
      {"the end of time", kEndOfTimeMs, kEndOfTimeMs, 0, kEndOfTimeMs - kClockDriftMs},
  };
  for (const Case& row : cases) {
    const Log log = MakeLog(1, "Log", "Operator", LogState::kRetired, row.state_since_ms);
    const Validity validity = ValidityAt(MakeReport({Embedded(log, row.timestamp_ms)}), kNowMs);
    EXPECT_EQ(validity.from_ms, row.from_ms) << row.name;
    EXPECT_EQ(validity.until_ms, row.until_ms) << row.name;
    EXPECT_TRUE(validity.Covers(kNowMs)) << row.name;
    EXPECT_FALSE(validity.Covers(validity.until_ms)) << row.name;
    EXPECT_TRUE(validity.Covers(validity.from_ms)) << row.name;
  }
}

// Dice makes reports in which logs change and SCTs come out of the future within two hours of each
// other, so that a time among them often lies between two changes.
class Dice {
 public:
  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }
  std::uint64_t TimeMs() { return kNowMs + Below(25) * kClockDriftMs; }

  Log RandomLog(std::uint8_t id) {
    Log log = MakeLog(id, "Log " + std::to_string(id), std::string(1, char('A' + Below(3))),
                      static_cast<LogState>(Below(8)), Below(4) == 0 ? 0 : TimeMs());
    log.kind = Below(2) == 0 ? LogKind::kRfc6962 : LogKind::kStaticCt;
    log.type = Below(8) == 0 ? LogType::kTest : LogType::kProd;
    if (Below(3) == 0) {
      log.previous_operators = {{"Before", TimeMs()}};
    }
    return log;
  }

  SctFacts RandomSct(const std::vector<Log>& logs) {
    SctFacts sct = Embedded(logs[Below(logs.size())], TimeMs() + Below(2));
    sct.source = static_cast<SctSource>(1 + Below(3));
    if (Below(4) == 0) {
      sct = FromUnknown(static_cast<std::uint8_t>(200 + Below(3)), sct.source);
      sct.timestamp_ms = TimeMs();
    } else if (Below(4) == 0) {
      sct.status = static_cast<SctStatus>(Below(9));
    }
    if (Below(2) == 0) {
      sct.leaf_index = 7;
    }
    return sct;
  }

 private:
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): the same reports each time
  std::mt19937_64 random_{6962};
};

TEST(ValidityAtTest, CoversOnlyTimesOfOneVerdict) {
  Dice dice;
  std::size_t num_changes = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<Log> logs;
    for (std::uint8_t id = 0; id < 5; ++id) {
      logs.push_back(dice.RandomLog(id));
    }
    std::vector<SctFacts> scts;
    for (std::uint64_t left = dice.Below(6); left > 0; --left) {
      scts.push_back(dice.RandomSct(logs));
    }
    const Report report = MakeReport(scts, (100 + dice.Below(150)) * kDayMs);
    const std::uint64_t now_ms = dice.TimeMs();
    const Validity validity = ValidityAt(report, now_ms);
    ASSERT_TRUE(validity.Covers(now_ms));
    for (const bool list_stale : {false, true}) {
      const std::string now = Everything(report, now_ms, list_stale);
      for (const std::uint64_t time_ms :
           {validity.from_ms, (validity.from_ms + now_ms) / 2, validity.until_ms - 1,
            now_ms + (validity.until_ms - now_ms) / 2}) {
        ASSERT_TRUE(validity.Covers(time_ms));
        ASSERT_EQ(Everything(report, time_ms, list_stale), now) << round;
        // The report may be of any time within.
        ASSERT_EQ(Everything(ReportAt(report, time_ms), now_ms, list_stale), now) << round;
      }
      num_changes += Everything(report, validity.until_ms, list_stale) != now ? 1 : 0;
      num_changes +=
          validity.from_ms > 0 && Everything(report, validity.from_ms - 1, list_stale) != now ? 1
                                                                                              : 0;
    }
  }
  // The ends are not drawn too early: beyond many of them something is different.
  EXPECT_GT(num_changes, 200U);
}

}  // namespace
}  // namespace tattle::validity_test
