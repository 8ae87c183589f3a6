// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/serve/choose.h"

#include <algorithm>
#include <bit>
#include <set>

#include "core/base/limits.h"
#include "core/verify/verify.h"
#include "core/wire/sct.h"
#include "tests/unit/serve/fixture.h"

namespace tattle {
namespace {

using testlib::TestLog;

class ChooseSctsTest : public ServeTest {
 protected:
  static std::vector<ByteVector> SctsOf(const std::vector<const TestLog*>& logs,
                                        const ByteVector& leaf = world().leaf) {
    std::vector<ByteVector> scts;
    scts.reserve(logs.size());
    for (const TestLog* log : logs) {
      scts.push_back(log->SignX509(leaf, kStampedMs));
    }
    return scts;
  }

  static SctChoice Choose(const std::vector<ByteVector>& scts, const LogList& logs,
                          const ByteVector& leaf = world().leaf, Policy policy = Policy::kChrome) {
    Result<SctChoice> choice =
        ChooseScts(leaf, world().ca.certificate(), scts, logs, policy, kNowMs);
    EXPECT_TRUE(choice);
    return choice ? *std::move(choice) : SctChoice();
  }

  // Names are the logs' names of what is sent.
  static std::vector<std::string> Names(const SctChoice& choice, const LogList& logs) {
    std::vector<std::string> names;
    if (choice.list.empty()) {
      return names;
    }
    const Result<std::vector<Bytes>> items = SplitSctList(choice.list);
    EXPECT_TRUE(items);
    for (const Bytes item : items.value()) {
      names.push_back(logs.Find(DecodeSct(item)->log_id)->description);
    }
    EXPECT_EQ(names.size(), choice.num_scts);
    return names;
  }

  static bool Complies(const ByteVector& leaf, const std::vector<ByteVector>& scts,
                       const LogList& logs, Policy policy) {
    const ByteVector list = scts.empty() ? ByteVector() : testlib::SctList(scts);
    const Result<Report> report =
        Verify({.leaf = leaf, .issuer = world().ca.certificate(), .tls_scts = list}, logs, kNowMs);
    return report && Evaluate(policy, *report, kNowMs, false).compliant;
  }

  using Texts = std::vector<std::string>;
};

TEST_F(ChooseSctsTest, TakesTheFewestThatSufficeAndOneToSpare) {
  const LogList logs = world().List();
  const SctChoice choice =
      Choose(SctsOf({&world().a1, &world().a2, &world().b1, &world().b2, &world().c1}), logs);
  EXPECT_TRUE(choice.sufficient);
  // With the third operator each of the others may fail.
  EXPECT_EQ(Names(choice, logs), (Texts{"A1", "B1", "C1"}));
  EXPECT_TRUE(choice.refused.empty());
  EXPECT_FALSE(choice.until_ms);
}

TEST_F(ChooseSctsTest, IsAsSmallAsTheSmallestSetThatSufficesByAnyPolicy) {
  const LogList logs = world().List();
  const std::vector<ByteVector> all =
      SctsOf({&world().a1, &world().a2, &world().b1, &world().b2, &world().c1});
  for (const Policy policy : AllPolicies()) {
    std::size_t smallest = all.size() + 1;
    for (unsigned subset = 1; subset < 1U << all.size(); ++subset) {
      std::vector<ByteVector> some;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if ((subset >> i & 1U) != 0) {
          some.push_back(all[i]);
        }
      }
      if (Complies(world().leaf, some, logs, policy)) {
        smallest = std::min(smallest, some.size());
      }
    }
    const SctChoice choice = Choose(all, logs, world().leaf, policy);
    EXPECT_TRUE(choice.sufficient) << PolicyName(policy);
    EXPECT_EQ(choice.num_scts, smallest + 1) << PolicyName(policy);
  }
}

TEST_F(ChooseSctsTest, SendsAllThatCountWhereTheyDoNotSuffice) {
  const LogList logs = world().List();
  const SctChoice choice = Choose(SctsOf({&world().a1, &world().a2}), logs);
  EXPECT_FALSE(choice.sufficient);
  EXPECT_EQ(Names(choice, logs), (Texts{"A1", "A2"}));
  ASSERT_FALSE(choice.reasons.empty());
  EXPECT_NE(choice.reasons.front().text.find("another operator"), std::string::npos)
      << choice.reasons.front().text;
}

TEST_F(ChooseSctsTest, SendsNothingWhereNothingIsThereAndEmbeddedOnesSuffice) {
  const LogList logs = world().List();
  const SctChoice choice = Choose({}, logs, world().embedded_leaf);
  EXPECT_TRUE(choice.sufficient);
  EXPECT_TRUE(choice.by_embedded);
  EXPECT_TRUE(choice.list.empty());
  EXPECT_FALSE(Choose({}, logs).sufficient);
}

TEST_F(ChooseSctsTest, PrefersASetThatNeedsNoEmbeddedOnes) {
  const LogList logs = world().List();
  const ByteVector& leaf = world().embedded_leaf;
  EXPECT_EQ(Names(Choose(SctsOf({&world().a2, &world().b2, &world().c1}, leaf), logs, leaf), logs),
            (Texts{"A2", "B2", "C1"}));
  // One alone does not suffice; as the embedded ones do, it is the one to spare.
  EXPECT_EQ(Names(Choose(SctsOf({&world().a2}, leaf), logs, leaf), logs), (Texts{"A2"}));
}

TEST_F(ChooseSctsTest, AddsUpWithEmbeddedOnesWhereThePolicyDoes) {
  const LogList logs = world().List();
  const ByteVector& leaf = world().half_embedded_leaf;
  const std::vector<ByteVector> scts = SctsOf({&world().b1}, leaf);
  EXPECT_TRUE(Choose(scts, logs, leaf, Policy::kApple).sufficient);
  EXPECT_FALSE(Choose(scts, logs, leaf, Policy::kApple).by_embedded);
  EXPECT_FALSE(Choose(scts, logs, leaf, Policy::kChrome).sufficient);
}

TEST_F(ChooseSctsTest, SaysThatEmbeddedOnesCannotBeCheckedWithoutIssuer) {
  const LogList logs = world().List();
  const Result<SctChoice> choice =
      ChooseScts(world().embedded_leaf, {}, {}, logs, Policy::kChrome, kNowMs);
  ASSERT_TRUE(choice);
  EXPECT_TRUE(choice->embedded_unknown);
  EXPECT_FALSE(choice->sufficient);
}

TEST_F(ChooseSctsTest, RefusesWhatDoesNotCountAndSaysWhy) {
  const LogList logs = world().List([](Log& log) {
    if (log.description == "A1") {
      log.state = LogState::kRetired;
      log.state_since_ms = 1'740'787'200'000;
    } else if (log.description == "B2") {
      log.state = LogState::kPending;
    }
  });
  std::vector<ByteVector> scts = SctsOf({&world().a1, &world().a2, &world().b2, &world().c1});
  scts.push_back(world().b1.SignX509(world().leaf, kNowMs + 2 * kClockDriftMs));
  scts.push_back(world().b1.SignX509(world().other_leaf, kStampedMs));
  scts.push_back(world().stranger.SignX509(world().leaf, kStampedMs));
  scts.push_back({7});
  const SctChoice choice = Choose(scts, logs);
  EXPECT_TRUE(choice.sufficient);
  EXPECT_EQ(Names(choice, logs), (Texts{"A2", "C1"}));
  std::vector<std::string> said;
  for (const RefusedSct& refused : choice.refused) {
    said.push_back(std::to_string(refused.index) + " " +
                   std::string(SctStatusName(refused.status)) + ": " + refused.why);
  }
  EXPECT_EQ(said, (Texts{"0 valid: log retired 2025-03-01, and not embedded",
                         "2 valid: its log is pending, not trusted yet",
                         "4 in_future: stamped in the future",
                         "5 bad_signature: the signature does not verify",
                         "6 unknown_log: the log is not in the log list",
                         "7 unsupported_version: not a version 1 SCT, skipped"}));
  ASSERT_TRUE(choice.again_ms);  // the one in the future will count
  EXPECT_EQ(*choice.again_ms, kNowMs + kClockDriftMs);
}

TEST_F(ChooseSctsTest, PrefersLogsThatAllClientsKnowAndTrust) {
  const LogList logs = world().List([](Log& log) {
    if (log.description == "A1") {
      log.state = LogState::kQualified;
    } else if (log.description == "B1") {
      log.state = LogState::kReadOnly;
    } else if (log.description == "C1") {
      log.kind = LogKind::kStaticCt;
    }
  });
  EXPECT_EQ(
      Names(Choose(SctsOf({&world().a1, &world().b1, &world().c1, &world().a2, &world().b2}), logs),
            logs),
      (Texts{"A2", "B2", "C1"}));
}

TEST_F(ChooseSctsTest, SendsOneSctOfALog) {
  const LogList logs = world().List();
  std::vector<ByteVector> scts = SctsOf({&world().a1, &world().b1});
  scts.push_back(world().a1.SignX509(world().leaf, kStampedMs + 1));
  EXPECT_EQ(Names(Choose(scts, logs), logs), (Texts{"A1", "B1"}));
}

TEST_F(ChooseSctsTest, SaysFromWhenOnTheLogListEndsIt) {
  const LogList logs = world().List([](Log& log) {
    if (log.description.front() == 'B') {
      log.state = LogState::kRetired;
      log.state_since_ms = kLaterMs;
    }
  });
  const SctChoice choice = Choose(SctsOf({&world().a1, &world().b1}), logs);
  EXPECT_TRUE(choice.sufficient);
  EXPECT_EQ(choice.until_ms, kLaterMs);
  EXPECT_EQ(choice.again_ms, kLaterMs);
  // Such logs come last, and with one to spare of another operator it goes on.
  const SctChoice spared = Choose(SctsOf({&world().b1, &world().a1, &world().c1}), logs);
  EXPECT_EQ(Names(spared, logs), (Texts{"A1", "C1", "B1"}));
  EXPECT_FALSE(spared.until_ms);
  EXPECT_EQ(spared.again_ms, kLaterMs);
}

TEST_F(ChooseSctsTest, LooksAtNoMoreThanAListHolds) {
  const LogList logs = world().List();
  const ByteVector padding(40'000, 1);
  const std::vector<ByteVector> scts = {padding, padding, world().a1.SignX509(world().leaf, 1)};
  const SctChoice choice = Choose(scts, logs);
  EXPECT_EQ(choice.refused.size(), 1U);
  const std::vector<ByteVector> many(kMaxFittingScts + 1, ByteVector{9});
  EXPECT_EQ(Choose(many, logs).refused.size(), kMaxFittingScts);
}

TEST_F(ChooseSctsTest, FailsForWhatIsNoCertificate) {
  const LogList logs = world().List();
  const ByteVector junk = {1, 2, 3};
  EXPECT_FALSE(ChooseScts(junk, {}, {}, logs, Policy::kChrome, kNowMs));
}

}  // namespace
}  // namespace tattle
