// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/policy/policy.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::policy_test {
namespace {

constexpr Policy kBrowsers[] = {Policy::kChrome, Policy::kApple, Policy::kMozilla,
                                Policy::kAndroid};

// Where the four disagree. `want` is for chrome, apple, mozilla, android.
struct Disagreement {
  std::string name;
  Report report;
  bool want[4] = {};
  bool list_stale = false;
};

void ExpectDisagreement(const Disagreement& c) {
  std::size_t i = 0;
  for (const Policy policy : kBrowsers) {
    EXPECT_EQ(Complies(policy, c.report, c.list_stale), c.want[i++])
        << c.name << ": " << PolicyName(policy);
  }
}

TEST(DisagreementTest, OneTlsAndOneEmbeddedSctOfTwoOperators) {
  ExpectDisagreement({"mixed",
                      MakeReport({Embedded(Logs().google1), Tls(Logs().sectigo1)}),
                      {false, true, false, false}});
}

TEST(DisagreementTest, OcspScts) {
  ExpectDisagreement({"OCSP",
                      MakeReport({Ocsp(Logs().google1), Ocsp(Logs().sectigo1)}),
                      {false, true, true, true}});
}

TEST(DisagreementTest, StaticOnlySets) {
  ExpectDisagreement({"static",
                      MakeReport({Embedded(Logs().tiled1), Embedded(Logs().tiled2)}),
                      {true, true, true, true}});
}

TEST(DisagreementTest, ATiledSctWithoutLeafIndex) {
  ExpectDisagreement(
      {"leaf_index",
       MakeReport({Embedded(Logs().google1), WithoutLeafIndex(Embedded(Logs().tiled1))}),
       {true, true, false, true}});
}

TEST(DisagreementTest, ARetiredLogsSctStampedAfterItsRetirement) {
  ExpectDisagreement(
      {"retired",
       MakeReport({Embedded(Logs().google1, kEarlyMs), Embedded(Logs().retired1, kLateMs)}),
       {false, false, false, true}});
}

TEST(DisagreementTest, ThreeSctsOfWhichTwoOfOneOperator) {
  const TestLogs& logs = Logs();
  ExpectDisagreement(
      {"short-lived",
       MakeReport({Embedded(logs.google1), Embedded(logs.google2), Embedded(logs.sectigo1)}),
       {true, true, true, true}});
  ExpectDisagreement({"short-lived, two of one operator alone",
                      MakeReport({Embedded(logs.google1), Embedded(logs.google2)}),
                      {false, false, false, false}});
  // Apple's last second makes these 181 days, with three to show.
  ExpectDisagreement({"180 days, two of two operators",
                      MakeReport({Embedded(logs.google1), Embedded(logs.sectigo1)}, 180 * kDayMs),
                      {true, false, true, true}});
}

TEST(DisagreementTest, AnOperatorThatMoved) {
  ExpectDisagreement({"was Sectigo's",
                      MakeReport({Embedded(Logs().moved, kMovedMs - 1), Embedded(Logs().google1)}),
                      {true, false, false, false}});
  ExpectDisagreement({"was Sectigo's, beside Sectigo's",
                      MakeReport({Embedded(Logs().moved, kMovedMs - 1), Embedded(Logs().sectigo1)}),
                      {false, true, true, true}});
}

// Browsers let everything pass; here an unknown log counts, and nothing else is forgiven.
TEST(DisagreementTest, AStaleListIsJudgedLenientlyByAllAlike) {
  const TestLogs& logs = Logs();
  const Report unknown = MakeReport({Embedded(logs.google1), FromUnknown(0x77)});
  ExpectDisagreement({"fresh", unknown, {false, false, false, false}, false});
  ExpectDisagreement({"stale", unknown, {true, true, true, true}, true});
  ExpectDisagreement({"stale, by TLS",
                      MakeReport({Tls(logs.google1), FromUnknown(0x77, SctSource::kTls)}),
                      {true, true, true, true},
                      true});
  ExpectDisagreement({"stale, one unknown log twice",
                      MakeReport({FromUnknown(0x77), FromUnknown(0x77)}),
                      {false, false, false, false},
                      true});
  ExpectDisagreement(
      {"stale, denied",
       MakeReport({Embedded(logs.google1), WithStatus(FromUnknown(0x77), SctStatus::kDeniedLog)}),
       {false, false, false, false},
       true});
  ExpectDisagreement({"stale, bad signature",
                      MakeReport({Embedded(logs.google1),
                                  WithStatus(Embedded(logs.sectigo1), SctStatus::kBadSignature)}),
                      {false, false, false, false},
                      true});
}

// Defects of other implementations, by their number in the project's collection.

TEST(PeerDefectTest, D12UnknownLogsDoNotCountUnlessTheListIsStale) {
  const Report report = MakeReport({FromUnknown(0x77), FromUnknown(0x78), FromUnknown(0x79)});
  for (const Policy policy : AllPolicies()) {
    EXPECT_FALSE(Complies(policy, report)) << PolicyName(policy);
  }
}

TEST(PeerDefectTest, D16NoSctsAreNeverAccepted) {
  for (const Policy policy : AllPolicies()) {
    for (const bool stale : {false, true}) {
      const Verdict verdict = Evaluate(policy, MakeReport({}), kNowMs, stale);
      EXPECT_FALSE(verdict.compliant) << PolicyName(policy);
      EXPECT_EQ(verdict.reasons.front().code,
                policy == Policy::kStrict ? ReasonCode::kFailsPolicy : ReasonCode::kNoScts);
    }
  }
}

TEST(PeerDefectTest, D17CountsLogsNotScts) {
  const Log& log = Logs().google1;
  const Report report =
      MakeReport({Embedded(log, kEarlyMs), Embedded(log, kLateMs), Embedded(log, kLateMs + 1),
                  Tls(log, kLateMs), Tls(log, kEarlyMs), Ocsp(log, kLateMs), Ocsp(log, kEarlyMs)});
  for (const Policy policy : kBrowsers) {
    const Verdict verdict = Evaluate(policy, report, kNowMs, false);
    EXPECT_FALSE(verdict.compliant) << PolicyName(policy);
    EXPECT_EQ(verdict.reasons.front().text,
              "needs an embedded SCT from one more log: 1 of 2 for a lifetime of 90 days; SCTs of "
              "one log count once")
        << PolicyName(policy);
  }
}

TEST(PeerDefectTest, D19ALaterInvalidSctDoesNotHideAValidOneOfTheSameLog) {
  const TestLogs& logs = Logs();
  const SctFacts bad = WithStatus(Embedded(logs.google1), SctStatus::kBadSignature);
  const SctFacts good = Embedded(logs.google1);
  for (const Policy policy : AllPolicies()) {
    EXPECT_TRUE(Complies(policy, MakeReport({good, bad, Embedded(logs.sectigo1)})));
    EXPECT_TRUE(Complies(policy, MakeReport({bad, good, Embedded(logs.sectigo1)})));
  }
}

TEST(PeerDefectTest, D20RetirementIsAskedOfEachSctAndTheFutureNeverCounts) {
  const TestLogs& logs = Logs();
  const Report retired =
      MakeReport({Embedded(logs.google1, kEarlyMs), Embedded(logs.retired1, kRetiredMs)});
  const Report future =
      MakeReport({Embedded(logs.google1, kEarlyMs),
                  WithStatus(Embedded(logs.sectigo1, kNowMs + kDayMs), SctStatus::kInFuture)});
  for (const Policy policy : kBrowsers) {
    // `android` is what Android does, so it lets the first pass; `strict` does not.
    EXPECT_EQ(Complies(policy, retired), policy == Policy::kAndroid) << PolicyName(policy);
    EXPECT_FALSE(Complies(policy, future)) << PolicyName(policy);
  }
  EXPECT_FALSE(Complies(Policy::kStrict, retired));
}

// What people read.

TEST(ReasonTest, SaysWhatIsMissingAndWhatWouldMendIt) {
  const TestLogs& logs = Logs();
  const struct {
    Report report;
    ReasonCode code;
    std::string text;
  } cases[] = {
      {MakeReport({}), ReasonCode::kNoScts,
       "no SCT was presented: needs embedded SCTs from 2 logs of 2 operators for a lifetime of 90 "
       "days, or SCTs in the TLS extension from 2 logs of 2 operators"},
      {MakeReport({WithStatus(Tls(logs.google1), SctStatus::kMalformed)}, kDayMs),
       ReasonCode::kNoValidScts,
       "the one SCT presented does not count: needs embedded SCTs from 2 logs of 2 operators for a "
       "lifetime of 1 day, or SCTs in the TLS extension from 2 logs of 2 operators"},
      {MakeReport({Embedded(logs.google1), Embedded(logs.sectigo1)}, 200 * kDayMs),
       ReasonCode::kTooFewLogs,
       "needs an embedded SCT from one more log: 2 of 3 for a lifetime of 200 days"},
      {MakeReport({Embedded(logs.google1)}, 180 * kDayMs + 1), ReasonCode::kTooFewLogs,
       "needs embedded SCTs from 2 more logs: 1 of 3 for a lifetime of 181 days"},
      {MakeReport({Tls(logs.google1)}), ReasonCode::kTooFewLogs,
       "needs an SCT in the TLS extension from one more log: 1 of 2"},
      {MakeReport({Embedded(logs.sectigo1), Embedded(logs.sectigo2)}), ReasonCode::kTooFewOperators,
       "needs an embedded SCT from another operator: all that count are of Sectigo"},
      {MakeReport({Embedded(logs.google1), Embedded(logs.sectigo1), Embedded(logs.sectigo2)}),
       ReasonCode::kCompliantEmbedded, "embedded SCTs from 3 logs of 2 operators"},
      {MakeReport({Tls(logs.google1), Tls(logs.sectigo1)}), ReasonCode::kCompliantTls,
       "SCTs in the TLS extension from 2 logs of 2 operators"},
      {MakeReport({Embedded(logs.google1), Embedded(logs.retired2, kLateMs)}),
       ReasonCode::kLogRetired,
       "SCT 2 (Google 'Pilot' log) does not count: log retired 2025-03-01, stamped later"},
      {MakeReport({Tls(logs.retired2, kEarlyMs)}), ReasonCode::kLogRetired,
       "SCT 1 (Google 'Pilot' log) does not count: log retired 2025-03-01, and not embedded"},
      {MakeReport({FromUnknown(0x77)}), ReasonCode::kSctNotValid,
       "SCT 1 (log 77777777...) does not count: the log is not in the log list"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Text(Evaluate(Policy::kChrome, c.report, kNowMs, false), c.code), c.text);
  }
  const Report retired =
      MakeReport({Embedded(logs.retired1, kEarlyMs), Embedded(logs.retired2, kEarlyMs)});
  EXPECT_EQ(
      Text(Evaluate(Policy::kApple, retired, kNowMs, false), ReasonCode::kNoCurrentLog),
      "needs an embedded SCT from a log that is trusted today: all that count are of retired logs");
  EXPECT_EQ(Text(Evaluate(Policy::kChrome, retired, kNowMs, false), ReasonCode::kLogRetired),
            "SCT 1 (DigiCert retired) does not count: log retired 2025-03-01, and no SCT of a "
            "log trusted today was stamped before");
}

TEST(ReasonTest, SaysHowManySctsAStaleListLetCountUnchecked) {
  const Report known = MakeReport({Embedded(Logs().google1), Embedded(Logs().sectigo1)});
  EXPECT_EQ(Text(Evaluate(Policy::kChrome, known, kNowMs, true), ReasonCode::kListStale),
            "the log list is older than 70 days: update it");
  const Report unknown = MakeReport({FromUnknown(0x77), FromUnknown(0x78)});
  const Verdict verdict = Evaluate(Policy::kChrome, unknown, kNowMs, true);
  EXPECT_EQ(Codes(verdict), (std::vector{ReasonCode::kCompliantEmbedded, ReasonCode::kListStale}));
  EXPECT_EQ(verdict.reasons[1].text,
            "the log list is older than 70 days: update it; until then SCTs of logs that it does "
            "not know count unchecked, here 2");
}

// What mends it stands before what is wrong with single SCTs, and those are in the report's order,
// whoever refused them.
TEST(ReasonTest, StandInTheOrderOfTheirUse) {
  const TestLogs& logs = Logs();
  const Report report = MakeReport(
      {Embedded(logs.retired1, kLateMs), WithStatus(Embedded(logs.google1), SctStatus::kMalformed),
       Embedded(logs.google1), Embedded(logs.pending), Ocsp(logs.google1)});
  EXPECT_EQ(Codes(Evaluate(Policy::kChrome, report, kNowMs, true)),
            (std::vector{ReasonCode::kTooFewLogs, ReasonCode::kTooFewOperators,
                         ReasonCode::kListStale, ReasonCode::kLogRetired, ReasonCode::kSctNotValid,
                         ReasonCode::kLogNotTrusted, ReasonCode::kSourceNotAccepted}));
}

TEST(ReasonTest, SaysWhatEachChannelLacksEmbeddedFirst) {
  const Verdict verdict = Evaluate(
      Policy::kChrome, MakeReport({Embedded(Logs().google1), Tls(Logs().sectigo1)}), kNowMs, false);
  ASSERT_EQ(Codes(verdict),
            (std::vector{ReasonCode::kTooFewLogs, ReasonCode::kTooFewLogs,
                         ReasonCode::kTooFewOperators, ReasonCode::kTooFewOperators}));
  EXPECT_EQ(verdict.reasons[0].text,
            "needs an embedded SCT from one more log: 1 of 2 for a lifetime of 90 days");
  EXPECT_EQ(verdict.reasons[1].text, "needs an SCT in the TLS extension from one more log: 1 of 2");
}

TEST(PolicyNameTest, IsFoundAgainAndIsUnique) {
  std::set<std::string_view> names;
  for (const Policy policy : AllPolicies()) {
    EXPECT_EQ(FindPolicy(PolicyName(policy)), policy);
    names.insert(PolicyName(policy));
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"android", "apple", "chrome", "mozilla", "rfc6962",
                                               "strict"}));
  for (const char* name : {"", "Chrome", "chrome ", "chro", "all", "unknown"}) {
    EXPECT_FALSE(FindPolicy(name)) << name;
  }
}

TEST(ReasonCodeNameTest, IsUniqueForEachCode) {
  std::set<std::string_view> names;
  const int last = static_cast<int>(ReasonCode::kFailsPolicy);
  for (int code = 1; code <= last; ++code) {
    names.insert(ReasonCodeName(static_cast<ReasonCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last));
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace tattle::policy_test
