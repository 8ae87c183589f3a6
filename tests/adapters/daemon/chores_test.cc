// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/chores.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "core/base/time.h"
#include "core/data/public_roots.h"
#include "tests/adapters/daemon/world.h"

namespace tattle::daemon::chores_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class ChoresTest : public testing::Test {
 protected:
  ChoresTest() {
    PoolOptions options;
    options.create = true;
    pool_ = Pool::Open(folder_.Path("pool"), options).value();
    list_.emplace(WriteWorld(folder_, Mode::kReport).log_list, clock_, *journal_);
    chores_.emplace(*pool_, *list_, *journal_, counts_, clock_);
  }

  // A piece of evidence that was found so long after the start.
  void AddEvidence(const std::string& claim_id, std::int64_t after_ms) {
    PooledEvidence evidence;
    evidence.claim_id = claim_id;
    evidence.kind = "split_view";
    evidence.json = "{}";
    evidence.found_ms = kNowMs + static_cast<std::uint64_t>(after_ms);
    ASSERT_TRUE(pool_->AddEvidence(evidence).value_or(false));
  }

  // Prove makes a piece conclusive that only indicated.
  void Prove(const std::string& claim_id) {
    PooledEvidence evidence;
    evidence.claim_id = claim_id;
    evidence.kind = "split_view";
    evidence.is_conclusive = true;
    evidence.json = "{}";
    evidence.found_ms = now_ms_;
    ASSERT_TRUE(pool_->AddEvidence(evidence).value_or(false));
  }

  // Hook leaves a line for each of its runs, and waits for a file before it ends.
  std::string Hook() const {
    const std::string path =
        folder_.Write("hook", "#!/bin/sh\necho $2 >> " + folder_.Path("runs") + "\nwhile ! [ -e " +
                                  folder_.Path("go") + " ]; do sleep 0.05; done\n");
    chmod(path.c_str(), 0755);
    return path;
  }

  std::string Read(const std::string& name) const {
    std::ifstream file(folder_.Path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  template <typename Done>
  static bool Eventually(Done done) {
    for (int i = 0; i < 2000; ++i) {
      if (done()) {
        return true;
      }
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

  // Look looks at the pool, and waits until that is done.
  void Look(const std::string& hook) {
    const std::uint64_t before = num_readings_;
    chores_->LookAtPool(hook);
    // The clock is read for the public roots, the log list, the growth of trees, and the evidence.
    ASSERT_TRUE(Eventually([&] { return num_readings_ >= before + 4; }));
  }

  testlib::ScratchFolder folder_;
  std::atomic<std::uint64_t> now_ms_ = kNowMs;
  std::atomic<std::uint64_t> num_readings_ = 0;
  Clock clock_ = [this] {
    ++num_readings_;
    return now_ms_.load();
  };
  Counts counts_;
  std::unique_ptr<Journal> journal_ = std::make_unique<Journal>(
      JournalOptions{folder_.Path("no-syslog"), 2, false}, [] { return kNowMs; }, counts_);
  std::unique_ptr<Pool> pool_;
  std::optional<ListSource> list_;
  std::optional<Chores> chores_;
};

// Lock keeps writers away from a pool while it lives.
class Lock {
 public:
  explicit Lock(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &other_), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(other_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  ~Lock() { sqlite3_close(other_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  sqlite3* other_ = nullptr;
};

TEST_F(ChoresTest, AProblemOfOneIsOverWhenItWorksAgain) {
  {
    const Lock lock(folder_.Path("pool"));
    chores_->Prune();
    ASSERT_TRUE(Eventually([this] { return !journal_->Problems().empty(); }));
  }
  EXPECT_THAT(journal_->Problems(), ElementsAre(StartsWith("pool pruning: ")));
  journal_->Settle("pool");  // as where a batch was stored
  EXPECT_THAT(journal_->Problems(), ElementsAre(StartsWith("pool pruning: ")));
  chores_->Prune();
  EXPECT_TRUE(Eventually([this] { return journal_->Problems().empty(); }));
}

TEST_F(ChoresTest, PublicRootsThatAreOldAreAProblem) {
  now_ms_ = PublicRootsDateMs() + 600 * kMsPerDay;
  chores_->LookAtPool("");
  EXPECT_TRUE(Eventually([this] {
    const std::vector<std::string> problems = journal_->Problems();
    return std::any_of(problems.begin(), problems.end(), [](const std::string& problem) {
      return problem.starts_with("public roots: the built-in public roots are of ");
    });
  }));
}

TEST_F(ChoresTest, WhatCouldNotBeSetToldIsOverWhenItIs) {
  AddEvidence("a", 1);
  {
    const Lock lock(folder_.Path("pool"));
    chores_->LookAtPool("");
    ASSERT_TRUE(Eventually([this] { return !journal_->Problems().empty(); }));
  }
  EXPECT_THAT(journal_->Problems(), ElementsAre(StartsWith("pool evidence told: ")));
  now_ms_ += EvidenceWatch::kAgainMs;
  chores_->LookAtPool("");
  EXPECT_TRUE(Eventually([this] { return journal_->Problems().empty(); }));
  EXPECT_THAT(pool_->UntoldEvidence().value(), IsEmpty());
}

TEST_F(ChoresTest, AHookThatCannotBeRunIsSaidBeforeThereIsEvidence) {
  const std::string hook = folder_.Path("hook");
  Look(hook);
  EXPECT_THAT(journal_->Problems(), ElementsAre("hook's program: " + hook +
                                                ": cannot be run (No such file or directory)"));
  Look(folder_.Write("hook", "#!/bin/sh\n"));
  EXPECT_THAT(journal_->Problems(), ElementsAre(testing::HasSubstr("is it executable?")));
  chmod(hook.c_str(), 0755);
  Look(hook);
  EXPECT_THAT(journal_->Problems(), IsEmpty());
}

TEST_F(ChoresTest, APieceWhoseHookStillRunsIsNotToldTwice) {
  AddEvidence("a", 1);
  AddEvidence("b", 1);
  const std::string hook = Hook();
  Look(hook);
  ASSERT_TRUE(Eventually([this] { return !Read("runs").empty(); }));
  for (int i = 0; i < 3; ++i) {  // one runs and one waits, both for longer than is waited
    now_ms_ += EvidenceWatch::kAgainMs;
    Look(hook);
  }
  folder_.Write("go", "");
  ASSERT_TRUE(Eventually([this] { return pool_->UntoldEvidence()->empty(); }));
  AddEvidence("c", 1);  // comes behind everything that was posted before
  Look(hook);
  ASSERT_TRUE(Eventually([this] { return pool_->UntoldEvidence()->empty(); }));
  EXPECT_EQ(Read("runs"), "a\nb\nc\n");
}

TEST_F(ChoresTest, APieceThatBecomesConclusiveIsToldAgain) {
  AddEvidence("a", 1);
  folder_.Write("go", "");
  const std::string hook = Hook();
  Look(hook);
  ASSERT_TRUE(Eventually([this] { return pool_->UntoldEvidence()->empty(); }));
  Look(hook);
  EXPECT_EQ(Read("runs"), "a\n");
  EXPECT_EQ(chores_->SeenOfPool().num_conclusive, 0U);
  now_ms_ += EvidenceWatch::kAgainMs;
  Prove("a");
  Look(hook);
  ASSERT_TRUE(Eventually([this] { return pool_->UntoldEvidence()->empty(); }));
  EXPECT_EQ(Read("runs"), "a\na\n");
  EXPECT_EQ(chores_->SeenOfPool().num_conclusive, 1U);
  EXPECT_EQ(chores_->SeenOfPool().last_evidence_ms, now_ms_);
  EXPECT_TRUE(chores_->SeenOfPool().evidence.front().is_conclusive);
}

TEST_F(ChoresTest, TheJournalHasOfEvidenceWhatNobodySaidYet) {
  chores_.reset();
  const std::string log = folder_.Write("log", "");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(log.c_str(), "a"),
                                                             &std::fclose);
  journal_ = std::make_unique<Journal>(
      JournalOptions{"", fileno(file.get()), false}, [] { return kNowMs; }, counts_);
  list_.emplace(folder_.Path("logs.json"), clock_, *journal_);
  chores_.emplace(*pool_, *list_, *journal_, counts_, clock_);
  AddEvidence("old", -1);
  AddEvidence("new", 0);
  Look("");
  ASSERT_TRUE(Eventually([this] { return pool_->UntoldEvidence()->empty(); }));
  EXPECT_EQ(Read("log"),
            "tattled: evidence old: split_view, from before this start; see `tattle evidence`\n");
}

}  // namespace
}  // namespace tattle::daemon::chores_test
