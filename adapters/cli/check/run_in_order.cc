// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/check/run_in_order.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace tattle::cli {
namespace {

// State is shared by the threads; mutex guards everything in it.
struct State {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t next = 0;  // the first item that no thread has taken
  std::size_t num_done = 0;
  std::vector<bool> done;
};

void WorkOff(const OrderedRun& run, State& state) {
  while (true) {
    std::size_t item = 0;
    {
      const std::lock_guard lock(state.mutex);
      if (state.next == run.num_items) {
        return;
      }
      item = state.next++;
    }
    run.work(item);
    {
      const std::lock_guard lock(state.mutex);
      state.done[item] = true;
      ++state.num_done;
    }
    state.changed.notify_one();
  }
}

}  // namespace

void RunInOrder(const OrderedRun& run) {
  State state;
  state.done.resize(run.num_items);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(run.max_threads, run.num_items); ++i) {
    threads.emplace_back([&] { WorkOff(run, state); });
  }
  std::size_t num_emitted = 0;
  std::size_t num_told = 0;
  while (num_emitted < run.num_items) {
    std::size_t num_done = 0;
    std::size_t ready_end = num_emitted;
    {
      std::unique_lock lock(state.mutex);
      state.changed.wait(lock, [&] { return state.num_done > num_told; });
      num_done = state.num_done;
      while (ready_end < run.num_items && state.done[ready_end]) {
        ++ready_end;
      }
    }
    for (; num_emitted < ready_end; ++num_emitted) {
      run.emit(num_emitted);
    }
    num_told = num_done;
    run.progress(num_done);
  }
}

}  // namespace tattle::cli
