// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// LoopThread: a loop of its own for what would keep others waiting.

#ifndef TATTLE_ADAPTERS_DAEMON_SOCKETS_LOOP_THREAD_H_
#define TATTLE_ADAPTERS_DAEMON_SOCKETS_LOOP_THREAD_H_

#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "adapters/daemon/sockets/events.h"
#include "adapters/daemon/sockets/inbox.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// LoopThread is used by one thread, which makes all that lives in its base before Start.
class LoopThread {
 public:
  // Create fails with a sentence.
  static Outcome<std::unique_ptr<LoopThread>> Create();

  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  event_base* base() const { return base_.get(); }

  void Start();

  // Post has the thread call a function.
  void Post(std::function<void()> call) { inbox_->Post(std::move(call)); }

  // Finish has the thread call `last`, which is to leave nothing in the base for long, and waits
  // until that is so. Without Start it does nothing.
  void Finish(std::function<void()> last);

 private:
  explicit LoopThread(EventBasePtr base) : base_(std::move(base)) {}

  EventBasePtr base_;
  std::unique_ptr<Inbox> inbox_;
  std::thread thread_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_SOCKETS_LOOP_THREAD_H_
