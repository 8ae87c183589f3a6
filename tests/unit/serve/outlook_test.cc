// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/serve/outlook.h"

#include "core/verify/verify.h"
#include "tests/unit/serve/fixture.h"

namespace tattle {
namespace {

using testlib::TestLog;

class FindOutlookTest : public ServeTest {
 protected:
  static Report ReportOf(const std::vector<const TestLog*>& served, const LogList& logs,
                         const ByteVector& leaf = world().leaf) {
    std::vector<ByteVector> scts;
    scts.reserve(served.size());
    for (const TestLog* log : served) {
      scts.push_back(log->SignX509(leaf, kStampedMs));
    }
    const ByteVector list = testlib::SctList(scts);
    Result<Report> report =
        Verify({.leaf = leaf, .issuer = world().ca.certificate(), .tls_scts = list}, logs, kNowMs);
    EXPECT_TRUE(report);
    return report ? *std::move(report) : Report();
  }

  // Ending is a list in which the named logs are retired from these times on.
  static LogList Ending(std::vector<std::pair<std::string, std::uint64_t>> ends) {
    return world().List([&ends](Log& log) {
      for (const auto& [name, time_ms] : ends) {
        if (log.description == name) {
          log.state = LogState::kRetired;
          log.state_since_ms = time_ms;
        }
      }
    });
  }
};

TEST_F(FindOutlookTest, ForeseesNothingWithoutDates) {
  const LogList logs = world().List();
  const Report report = ReportOf({&world().a1, &world().b1}, logs);
  for (const Outlook& outlook : FindOutlooks(report, kNowMs)) {
    EXPECT_TRUE(outlook.satisfied) << PolicyName(outlook.policy);
    EXPECT_FALSE(outlook.until_ms) << PolicyName(outlook.policy);
  }
}

TEST_F(FindOutlookTest, EndsWhereEachPolicyEnds) {
  constexpr std::uint64_t kLatestMs = kLaterMs + 1000;
  const LogList logs = Ending({{"A1", kLaterMs}, {"B1", kLatestMs}});
  const Report report = ReportOf({&world().a1, &world().b1}, logs);
  for (const Outlook& outlook : FindOutlooks(report, kNowMs)) {
    EXPECT_TRUE(outlook.satisfied) << PolicyName(outlook.policy);
    // One SCT of any log is enough for RFC 6962; the others want two operators.
    EXPECT_EQ(outlook.until_ms, outlook.policy == Policy::kRfc6962 ? kLatestMs : kLaterMs)
        << PolicyName(outlook.policy);
  }
}

// The date is where Evaluate turns, to the millisecond.
TEST_F(FindOutlookTest, IsWhenTheVerdictTurns) {
  const LogList logs = Ending({{"A1", kLaterMs}, {"B2", kLaterMs + 500}, {"C1", kLaterMs + 900}});
  const Report report = ReportOf({&world().a1, &world().b2, &world().c1}, logs);
  for (const Policy policy : AllPolicies()) {
    const Outlook outlook = FindOutlook(policy, report, kNowMs);
    ASSERT_TRUE(outlook.until_ms) << PolicyName(policy);
    EXPECT_TRUE(Evaluate(policy, report, *outlook.until_ms - 1, false).compliant);
    EXPECT_FALSE(Evaluate(policy, report, *outlook.until_ms, false).compliant);
  }
}

TEST_F(FindOutlookTest, SaysNothingOfWhatDoesNotSuffice) {
  const LogList logs = Ending({{"A1", kLaterMs}});
  const Report report = ReportOf({&world().a1}, logs);
  const Outlook chrome = FindOutlook(Policy::kChrome, report, kNowMs);
  EXPECT_FALSE(chrome.satisfied);
  EXPECT_FALSE(chrome.until_ms);
}

TEST_F(FindOutlookTest, EndsWithTheCertificate) {
  Report report = ReportOf({&world().a1, &world().b1}, world().List());
  const LogList logs = Ending({{"A1", kLaterMs}});
  report = ReportOf({&world().a1, &world().b1}, logs);
  report.not_after_ms = kLaterMs;
  EXPECT_EQ(FindOutlook(Policy::kChrome, report, kNowMs).until_ms, kLaterMs);
  report.not_after_ms = kLaterMs - 1;
  EXPECT_FALSE(FindOutlook(Policy::kChrome, report, kNowMs).until_ms);
}

// Embedded SCTs of a log that is retired later still count for most policies.
TEST_F(FindOutlookTest, KnowsThatEmbeddedSctsLiveLonger) {
  const LogList logs = Ending({{"A1", kLaterMs}});
  const Result<Report> report =
      Verify({.leaf = world().embedded_leaf, .issuer = world().ca.certificate()}, logs, kNowMs);
  ASSERT_TRUE(report);
  const Outlook chrome = FindOutlook(Policy::kChrome, *report, kNowMs);
  EXPECT_TRUE(chrome.satisfied);
  EXPECT_FALSE(chrome.until_ms);
}

}  // namespace
}  // namespace tattle
