// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A log that is silent about one thing is asked about all others, and the operator is told.

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/net/http_client.h"
#include "tests/unit/audit/audited_log.h"

namespace tattle::silent_log_test {
namespace {

using testlib::AuditedLog;
using Verdicts = std::vector<std::string>;

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;

// SilentClient answers as the log does, but for what it is told to fail.
class SilentClient final : public LogClient {
 public:
  SilentClient(const Log& log, LogClient& inner) : LogClient(log), inner_(inner) {}

  std::function<bool(const TreeHead& older, const TreeHead& newer)> fails_heads;
  std::function<bool(std::uint64_t leaf_index)> fails_leaf;
  bool shows_another = false;  // entry than that of the tree, too large to be kept
  FailureKind kind = FailureKind::kStatus;
  std::function<void()> ask = [] {};  // what happens with each question
  std::size_t num_asked = 0;

  Answer<SignedTreeHead> FetchTreeHead() override { return inner_.FetchTreeHead(); }
  Answer<std::vector<Hash>> FetchConsistency(const TreeHead& older,
                                             const TreeHead& newer) override {
    ++num_asked;
    ask();
    if (fails_heads && fails_heads(older, newer)) {
      return Fail(newer);
    }
    return inner_.FetchConsistency(older, newer);
  }
  Answer<InclusionProof> FetchInclusion(const Hash& leaf_hash,
                                        std::optional<std::uint64_t> leaf_index,
                                        const TreeHead& head) override {
    ++num_asked;
    ask();
    if (fails_leaf && leaf_index && fails_leaf(*leaf_index)) {
      return Fail(head);
    }
    return inner_.FetchInclusion(leaf_hash, leaf_index, head);
  }
  Answer<void> FetchEntries(std::uint64_t first, std::uint64_t last, const TreeHead& head,
                            const Show& show) override {
    if (shows_another) {
      return FailWith(FailureKind::kWrong, "https://log.test/", "not that of the tree");
    }
    return inner_.FetchEntries(first, last, head, show);
  }
  Answer<std::vector<ByteVector>> FetchRoots() override { return inner_.FetchRoots(); }
  Answer<ByteVector> AddChain(std::span<const ByteVector> chain) override {
    return inner_.AddChain(chain);
  }
  Answer<ByteVector> AddPreChain(std::span<const ByteVector> chain) override {
    return inner_.AddPreChain(chain);
  }

 private:
  tl::unexpected<Failure> Fail(const TreeHead& head) const {
    Failure failure = MakeFailure(kind, "https://log.test/", "HTTP status 503");
    failure.http_status = kind == FailureKind::kStatus ? 503 : 0;
    if (kind == FailureKind::kWrong) {
      failure.path = "tile/0/000.p/" + std::to_string(head.tree_size);
      failure.body.resize(head.tree_size * sizeof(Hash));
    }
    return tl::unexpected(failure);
  }

  LogClient& inner_;
};

HttpOptions Loopback() {
  HttpOptions options;
  options.allow_http = true;
  options.retries = 0;
  return options;
}

class SilentLogTest : public testing::Test {
 protected:
  // Round is one, some time after the last.
  AuditSummary Round(std::uint64_t later_ms = kHourMs, std::uint64_t num_entries = 1) {
    audited_.Grow(num_entries, later_ms);
    return auditor_.AuditLog(client_, NowMs()).value();
  }
  void Rounds(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      Round();
    }
  }

  // ObserveALie is an SCT with an index at which another leaf is.
  void ObserveALie() {
    audited_.Grow(1, 1000);
    audited_.Tell("wrong-index");
    audited_.Observe();
    audited_.BeHonest();
  }

  std::uint64_t NowMs() const { return audited_.now_ms() + waited_ms_; }

  AuditOptions Options() {
    AuditOptions options = audited_.options;
    options.clock = [this] { return NowMs(); };
    return options;
  }

  std::size_t CountLines(const std::string& text) const {
    return static_cast<std::size_t>(
        std::count_if(audited_.lines().begin(), audited_.lines().end(),
                      [&](const std::string& line) { return line.find(text) != line.npos; }));
  }

  std::uint64_t waited_ms_ = 0;  // for answers
  AuditedLog audited_{LogKind::kStaticCt, 60};
  HttpClient http_{Loopback()};
  std::unique_ptr<LogClient> inner_ = LogClient::Create(audited_.entry(), http_);
  SilentClient client_{audited_.entry(), *inner_};
  Auditor auditor_{audited_.pool(), Options()};
};

TEST_F(SilentLogTest, ATileThatDoesNotComeHidesNoLie) {
  audited_.Grow(3, kMinuteMs);
  audited_.Observe();  // an honest SCT, at index 3
  ObserveALie();
  client_.fails_leaf = [](std::uint64_t leaf_index) { return leaf_index == 3; };
  const AuditSummary summary = Round();
  EXPECT_EQ(summary.num_unanswered, 1U);
  EXPECT_FALSE(summary.failure);
  Rounds(3);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{"wrong_leaf conclusive"});
}

TEST_F(SilentLogTest, ATileThatDoesNotFitHidesNoLieAndIsFiledAtTheThirdTime) {
  audited_.Grow(3, kMinuteMs);
  audited_.Observe();
  ObserveALie();
  client_.kind = FailureKind::kWrong;
  client_.fails_leaf = [](std::uint64_t leaf_index) { return leaf_index == 3; };
  Rounds(2);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{"wrong_leaf conclusive"});
  Rounds(3);
  EXPECT_EQ(audited_.Verdicts(), (Verdicts{"wrong_leaf conclusive", "wrong_tile indicative"}));
}

TEST_F(SilentLogTest, AnEntryIsNotIncludedWhereAnotherIsShownThatCannotBeKept) {
  audited_.Grow(3, kMinuteMs);
  audited_.Observe();
  client_.shows_another = true;
  Rounds(60);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{});
  ASSERT_EQ(audited_.Scts().size(), 1U);
  EXPECT_EQ(audited_.Scts().front().state, SctState::kPending);
  EXPECT_EQ(CountLines("shows another one there"), 3U);  // once a day
  client_.shows_another = false;
  Rounds(30);
  EXPECT_EQ(audited_.Scts().front().state, SctState::kIncluded);
}

TEST_F(SilentLogTest, AHeadWithoutAProofHidesNoLie) {
  audited_.Grow(3, kMinuteMs);
  Round();
  audited_.Grow(2, kMinuteMs);
  const SignedTreeHead other = audited_.log().Head().value();
  audited_.Grow(1, kMinuteMs);
  Round();
  audited_.Import(other);
  ObserveALie();
  client_.fails_heads = [&](const TreeHead& older, const TreeHead& newer) {
    return older == other.head || newer == other.head;
  };
  EXPECT_FALSE(Round().failure);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{"wrong_leaf conclusive"});
  EXPECT_EQ(CountLines("leaves became that of"), 0U);
  Rounds(7);
  EXPECT_EQ(CountLines("leaves became that of"), 1U);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{"wrong_leaf conclusive"});
}

TEST_F(SilentLogTest, SilenceAboutAllHeadsHidesNoSct) {
  audited_.Grow(3, kMinuteMs);
  ObserveALie();
  Round();
  for (unsigned i = 0; i < 9; ++i) {
    audited_.Grow(1, kMinuteMs);
    audited_.Import(audited_.log().Head().value());
  }
  client_.fails_heads = [](const TreeHead&, const TreeHead&) { return true; };
  const AuditSummary summary = Round();
  ASSERT_TRUE(summary.failure);
  EXPECT_EQ(summary.num_unanswered, 3U);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{"wrong_leaf conclusive"});
}

TEST_F(SilentLogTest, ALogThatIsAwayIsLeftAloneAndTheOperatorIsTold) {
  for (unsigned i = 0; i < 5; ++i) {
    audited_.Observe();
    audited_.Grow(300, kMinuteMs);  // each is in a tile of its own
  }
  client_.fails_leaf = [](std::uint64_t) { return true; };
  AuditSummary summary = Round();
  EXPECT_EQ(summary.num_unanswered, 3U);
  ASSERT_TRUE(summary.failure);
  LogProgress progress = audited_.pool().Progress(audited_.entry().log_id).value();
  EXPECT_EQ(progress.failures, 1U);
  EXPECT_EQ(progress.last_failure, summary.failure->sentence);
  EXPECT_EQ(progress.last_success_ms, audited_.now_ms());  // of its head
  EXPECT_GE(progress.next_fetch_ms, audited_.now_ms() + 10 * kMinuteMs);
  Rounds(40);
  EXPECT_EQ(CountLines("no answer to several questions in a row"), 1U);
  EXPECT_EQ(audited_.lines().size(), 1U);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{});
  for (const PooledSct& sct : audited_.Scts()) {
    EXPECT_EQ(sct.silences, 0U);  // it was the log, and not they
  }
  client_.fails_leaf = nullptr;
  Rounds(5);
  EXPECT_EQ(audited_.pool().Progress(audited_.entry().log_id)->failures, 0U);
  for (const PooledSct& sct : audited_.Scts()) {
    EXPECT_EQ(sct.state, SctState::kIncluded);
  }
}

TEST_F(SilentLogTest, ATileIsAskedForOnceARound) {
  audited_.Grow(3, kMinuteMs);
  for (unsigned i = 0; i < 100; ++i) {
    audited_.Observe();
  }
  audited_.Grow(400, kMinuteMs);
  ObserveALie();  // elsewhere
  client_.fails_leaf = [](std::uint64_t leaf_index) { return leaf_index < 256; };
  Round();
  EXPECT_EQ(client_.num_asked, 1U);
  Round();  // no more than 64 SCTs have a turn in one
  EXPECT_EQ(audited_.Verdicts(), Verdicts{"wrong_leaf conclusive"});
}

TEST_F(SilentLogTest, SilenceForDaysIsALineAndForMoreThanAWeekIndicates) {
  audited_.Grow(3, kMinuteMs);
  audited_.Observe();
  client_.fails_leaf = [](std::uint64_t) { return true; };
  Rounds(24);
  EXPECT_EQ(CountLines("did not show the leaf at index 3 of an SCT, 8 times"), 1U);
  Rounds(24 * 7);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{});
  EXPECT_EQ(audited_.lines().size(), 3U);  // it has doubled twice
  Rounds(24 * 5);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{"not_merged indicative"});
  // It may come back.
  client_.fails_leaf = nullptr;
  Rounds(25);
  EXPECT_EQ(audited_.Scts().front().state, SctState::kIncluded);
}

TEST_F(SilentLogTest, ABusyLogIsNotAccused) {
  for (unsigned i = 0; i < 20; ++i) {
    audited_.Observe();
    audited_.Grow(300, kMinuteMs);
  }
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): the same each time
  std::mt19937_64 random(1);
  const auto is_busy = [&] { return random() % 10 < 7; };
  client_.fails_leaf = [&](std::uint64_t) { return is_busy(); };
  client_.fails_heads = [&](const TreeHead&, const TreeHead&) { return is_busy(); };
  Rounds(24 * 14);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{});
  for (const PooledSct& sct : audited_.Scts()) {
    EXPECT_EQ(sct.state, SctState::kIncluded);
  }
}

TEST_F(SilentLogTest, WhereNothingComesAtAllItMayBeUs) {
  audited_.Grow(3, kMinuteMs);
  audited_.Observe();
  client_.kind = FailureKind::kNetwork;
  client_.fails_leaf = [](std::uint64_t) { return true; };
  Rounds(24 * 14);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{});
  EXPECT_EQ(CountLines("did not show the leaf"), 4U);
}

TEST_F(SilentLogTest, AnInterruptionIsNoSilence) {
  audited_.Grow(3, kMinuteMs);
  audited_.Observe();
  client_.kind = FailureKind::kCancelled;
  client_.fails_leaf = [](std::uint64_t) { return true; };
  EXPECT_EQ(Round().num_unanswered, 0U);
  EXPECT_LE(audited_.Scts().front().next_try_ms, audited_.now_ms());
}

TEST_F(SilentLogTest, ALogThatAnswersSlowlyIsNotAskedForEver) {
  constexpr std::size_t kNumScts = 40;
  audited_.Grow(3, kMinuteMs);
  for (std::size_t i = 0; i < kNumScts; ++i) {
    audited_.Observe();
  }
  client_.ask = [this] { waited_ms_ += 29'000; };
  audited_.Grow(0, kHourMs);
  const std::uint64_t start_ms = NowMs();
  const AuditSummary summary = Round(0);
  EXPECT_FALSE(summary.failure);
  EXPECT_EQ(summary.num_included, 11U);  // of 5 minutes
  EXPECT_LT(NowMs() - start_ms, 6 * kMinuteMs);
  // It has the same rest as any other before it is due again.
  EXPECT_GE(summary.next_fetch_ms, NowMs() + 5 * kMinuteMs);
  EXPECT_EQ(auditor_.DueSince(audited_.entry(), summary.next_fetch_ms - 1).value(), std::nullopt);
  EXPECT_EQ(auditor_.DueSince(audited_.entry(), summary.next_fetch_ms + 9).value(),
            summary.next_fetch_ms);
  Rounds(4);
  EXPECT_EQ(CountLines("so slowly"), 1U);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{});
  for (const PooledSct& sct : audited_.Scts()) {
    EXPECT_EQ(sct.state, SctState::kIncluded);
  }
}

TEST_F(SilentLogTest, SlowAnswersAboutHeadsLeaveTimeForScts) {
  audited_.Grow(3, kMinuteMs);
  Round();
  for (unsigned i = 0; i < 16; ++i) {
    audited_.Grow(1, kMinuteMs);
    audited_.Import(audited_.log().Head().value());
  }
  ObserveALie();
  client_.ask = [this] { waited_ms_ += 29'000; };
  EXPECT_EQ(Round().num_linked, 6U);
  EXPECT_EQ(audited_.Verdicts(), Verdicts{"wrong_leaf conclusive"});
}

TEST_F(SilentLogTest, AFewTimeoutsInARowAreALogThatIsAway) {
  for (unsigned i = 0; i < 4; ++i) {
    audited_.Observe();
    audited_.Grow(300, kMinuteMs);
  }
  client_.kind = FailureKind::kNetwork;
  client_.fails_leaf = [this](std::uint64_t) {
    waited_ms_ += 4 * 31'000;  // each of four tries has 30 s, and pauses
    return true;
  };
  const AuditSummary summary = Round();
  EXPECT_TRUE(summary.failure);
  EXPECT_EQ(summary.num_unanswered, 3U);
  for (const PooledSct& sct : audited_.Scts()) {
    EXPECT_EQ(sct.silences, 0U);
  }
}

}  // namespace
}  // namespace tattle::silent_log_test
