// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Worker: a thread for what may wait for a disk or a network, one thing after another.

#ifndef TATTLE_ADAPTERS_DAEMON_WORKER_H_
#define TATTLE_ADAPTERS_DAEMON_WORKER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace tattle::daemon {

// Worker runs jobs in their order. Jobs have names: one that waits already is not posted again.
class Worker {
 public:
  // A job ends soon after its token says so.
  using Job = std::function<void(const std::stop_token& stop)>;

  Worker() : thread_([this] { Run(); }) {}

  // Asks the job at work to stop, and drops those that wait.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Post(const std::string& name, Job job);

  // Flush waits until nothing is left to do.
  void Flush();

 private:
  void Run();

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::pair<std::string, Job>> jobs_;
  bool is_busy_ = false;
  std::stop_source stop_;

  std::thread thread_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_WORKER_H_
