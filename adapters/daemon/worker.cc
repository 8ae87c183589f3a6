// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/worker.h"

#include <algorithm>

namespace tattle::daemon {

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
    jobs_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

void Worker::Post(const std::string& name, Job job) {
  {
    const std::lock_guard lock(mutex_);
    const bool waits = std::any_of(jobs_.begin(), jobs_.end(),
                                   [&name](const auto& one) { return one.first == name; });
    if (waits || stop_.stop_requested()) {
      return;
    }
    jobs_.emplace_back(name, std::move(job));
  }
  changed_.notify_all();
}

void Worker::Flush() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return jobs_.empty() && !is_busy_; });
}

void Worker::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_.stop_requested() || !jobs_.empty(); });
    if (jobs_.empty()) {
      return;
    }
    const Job job = std::move(jobs_.front().second);
    jobs_.pop_front();
    is_busy_ = true;
    lock.unlock();
    job(stop_.get_token());
    lock.lock();
    is_busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace tattle::daemon
