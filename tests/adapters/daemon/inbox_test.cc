// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/sockets/inbox.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/daemon/sockets/loop_thread.h"

namespace tattle::daemon::inbox_test {
namespace {

TEST(InboxTest, TheLoopDoesWhatAnotherThreadPosts) {
  const EventBasePtr base(event_base_new());
  auto inbox = Inbox::Create(base.get(), 0);
  ASSERT_TRUE(inbox) << inbox.error();
  std::vector<int> done;
  std::thread::id by;
  std::thread other([&] {
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE((*inbox)->Post([&, i] { done.push_back(i); }));
    }
    EXPECT_TRUE((*inbox)->Post([&] {
      by = std::this_thread::get_id();
      (*inbox)->Close();
    }));
  });
  EXPECT_EQ(event_base_dispatch(base.get()), 1) << "it ends once nothing is left";
  other.join();
  EXPECT_EQ(done, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(by, std::this_thread::get_id());
}

TEST(InboxTest, CloseDoesWhatWasPostedAndTakesNoMore) {
  const EventBasePtr base(event_base_new());
  auto inbox = Inbox::Create(base.get(), 0);
  ASSERT_TRUE(inbox) << inbox.error();
  int num_done = 0;
  EXPECT_TRUE((*inbox)->Post([&] { ++num_done; }));
  (*inbox)->Close();
  EXPECT_EQ(num_done, 1);
  EXPECT_FALSE((*inbox)->Post([&] { ++num_done; }));
  (*inbox)->Close();
  EXPECT_EQ(num_done, 1);
}

TEST(LoopThreadTest, FinishWaitsForWhatWasPosted) {
  auto loop = LoopThread::Create();
  ASSERT_TRUE(loop) << loop.error();
  (*loop)->Start();
  std::vector<std::thread::id> by;
  (*loop)->Post([&] { by.push_back(std::this_thread::get_id()); });
  (*loop)->Finish([&] { by.push_back(std::this_thread::get_id()); });
  ASSERT_EQ(by.size(), 2U);
  EXPECT_EQ(by[0], by[1]);
  EXPECT_NE(by[0], std::this_thread::get_id());
}

TEST(LoopThreadTest, NeedNotBeStarted) {
  auto loop = LoopThread::Create();
  ASSERT_TRUE(loop) << loop.error();
  bool is_called = false;
  (*loop)->Finish([&] { is_called = true; });
  EXPECT_FALSE(is_called);
}

}  // namespace
}  // namespace tattle::daemon::inbox_test
