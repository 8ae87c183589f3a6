// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/choose_logs.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/time.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle::choose_logs_test {
namespace {

using testlib::ListOf;
using testlib::TestLog;

constexpr std::uint64_t kNowMs = 1'793'000'000'000;

Log MakeLog(const std::string& name, const std::string& operator_name,
            LogKind kind = LogKind::kRfc6962, LogState state = LogState::kUsable) {
  Log log = TestLog(name, operator_name).Entry();
  log.kind = kind;
  log.state = state;
  log.state_since_ms = kNowMs - kMsPerDay;
  return log;
}

Wanted MakeWanted(Policy policy, std::uint64_t num_days = 90) {
  Wanted wanted;
  wanted.policy = policy;
  wanted.not_before_ms = kNowMs - kMsPerDay;
  wanted.not_after_ms = wanted.not_before_ms + num_days * kMsPerDay;
  wanted.now_ms = kNowMs;
  return wanted;
}

// Chosen are the logs that are asked if each gives what it should.
std::vector<const Log*> Chosen(const LogList& logs, const Wanted& wanted) {
  std::vector<const Log*> untried = ChooseLogs(logs, wanted).fit;
  std::vector<const Log*> chosen;
  std::vector<SctFacts> scts;
  while (const Log* next = NextLog(wanted, untried, scts)) {
    untried.erase(std::find(untried.begin(), untried.end(), next));
    chosen.push_back(next);
    scts.push_back(ExpectSct(*next, wanted));
  }
  return chosen;
}

std::vector<SctFacts> Expected(std::span<const Log* const> logs, const Wanted& wanted) {
  std::vector<SctFacts> out;
  for (const Log* log : logs) {
    out.push_back(ExpectSct(*log, wanted));
  }
  return out;
}

std::set<std::string> OperatorsOf(std::span<const Log* const> logs) {
  std::set<std::string> out;
  for (const Log* log : logs) {
    out.insert(log->operator_name);
  }
  return out;
}

LogList ManyLogs() {
  std::vector<Log> logs;
  for (const char* name : {"Ash", "Birch", "Cedar", "Dogwood"}) {
    for (const char* shard : {"1", "2", "3"}) {
      logs.push_back(MakeLog(std::string(name) + shard, name,
                             *shard == '1' ? LogKind::kRfc6962 : LogKind::kStaticCt));
    }
  }
  return ListOf(std::move(logs));
}

TEST(ChooseLogsTest, ChoosesWhatSatisfiesEachPolicyEvenWhenAnyOneOfItGoes) {
  const LogList logs = ManyLogs();
  for (const Policy policy : AllPolicies()) {
    for (const std::uint64_t num_days : {10U, 180U, 181U, 398U}) {
      for (const bool is_precertificate : {false, true}) {
        for (std::uint8_t seed = 0; seed < 8; ++seed) {
          Wanted wanted = MakeWanted(policy, num_days);
          wanted.is_precertificate = is_precertificate;
          wanted.fingerprint.fill(seed);
          const std::vector<const Log*> chosen = Chosen(logs, wanted);
          SCOPED_TRACE(std::string(PolicyName(policy)) + ", days: " + std::to_string(num_days));
          EXPECT_TRUE(JudgeScts(wanted, Expected(chosen, wanted)).compliant);
          for (std::size_t lost = 0; lost < chosen.size(); ++lost) {
            std::vector<const Log*> left = chosen;
            left.erase(left.begin() + static_cast<std::ptrdiff_t>(lost));
            EXPECT_TRUE(JudgeScts(wanted, Expected(left, wanted)).compliant);
          }
          EXPECT_LE(chosen.size(), 4U);
          EXPECT_EQ(OperatorsOf(chosen).size(), chosen.size());
        }
      }
    }
  }
}

TEST(ChooseLogsTest, ChoosesNoMoreThanIsNeededAndOneToSpare) {
  const LogList logs = ManyLogs();
  EXPECT_EQ(Chosen(logs, MakeWanted(Policy::kRfc6962)).size(), 2U);
  EXPECT_EQ(Chosen(logs, MakeWanted(Policy::kChrome)).size(), 3U);
  EXPECT_EQ(Chosen(logs, MakeWanted(Policy::kStrict, 398)).size(), 3U);
  Wanted precertificate = MakeWanted(Policy::kStrict, 398);
  precertificate.is_precertificate = true;
  EXPECT_EQ(Chosen(logs, precertificate).size(), 4U);
}

// FewOperators is so many logs of Ash, and of Birch.
LogList FewOperators(int num_ash, int num_birch) {
  std::vector<Log> logs;
  for (int i = 0; i < num_ash + num_birch; ++i) {
    const std::string name = i < num_ash ? "Ash" : "Birch";
    logs.push_back(MakeLog(name + std::to_string(i), name));
  }
  return ListOf(std::move(logs));
}

// NumIndispensable is how many of the logs cannot go.
std::size_t NumIndispensable(std::span<const Log* const> chosen, const Wanted& wanted) {
  std::size_t count = 0;
  for (std::size_t lost = 0; lost < chosen.size(); ++lost) {
    std::vector<SctFacts> left = Expected(chosen, wanted);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(lost));
    count += JudgeScts(wanted, left).compliant ? 0U : 1U;
  }
  return count;
}

TEST(ChooseLogsTest, ChoosesSoThatAnyOneMayGoThoughThereAreFewOperators) {
  const LogList logs = FewOperators(3, 2);
  for (const std::uint64_t num_days : {90U, 398U}) {
    for (std::uint8_t seed = 0; seed < 32; ++seed) {
      Wanted wanted = MakeWanted(Policy::kStrict, num_days);
      wanted.is_precertificate = true;
      wanted.fingerprint.fill(seed);
      const std::vector<const Log*> chosen = Chosen(logs, wanted);
      EXPECT_EQ(chosen.size(), 4U);
      EXPECT_EQ(NumIndispensable(chosen, wanted), 0U);
      // The order that is shown is the one in which they are asked.
      std::vector<const Log*> fit = ChooseLogs(logs, wanted).fit;
      ASSERT_EQ(fit.size(), 5U);
      fit.resize(chosen.size());
      EXPECT_EQ(fit, chosen);
    }
  }
}

TEST(ChooseLogsTest, AsksNoLogThatMakesNoOtherDispensable) {
  const LogList logs = FewOperators(9, 1);
  Wanted wanted = MakeWanted(Policy::kChrome);
  const std::vector<const Log*> chosen = Chosen(logs, wanted);
  EXPECT_EQ(chosen.size(), 3U);
  EXPECT_EQ(NumIndispensable(chosen, wanted), 1U);  // the one of Birch
  wanted.policy = Policy::kRfc6962;
  EXPECT_EQ(Chosen(logs, wanted).size(), 2U);
}

TEST(ChooseLogsTest, HasOneRfc6962LogAmongAllWhereThereIsOne) {
  const LogList logs = ManyLogs();
  for (std::uint8_t seed = 0; seed < 32; ++seed) {
    Wanted wanted = MakeWanted(Policy::kApple);
    wanted.fingerprint.fill(seed);
    const std::vector<const Log*> chosen = Chosen(logs, wanted);
    EXPECT_TRUE(std::any_of(chosen.begin(), chosen.end(),
                            [](const Log* log) { return log->kind == LogKind::kRfc6962; }));
  }
}

TEST(ChooseLogsTest, SpreadsCertificatesOverLogsAndIsTheSameForOne) {
  const LogList logs = ManyLogs();
  std::set<LogId> first;
  for (std::uint8_t seed = 0; seed < 64; ++seed) {
    Wanted wanted = MakeWanted(Policy::kChrome);
    wanted.fingerprint.fill(seed);
    const std::vector<const Log*> chosen = Chosen(logs, wanted);
    EXPECT_EQ(chosen, Chosen(logs, wanted));
    first.insert(chosen.front()->log_id);
  }
  EXPECT_EQ(first.size(), 4U);  // each of the RFC 6962 logs
}

TEST(ChooseLogsTest, PrefersUsableLogsOfOneOperatorButTakesQualifiedOnesOfAnother) {
  const LogList logs = ListOf({
      MakeLog("qualified", "Ash", LogKind::kRfc6962, LogState::kQualified),
      MakeLog("usable", "Ash"),
      MakeLog("other", "Birch", LogKind::kRfc6962, LogState::kQualified),
  });
  std::vector<std::string> names;
  for (const Log* log : ChooseLogs(logs, MakeWanted(Policy::kChrome)).fit) {
    names.push_back(log->description);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"usable", "other", "qualified"}));
}

TEST(ChooseLogsTest, SaysWhyALogIsUnfit) {
  Log test = MakeLog("test", "Ash");
  test.type = LogType::kTest;
  Log early = MakeLog("early", "Ash");
  const Wanted wanted = MakeWanted(Policy::kChrome);
  early.temporal_interval = {wanted.not_after_ms - kMsPerDay, wanted.not_after_ms};
  Log late = MakeLog("late", "Ash");
  late.temporal_interval = {wanted.not_after_ms + 1, wanted.not_after_ms + kMsPerDay};
  Log fitting = MakeLog("fitting", "Ash");
  fitting.temporal_interval = {wanted.not_after_ms, wanted.not_after_ms + 1};
  const Log denied = MakeLog("denied", "Ash");
  const LogList logs = ListOf({MakeLog("readonly", "Ash", LogKind::kRfc6962, LogState::kReadOnly),
                               MakeLog("pending", "Ash", LogKind::kRfc6962, LogState::kPending),
                               MakeLog("none", "Ash", LogKind::kRfc6962, LogState::kNone), test,
                               early, late, fitting, denied},
                              {{denied.log_id, denied.key_spki, "key is public"}});
  const LogChoice choice = ChooseLogs(logs, wanted);
  ASSERT_EQ(choice.fit.size(), 1U);
  EXPECT_EQ(choice.fit.front()->description, "fitting");
  std::vector<std::string> said;
  for (const UnfitLog& unfit : choice.unfit) {
    said.push_back(unfit.log->description + " " + unfit.reason.substr(0, 18));
  }
  EXPECT_EQ(said, (std::vector<std::string>{"readonly is readonly", "pending is pending",
                                            "none has no state that ", "test is a test log",
                                            "early takes certificates", "late takes certificates",
                                            "denied is denied: its key"}));
}

TEST(ChooseLogsTest, AsksAllThatAreNamedAndNoOther) {
  const LogList logs = ManyLogs();
  Wanted wanted = MakeWanted(Policy::kRfc6962);
  for (const Log& log : logs.content().logs) {
    if (log.operator_name == "Ash") {
      wanted.only.push_back(log.log_id);
    }
  }
  const std::vector<const Log*> chosen = Chosen(logs, wanted);
  EXPECT_EQ(chosen.size(), 3U);
  EXPECT_EQ(OperatorsOf(chosen), std::set<std::string>{"Ash"});
}

TEST(JudgeSctsTest, SaysWhatIsMissing) {
  const LogList logs = ListOf({MakeLog("one", "Ash"), MakeLog("two", "Ash")});
  const Wanted wanted = MakeWanted(Policy::kChrome);
  const Verdict verdict = JudgeScts(wanted, Expected(Chosen(logs, wanted), wanted));
  EXPECT_FALSE(verdict.compliant);
  EXPECT_EQ(verdict.reasons.front().code, ReasonCode::kTooFewOperators);
}

TEST(JudgeSctsTest, CountsEmbeddedSctsOnlyWhereThePolicyAddsThemUp) {
  const LogList logs = ListOf({MakeLog("one", "Ash"), MakeLog("two", "Birch")});
  const std::vector<Log>& listed = logs.content().logs;
  for (const Policy policy : AllPolicies()) {
    Wanted wanted = MakeWanted(policy);
    SctFacts embedded = ExpectSct(listed[0], wanted);
    embedded.source = SctSource::kEmbedded;
    wanted.embedded = {embedded};
    const std::vector<SctFacts> one = {ExpectSct(listed[1], wanted)};
    const bool adds_up = policy == Policy::kApple || policy == Policy::kRfc6962;
    EXPECT_EQ(JudgeScts(wanted, one).compliant, adds_up) << PolicyName(policy);
    // Embedded ones that suffice alone are no reason to be content with none.
    wanted.embedded.push_back(ExpectSct(listed[1], wanted));
    wanted.embedded.back().source = SctSource::kEmbedded;
    EXPECT_FALSE(JudgeScts(wanted, {}).compliant) << PolicyName(policy);
    EXPECT_NE(NextLog(wanted, ChooseLogs(logs, wanted).fit, {}), nullptr);
  }
}

TEST(CreateWantedTest, KnowsAPrecertificate) {
  const testlib::TestCa ca("Test root");
  testlib::TestCertificateSpec spec;
  const testlib::TestKey key = testlib::TestKey::P256();
  const LogList logs = ManyLogs();
  std::vector<ByteVector> chain = {ca.Issue(key, spec), ca.certificate()};
  const Result<Wanted> leaf = CreateWanted(chain, logs, Policy::kChrome, kNowMs);
  ASSERT_TRUE(leaf);
  EXPECT_FALSE(leaf->is_precertificate);
  EXPECT_EQ(leaf->not_after_ms, spec.not_after_ms);
  spec.extensions = {{"1.3.6.1.4.1.11129.2.4.3", {0x05, 0x00}, true}};
  chain.front() = ca.Issue(key, spec);
  const Result<Wanted> precertificate = CreateWanted(chain, logs, Policy::kChrome, kNowMs);
  ASSERT_TRUE(precertificate);
  EXPECT_TRUE(precertificate->is_precertificate);
  EXPECT_EQ(ExpectSct(logs.content().logs.front(), *precertificate).source, SctSource::kEmbedded);
  EXPECT_EQ(CreateWanted({}, logs, Policy::kChrome, kNowMs).error().code, Errc::kMissing);
}

}  // namespace
}  // namespace tattle::choose_logs_test
