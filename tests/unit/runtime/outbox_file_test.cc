// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/outbox_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/testlib/scratch_folder.h"

namespace tattle::outbox_file_test {
namespace {

constexpr std::uint64_t kNowMs = 1'795'000'000'000;
constexpr std::uint64_t kTurnMs = 5'000;

// FileWith is an outbox of a.test with so many heads, and of b.test with one.
ByteVector FileWith(std::size_t num_heads, std::uint64_t expires_ms = UINT64_MAX,
                    std::uint64_t made_ms = kNowMs) {
  OutboxHead head;
  head.sth.signature = {4, 3, 0, 0};
  const std::vector<OutboxHead> heads(num_heads, head);
  return EncodeOutbox({made_ms, expires_ms, {{"a.test", heads}, {"b.test", {head}}}}).value();
}

class OutboxFileTest : public testing::Test {
 protected:
  // Replace does it as tattled does: by a rename.
  void Replace(Bytes bytes) const {
    std::ofstream(folder_.Path("new"), std::ios::binary) << AsText(bytes);
    std::filesystem::rename(folder_.Path("new"), path_);
  }

  const testlib::ScratchFolder folder_;
  const std::string path_ = folder_.Path("outbox");
};

TEST_F(OutboxFileTest, GivesEachHostItsHeads) {
  Replace(FileWith(2));
  OutboxFile file(path_);
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs).size(), 2U);
  EXPECT_EQ(file.HeadsFor("b.test", kNowMs).size(), 1U);
  EXPECT_EQ(file.HeadsFor("A.Test", kNowMs).size(), 2U);
  EXPECT_EQ(file.HeadsFor("a.test.", kNowMs).size(), 2U);
  for (const char* const host :
       {"", ".", "c.test", "a.tes", "a.testt", "0", "a.test..", "x.a.test"}) {
    EXPECT_TRUE(file.HeadsFor(host, kNowMs).empty()) << host;
  }
}

TEST_F(OutboxFileTest, HasNothingWithoutAFile) {
  EXPECT_TRUE(OutboxFile("").HeadsFor("a.test", kNowMs).empty());
  EXPECT_TRUE(OutboxFile(path_).HeadsFor("a.test", kNowMs).empty());
  EXPECT_TRUE(OutboxFile(folder_.Path("")).HeadsFor("a.test", kNowMs).empty());
}

TEST_F(OutboxFileTest, OffersNothingThatHasExpired) {
  Replace(FileWith(1, kNowMs + 10));
  OutboxFile file(path_);
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs + 9).size(), 1U);
  EXPECT_TRUE(file.HeadsFor("a.test", kNowMs + 10).empty());
  EXPECT_TRUE(file.HeadsFor("a.test", UINT64_MAX).empty());
}

TEST_F(OutboxFileTest, LooksForANewFileOnceInFiveSeconds) {
  Replace(FileWith(1));
  OutboxFile file(path_);
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs).size(), 1U);
  Replace(FileWith(2));
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs).size(), 1U);
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs + kTurnMs - 1).size(), 1U);
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs + kTurnMs).size(), 2U);
}

TEST_F(OutboxFileTest, LooksAgainWhenTheClockWasSetBack) {
  Replace(FileWith(1));
  OutboxFile file(path_);
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs).size(), 1U);
  Replace(FileWith(2));
  EXPECT_EQ(file.HeadsFor("a.test", 0).size(), 2U);
  Replace(FileWith(3));
  EXPECT_EQ(file.HeadsFor("a.test", kTurnMs).size(), 3U);
}

TEST_F(OutboxFileTest, DropsWhatWasRemovedOrBroken) {
  std::uint64_t now_ms = kNowMs;
  Replace(FileWith(1));
  OutboxFile file(path_);
  EXPECT_EQ(file.HeadsFor("a.test", now_ms).size(), 1U);
  std::filesystem::remove(path_);
  EXPECT_TRUE(file.HeadsFor("a.test", now_ms += kTurnMs).empty());
  Replace(FileWith(2));
  EXPECT_EQ(file.HeadsFor("a.test", now_ms += kTurnMs).size(), 2U);
  ByteVector broken = FileWith(3);
  broken.pop_back();
  Replace(broken);
  EXPECT_TRUE(file.HeadsFor("a.test", now_ms += kTurnMs).empty());
  EXPECT_TRUE(file.HeadsFor("a.test", now_ms += kTurnMs).empty());
  Replace(FileWith(3));
  EXPECT_EQ(file.HeadsFor("a.test", now_ms += kTurnMs).size(), 3U);
}

TEST_F(OutboxFileTest, GivesWhatWasOfferedToNobodyElse) {
  Replace(FileWith(2));
  OutboxFile file(path_);
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs).size(), 2U);
  file.NoteOffered("A.test.", kNowMs);
  file.NoteOffered("c.test", kNowMs);
  EXPECT_TRUE(file.HeadsFor("a.test", kNowMs).empty());
  EXPECT_TRUE(file.HeadsFor("a.test", kNowMs + 1'000'000).empty()) << "nobody has heard of it";
  EXPECT_EQ(file.HeadsFor("b.test", kNowMs).size(), 1U);
  // Of a file that was made at about the time nobody knows what tattled had heard by then.
  std::uint64_t now_ms = kNowMs + 1'000'000;
  for (const std::uint64_t made_ms : {kNowMs - 1000, kNowMs + 1000, kNowMs + 9999}) {
    Replace(FileWith(1, UINT64_MAX, made_ms));
    EXPECT_TRUE(file.HeadsFor("a.test", now_ms += kTurnMs).empty()) << made_ms;
  }
  Replace(FileWith(1, UINT64_MAX, kNowMs + 10'000));
  EXPECT_EQ(file.HeadsFor("a.test", now_ms += kTurnMs).size(), 1U) << "new ones";
  // And that is forgotten: an older file would have it again.
  Replace(FileWith(2));
  EXPECT_EQ(file.HeadsFor("a.test", now_ms += kTurnMs).size(), 2U);
}

TEST_F(OutboxFileTest, ServesThreadsWhileTheFileIsReplaced) {
  Replace(FileWith(1));
  OutboxFile file(path_);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 8; ++i) {
    threads.emplace_back([&file] {
      for (std::uint64_t round = 0; round < 500; ++round) {
        const std::size_t num_heads = file.HeadsFor("a.test", kNowMs + round * kTurnMs).size();
        EXPECT_TRUE(num_heads == 0 || num_heads == 1 || num_heads == 2) << num_heads;
      }
    });
  }
  for (std::size_t round = 0; round < 100; ++round) {
    Replace(FileWith(1 + round % 2));
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(OutboxFileTest, LooksAgainInAChild) {
  Replace(FileWith(1));
  OutboxFile file(path_);
  EXPECT_EQ(file.HeadsFor("a.test", kNowMs).size(), 1U);
  Replace(FileWith(2));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    _exit(static_cast<int>(file.HeadsFor("a.test", kNowMs + kTurnMs).size()));
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 2);
}

}  // namespace
}  // namespace tattle::outbox_file_test
