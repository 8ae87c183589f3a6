// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/daemon/gossip/outbox_writer.h"
#include "adapters/daemon/worker.h"
#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/file.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::daemon::journal_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kNowMs = 1'792'000'000'000;

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    std::array<int, 2> fds = {};
    EXPECT_EQ(pipe2(fds.data(), O_NONBLOCK | O_CLOEXEC), 0);
    read_ = Descriptor(fds[0]);
    write_ = Descriptor(fds[1]);
  }

  std::string Said() const {
    std::array<char, 65536> text = {};
    const ssize_t len = read(read_.fd(), text.data(), text.size());
    return {text.data(), len > 0 ? static_cast<std::size_t>(len) : 0};
  }

  Descriptor read_{-1};
  Descriptor write_{-1};
  std::uint64_t now_ms_ = kNowMs;
  Counts counts_;
};

TEST_F(JournalTest, WritesLinesForAPersonOrForSystemd) {
  Journal plain(
      {"", write_.fd(), false}, [this] { return now_ms_; }, counts_);
  plain.Info("one\ntwo");
  EXPECT_EQ(Said(), "tattled: one?two\n");
  Journal systemd(
      {"", write_.fd(), true}, [this] { return now_ms_; }, counts_);
  systemd.Info("a");
  systemd.Warning("b");
  systemd.Error("c");
  EXPECT_EQ(Said(), "<6>a\n<4>b\n<3>c\n");
}

TEST_F(JournalTest, WritesToSyslogInTheOtherCase) {
  const testlib::ScratchFolder folder;
  const testlib::DatagramListener listener(folder.Path("log"));
  Journal journal(
      {folder.Path("log"), write_.fd(), false}, [this] { return now_ms_; }, counts_);
  journal.Warning("hello");
  EXPECT_THAT(listener.ReceiveText(), HasSubstr("]: tattle: hello"));
  EXPECT_EQ(Said(), "");
}

TEST_F(JournalTest, IsBoundedInItsRateAndCountsWhatIsLost) {
  Journal journal(
      {"", write_.fd(), false}, [this] { return now_ms_; }, counts_);
  for (int i = 0; i < 30; ++i) {
    journal.Info("x");
  }
  EXPECT_EQ(journal.last_lost_ms(), 0U);
  now_ms_ += 9'000;
  for (int i = 0; i < 970; ++i) {
    journal.Info("x");
  }
  const std::string said = Said();
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 30);
  EXPECT_EQ(counts_.Get(Count::kLogLinesLost), 970U);
  EXPECT_EQ(journal.last_lost_ms(), now_ms_);
  journal.Error("another level");
  EXPECT_THAT(Said(), HasSubstr("another level"));
  now_ms_ += 10'000;
  journal.Info("later");
  EXPECT_EQ(Said(), "tattled: 970 lines were not written\ntattled: later\n");
  EXPECT_EQ(journal.last_lost_ms(), now_ms_ - 10'000);
}

TEST_F(JournalTest, SaysHowManyLinesWereNotWrittenAlsoWhereNoneFollows) {
  Journal journal(
      {"", write_.fd(), true}, [this] { return now_ms_; }, counts_);
  journal.SayLost();
  for (int i = 0; i < 31; ++i) {
    journal.Error("x");
  }
  static_cast<void>(Said());
  journal.SayLost();
  EXPECT_EQ(Said(), "") << "it is not over";
  now_ms_ += 10'000;
  journal.SayLost();
  EXPECT_EQ(Said(), "<4>1 line was not written\n");
  journal.SayLost();
  EXPECT_EQ(Said(), "");
}

TEST_F(JournalTest, SaysItLaterWhereNobodyListens) {
  const testlib::ScratchFolder folder;
  Journal journal(
      {folder.Path("log"), write_.fd(), false}, [this] { return now_ms_; }, counts_);
  journal.Info("x");
  now_ms_ += 10'000;
  journal.SayLost();
  journal.Info("x");
  EXPECT_EQ(counts_.Get(Count::kLogLinesLost), 2U);
  const testlib::DatagramListener listener(folder.Path("log"));
  now_ms_ += 60'000;
  journal.SayLost();
  EXPECT_THAT(listener.ReceiveText(), HasSubstr("]: tattle: 2 lines were not written"));
}

TEST_F(JournalTest, SaysAProblemOnceAndItsEnd) {
  Journal journal(
      {"", write_.fd(), false}, [this] { return now_ms_; }, counts_);
  journal.Complain("pool", "is full");
  journal.Complain("pool", "is full");
  EXPECT_EQ(Said(), "tattled: pool: is full\n");
  journal.Complain("pool", "is gone");
  journal.Complain("outbox", "cannot be written");
  EXPECT_THAT(journal.Problems(), ElementsAre("outbox: cannot be written", "pool: is gone"));
  static_cast<void>(Said());
  journal.Settle("pool");
  journal.Settle("pool");
  EXPECT_EQ(Said(), "tattled: pool: works again\n");
  journal.Complain("configuration", "a restart is needed");
  static_cast<void>(Said());
  journal.Settle("configuration", "none is needed");
  EXPECT_EQ(Said(), "tattled: configuration: none is needed\n");
  EXPECT_THAT(journal.Problems(), ElementsAre("outbox: cannot be written"));
}

TEST(WriteOutboxTest, LeavesAFileThatClientsReadAndThatExpires) {
  const testlib::ScratchFolder folder;
  ASSERT_TRUE(WriteOutbox(folder.Path("outbox"), {}, kNowMs).has_value());
  const auto file = ReadRegularFile(folder.Path("outbox"), 1000);
  ASSERT_TRUE(file.has_value());
  const Result<Outbox> outbox = DecodeOutbox(file->bytes);
  ASSERT_TRUE(outbox.has_value());
  EXPECT_EQ(outbox->made_ms, kNowMs);
  EXPECT_EQ(outbox->expires_ms, kNowMs + kOutboxAgeMs);
  EXPECT_TRUE(outbox->hosts.empty());
  EXPECT_EQ(std::filesystem::status(folder.Path("outbox")).permissions(),
            static_cast<std::filesystem::perms>(0644));
}

TEST(WriteOutboxTest, SaysWhatIsWrong) {
  const testlib::ScratchFolder folder;
  const auto nowhere = WriteOutbox(folder.Path("none/outbox"), {}, kNowMs);
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_THAT(nowhere.error(),
              HasSubstr("cannot create a file beside " + folder.Path("none/outbox")));
  const auto unsorted = WriteOutbox(folder.Path("outbox"), {{"b", {}}, {"a", {}}}, kNowMs);
  EXPECT_FALSE(unsorted.has_value());
  EXPECT_FALSE(std::filesystem::exists(folder.Path("outbox")));
}

TEST(WorkerTest, RunsJobsInOrderAndNoneTwiceAtOnce) {
  std::vector<int> done;
  Worker worker;
  std::promise<void> go;
  worker.Post("first", [&](const std::stop_token&) { go.get_future().wait(); });
  for (int i = 0; i < 3; ++i) {
    worker.Post("a", [&, i](const std::stop_token&) { done.push_back(i); });
  }
  worker.Post("b", [&](const std::stop_token&) { done.push_back(9); });
  go.set_value();
  worker.Flush();
  EXPECT_THAT(done, ElementsAre(testing::AnyOf(0, 1, 2), 9));
  EXPECT_LE(done.size(), 2U);
}

TEST(WorkerTest, StopsAJobAtWorkAndDropsTheRest) {
  std::atomic<bool> stopped = false;
  std::atomic<bool> ran = false;
  {
    Worker worker;
    std::promise<void> started;
    worker.Post("long", [&](const std::stop_token& stop) {
      started.set_value();
      while (!stop.stop_requested()) {
        std::this_thread::yield();
      }
      stopped = true;
    });
    started.get_future().wait();
    worker.Post("next", [&](const std::stop_token&) { ran = true; });
  }
  EXPECT_TRUE(stopped);
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace tattle::daemon::journal_test
