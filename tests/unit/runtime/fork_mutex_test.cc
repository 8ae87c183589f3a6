// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/fork_mutex.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

namespace tattle::fork_mutex_test {
namespace {

// Pair is whole while nobody holds the mutex: both numbers are the same.
struct Pair {
  ForkMutex mutex;
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  void Grow() {
    const std::lock_guard lock(mutex);
    ++first;
    std::this_thread::yield();
    ++second;
  }
};

// Threads run `work` again and again until it goes.
class Threads {
 public:
  Threads(int count, const std::function<void()>& work) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this, work] {
        while (!is_over_) {
          work();
        }
      });
    }
  }
  ~Threads() {
    is_over_ = true;
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

 private:
  std::atomic<bool> is_over_ = false;
  std::vector<std::thread> threads_;
};

// StatusOfChild forks, runs `work` in the child, and is the child's status: 0 if `work` says true.
// A child that hangs is ended by its alarm.
int StatusOfChild(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(work() ? 0 : 1);
  }
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

TEST(ForkMutexTest, IsFreeInAChildAndWhatItGuardsIsWhole) {
  Pair pair;
  const Threads threads(4, [&pair] { pair.Grow(); });
  for (int i = 0; i < 50; ++i) {
    const int status = StatusOfChild([&pair] {
      const std::lock_guard lock(pair.mutex);
      return pair.first == pair.second;
    });
    ASSERT_EQ(status, 0) << "fork " << i;
  }
}

TEST(ForkMutexTest, IsFreeInAChildOfAChild) {
  Pair pair;
  const Threads threads(2, [&pair] { pair.Grow(); });
  for (int i = 0; i < 10; ++i) {
    const int status = StatusOfChild([&pair] {
      pair.Grow();
      return StatusOfChild([&pair] {
               pair.Grow();
               return pair.first == pair.second;
             }) == 0;
    });
    ASSERT_EQ(status, 0) << "fork " << i;
  }
}

TEST(ForkMutexTest, MayComeAndGoWhileOthersFork) {
  const Threads threads(4, [] {
    const auto pair = std::make_unique<Pair>();
    pair->Grow();
  });
  for (int i = 0; i < 50; ++i) {
    const int status = StatusOfChild([] {
      Pair pair;
      pair.Grow();
      return pair.first == 1;
    });
    ASSERT_EQ(status, 0) << "fork " << i;
  }
}

TEST(ForkMutexTest, ExcludesOtherThreads) {
  Pair pair;
  {
    const std::lock_guard lock(pair.mutex);
    std::thread([&pair] { EXPECT_FALSE(pair.mutex.try_lock()); }).join();
  }
  std::thread([&pair] {
    EXPECT_TRUE(pair.mutex.try_lock());
    pair.mutex.unlock();
  }).join();
}

}  // namespace
}  // namespace tattle::fork_mutex_test
