// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/log_list_file.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/crypto/sha256.h"
#include "core/data/pinned_log_list.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/loglist/list_text.h"

namespace tattle::log_list_file_test {
namespace {

using loglist_test::LogJson;

constexpr std::uint64_t kNowMs = 1'790'000'000'000;
constexpr std::uint64_t kSecond = 1'000;

std::string ListOf(std::string_view key) {
  return R"({"operators": [{"name": "One", "logs": [)" + LogJson(key) + "]}]}";
}

// DatedList is of a day of October 2026.
std::string DatedList(std::string_view key, const std::string& day) {
  return R"({"log_list_timestamp": "2026-10-)" + day + R"(T00:00:00Z", )" + ListOf(key).substr(1);
}

const std::string kOne = ListOf(loglist_test::kKey1);
const std::string kTwo = ListOf(loglist_test::kKey2);

Hash DigestOf(std::string_view text) {
  return Sha256Of(AsBytes(text));
}

class LogListFileTest : public ::testing::Test {
 protected:
  LogListFileTest() { unsetenv("TATTLE_LOG_LIST"); }
  ~LogListFileTest() override { unsetenv("TATTLE_LOG_LIST"); }

  // ProblemOf is what there is to say, without what all have in common.
  std::string ProblemOf(const LogListFile::Snapshot& snapshot) const {
    if (snapshot.problem == nullptr) {
      return "none";
    }
    const std::string begin = "log_list: " + path_ + ": ";
    EXPECT_EQ(snapshot.problem->substr(0, begin.size()), begin);
    return snapshot.problem->substr(std::min(begin.size(), snapshot.problem->size()));
  }

  testlib::ScratchFolder folder_;
  const std::string path_ = folder_.Path("list.json");
};

TEST_F(LogListFileTest, LoadsANamedFileAtOnce) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  std::filesystem::remove(path_);
  const auto snapshot = file.Get(0);
  ASSERT_NE(snapshot.list, nullptr);
  EXPECT_EQ(snapshot.list->digest, DigestOf(kOne));
  EXPECT_NE(snapshot.list->logs->Find(loglist_test::LogIdOf(loglist_test::kKey1)), nullptr);
}

TEST_F(LogListFileTest, DeniesWhatThePinnedListDenies) {
  folder_.Write("list.json", kOne);
  const auto pinned = PinnedTrustedList();
  ASSERT_TRUE(pinned);
  LogListFile file(path_);
  const auto snapshot = file.Get(kNowMs);
  ASSERT_FALSE(pinned->logs->content().denied.empty());
  for (const DeniedLog& denied : pinned->logs->content().denied) {
    EXPECT_NE(snapshot.list->logs->FindDenied(denied.log_id), nullptr);
  }
}

TEST_F(LogListFileTest, TakesUpAReplacedFileAfterASecond) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  const auto first = file.Get(kNowMs);
  folder_.Replace("list.json", kTwo);
  EXPECT_EQ(file.Get(kNowMs).list, first.list);
  EXPECT_EQ(file.Get(kNowMs + kSecond - 1).list, first.list);
  const auto second = file.Get(kNowMs + kSecond);
  EXPECT_EQ(second.list->digest, DigestOf(kTwo));
  EXPECT_EQ(second.problem, nullptr);
  // What somebody still holds is as it was.
  EXPECT_EQ(first.list->digest, DigestOf(kOne));
}

TEST_F(LogListFileTest, TakesUpAFileThatIsWrittenInPlace) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  folder_.Write("list.json", kTwo + "\n");
  EXPECT_EQ(file.Get(kNowMs).list->digest, DigestOf(kTwo + "\n"));
}

TEST_F(LogListFileTest, KeepsTheSameObjectForTheSameText) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  const auto first = file.Get(kNowMs);
  EXPECT_EQ(file.Get(kNowMs + kSecond).list, first.list);
  folder_.Replace("list.json", kOne);
  EXPECT_EQ(file.Get(kNowMs + 2 * kSecond).list, first.list);
}

TEST_F(LogListFileTest, LooksAgainWhenTheClockJumps) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  EXPECT_EQ(file.Get(kNowMs).list->digest, DigestOf(kOne));
  folder_.Replace("list.json", kTwo);
  EXPECT_EQ(file.Get(kNowMs - kSecond + 1).list->digest, DigestOf(kOne));
  EXPECT_EQ(file.Get(kNowMs - 3600 * kSecond).list->digest, DigestOf(kTwo));
  folder_.Replace("list.json", kOne);
  EXPECT_EQ(file.Get(UINT64_MAX).list->digest, DigestOf(kOne));
  folder_.Replace("list.json", kTwo);
  EXPECT_EQ(file.Get(0).list->digest, DigestOf(kTwo));
}

TEST_F(LogListFileTest, KeepsTheListWhenTheFileBreaksAndSaysSoUntilItIsMended) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  std::uint64_t now_ms = kNowMs;
  const auto first = file.Get(now_ms);
  const struct {
    const char* name;
    std::string content;
    const char* want;
  } cases[] = {
      {"empty", "", "is no log list that can be used (log_list: unsupported format)"},
      {"cut", kTwo.substr(0, kTwo.size() / 2),
       "is no log list that can be used (json: not properly encoded)"},
      {"no logs", R"({"operators": []})", "knows no log"},
      {"other text", "hello", "is no log list that can be used (log_list: unsupported format)"},
  };
  for (const auto& c : cases) {
    folder_.Replace("list.json", c.content);
    const auto broken = file.Get(now_ms += kSecond);
    EXPECT_EQ(broken.list, first.list) << c.name;
    EXPECT_EQ(ProblemOf(broken), std::string(c.want) + "; the list from before stays in use")
        << c.name;
    EXPECT_EQ(file.Get(now_ms += kSecond).problem, broken.problem) << c.name;
    folder_.Replace("list.json", kOne);
    const auto mended = file.Get(now_ms += kSecond);
    EXPECT_EQ(mended.list, first.list) << c.name;
    EXPECT_EQ(mended.problem, nullptr) << c.name;
  }
}

TEST_F(LogListFileTest, KeepsTheListWhenTheFileIsGoneAndSaysSoUntilItIsBack) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  const auto first = file.Get(kNowMs);
  std::filesystem::rename(path_, folder_.Path("away"));
  const auto gone = file.Get(kNowMs + kSecond);
  EXPECT_EQ(gone.list, first.list);
  EXPECT_EQ(ProblemOf(gone),
            "cannot be read (No such file or directory); the list from before stays in use");
  // The same problem is the same object.
  EXPECT_EQ(file.Get(kNowMs + 2 * kSecond).problem, gone.problem);
  std::filesystem::rename(folder_.Path("away"), path_);
  const auto back = file.Get(kNowMs + 3 * kSecond);
  EXPECT_EQ(back.list, first.list);
  EXPECT_EQ(back.problem, nullptr);
}

TEST_F(LogListFileTest, DoesNotGoBackToAnOlderListAndSaysSoUntilThereIsANewerOne) {
  const std::string in_use = DatedList(loglist_test::kKey1, "20");
  folder_.Write("list.json", in_use);
  LogListFile file(path_);
  const auto first = file.Get(kNowMs);
  folder_.Replace("list.json", DatedList(loglist_test::kKey2, "19"));
  const auto older = file.Get(kNowMs + kSecond);
  EXPECT_EQ(older.list, first.list);
  EXPECT_EQ(ProblemOf(older),
            "of 2026-10-19T00:00:00Z, older than the one in use, of 2026-10-20T00:00:00Z; the list "
            "from before stays in use; restart to go back");
  // The same problem is the same object, also where the file was copied anew.
  folder_.Replace("list.json", DatedList(loglist_test::kKey2, "19"));
  EXPECT_EQ(file.Get(kNowMs + 2 * kSecond).problem, older.problem);
  const std::string newer = DatedList(loglist_test::kKey2, "21");
  folder_.Replace("list.json", newer);
  EXPECT_EQ(file.Get(kNowMs + 3 * kSecond).list->digest, DigestOf(newer));
  EXPECT_EQ(file.Get(kNowMs + 3 * kSecond).problem, nullptr);
  // One that starts takes what there is.
  folder_.Replace("list.json", in_use);
  EXPECT_EQ(LogListFile(path_).Get(kNowMs).list->digest, DigestOf(in_use));
  EXPECT_EQ(file.Get(kNowMs + 4 * kSecond).list->digest, DigestOf(newer));
}

TEST_F(LogListFileTest, TakesListsOfOneDayAndThoseOfWhichOneHasNoDate) {
  const std::string lists[] = {DatedList(loglist_test::kKey1, "20"),
                               DatedList(loglist_test::kKey2, "20"), kOne,
                               DatedList(loglist_test::kKey2, "01")};
  folder_.Write("list.json", lists[0]);
  LogListFile file(path_);
  std::uint64_t now_ms = kNowMs;
  for (const std::string& list : lists) {
    folder_.Replace("list.json", list);
    const auto snapshot = file.Get(now_ms += kSecond);
    EXPECT_EQ(snapshot.list->digest, DigestOf(list)) << list;
    EXPECT_EQ(snapshot.problem, nullptr) << list;
  }
}

TEST_F(LogListFileTest, TakesNoOlderListInThePlaceOfThePinnedOne) {
  LogListFile file("", path_);
  std::string old = DatedList(loglist_test::kKey1, "01");
  old.replace(old.find("2026"), 4, "2020");
  folder_.Write("list.json", old);
  const auto snapshot = file.Get(kNowMs);
  EXPECT_EQ(snapshot.list->digest, Sha256Of(PinnedLogListJson()));
  ASSERT_NE(snapshot.problem, nullptr);
  EXPECT_EQ(snapshot.problem->rfind("log list: " + path_ + ": of 2020-10-01T00:00:00Z, older", 0),
            0U)
      << *snapshot.problem;
  EXPECT_EQ(LogListFile("", path_).Get(kNowMs).list->digest, DigestOf(old));
}

TEST_F(LogListFileTest, DoesNotWaitForAPipe) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  std::filesystem::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(ProblemOf(file.Get(kNowMs)), "is no regular file; the list from before stays in use");
}

TEST_F(LogListFileTest, HasNoListWhereANamedFileNeverWasOne) {
  LogListFile file(path_);
  const auto missing = file.Get(kNowMs);
  EXPECT_EQ(missing.list, nullptr);
  EXPECT_EQ(ProblemOf(missing), "cannot be read (No such file or directory)");
  folder_.Write("list.json", "hello");
  const auto broken = file.Get(kNowMs + kSecond);
  EXPECT_EQ(broken.list, nullptr);
  EXPECT_EQ(ProblemOf(broken), "is no log list that can be used (log_list: unsupported format)");
  folder_.Replace("list.json", kOne);
  const auto good = file.Get(kNowMs + 2 * kSecond);
  ASSERT_NE(good.list, nullptr);
  EXPECT_EQ(good.problem, nullptr);
}

TEST_F(LogListFileTest, TakesThePinnedListWhereTheDefaultFileIsMissing) {
  LogListFile file("", path_);
  const auto pinned = file.Get(kNowMs);
  ASSERT_NE(pinned.list, nullptr);
  EXPECT_EQ(pinned.list->digest, Sha256Of(PinnedLogListJson()));
  EXPECT_EQ(pinned.problem, nullptr);
  EXPECT_EQ(file.Get(kNowMs + kSecond).list, pinned.list);

  folder_.Write("list.json", kOne);
  EXPECT_EQ(file.Get(kNowMs + 2 * kSecond).list->digest, DigestOf(kOne));
  std::filesystem::remove(path_);
  const auto gone = file.Get(kNowMs + 3 * kSecond);
  EXPECT_EQ(gone.list->digest, DigestOf(kOne));
  ASSERT_NE(gone.problem, nullptr);
  EXPECT_EQ(*gone.problem, "log list: " + path_ +
                               ": cannot be read (No such file or directory); the list from "
                               "before stays in use");
}

TEST_F(LogListFileTest, DoesNotTakeThePinnedListForABrokenDefaultFile) {
  folder_.Write("list.json", "hello");
  LogListFile file("", path_);
  EXPECT_EQ(file.Get(kNowMs).list, nullptr);
  ASSERT_NE(file.Get(kNowMs).problem, nullptr);
  EXPECT_EQ(
      *file.Get(kNowMs).problem,
      "log list: " + path_ +
          ": is no log list that can be used (log_list: unsupported format); get a good one by "
          "\"tattle loglist update\"");
}

TEST_F(LogListFileTest, AsksTheEnvironmentBeforeTheDefault) {
  folder_.Write("list.json", kOne);
  const std::string other = folder_.Write("other.json", kTwo);
  setenv("TATTLE_LOG_LIST", other.c_str(), 1);
  EXPECT_EQ(LogListFile("", path_).Get(kNowMs).list->digest, DigestOf(kTwo));
  EXPECT_EQ(LogListFile(path_).Get(kNowMs).list->digest, DigestOf(kOne));
  setenv("TATTLE_LOG_LIST", "", 1);
  EXPECT_EQ(LogListFile("", path_).Get(kNowMs).list->digest, DigestOf(kOne));
  setenv("TATTLE_LOG_LIST", folder_.Path("none").c_str(), 1);
  const auto missing = LogListFile("", path_).Get(kNowMs);
  EXPECT_EQ(missing.list, nullptr);
  EXPECT_EQ(*missing.problem, "TATTLE_LOG_LIST: " + folder_.Path("none") +
                                  ": cannot be read (No such file or directory)");
}

TEST_F(LogListFileTest, KeepsAListThatTheProgramBrought) {
  const auto list = DecodeTrustedList(AsBytes(kOne));
  ASSERT_TRUE(list);
  LogListFile file(*list);
  for (const std::uint64_t now_ms : {std::uint64_t{0}, kNowMs, UINT64_MAX}) {
    EXPECT_EQ(file.Get(now_ms).list->logs, list->logs);
    EXPECT_EQ(file.Get(now_ms).problem, nullptr);
  }
}

// Threads see one list or the other, and the later one in the end.
TEST_F(LogListFileTest, ServesManyThreadsWhileTheFileIsReplaced) {
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  std::atomic<std::uint64_t> now_ms = kNowMs;
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!is_over) {
        const auto snapshot = file.Get(now_ms += kSecond);
        ASSERT_NE(snapshot.list, nullptr);
        ASSERT_EQ(snapshot.problem, nullptr);
        ASSERT_EQ(snapshot.list->logs->content().logs.size(), 1U);
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    folder_.Replace("list.json", i % 2 == 0 ? kTwo : kOne);
  }
  is_over = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  folder_.Replace("list.json", kTwo);
  // One that was late with its reading may have put back what is seen to be old at the next look.
  file.Get(now_ms += 100 * kSecond);
  EXPECT_EQ(file.Get(now_ms += kSecond).list->digest, DigestOf(kTwo));
}

// A child may be forked in the middle of the turn of another thread, which it does not have. It
// must find a new list all the same, at the latest when the turn has lapsed.
TEST_F(LogListFileTest, ServesAChildThatWasForkedWhileAnotherThreadRead) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP()
      << "clang 14's address sanitizer leaves a child its allocator's lock, held by a thread "
         "that the child does not have; the suite threads has this test too";
#endif
#endif
  folder_.Write("list.json", kOne);
  LogListFile file(path_);
  std::atomic<std::uint64_t> now_ms = kNowMs;
  std::atomic<bool> is_over = false;
  std::thread reader([&] {
    while (!is_over) {
      file.Get(now_ms += kSecond);
    }
  });
  for (int i = 0; i < 100; ++i) {
    const std::string& text = i % 2 == 0 ? kTwo : kOne;
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      folder_.Replace("list.json", text);
      const auto snapshot = file.Get(now_ms + 11 * kSecond);
      _exit(snapshot.list->digest == DigestOf(text) && snapshot.problem == nullptr ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0) << "fork " << i;
  }
  is_over = true;
  reader.join();
}

}  // namespace
}  // namespace tattle::log_list_file_test
