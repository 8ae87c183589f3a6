// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Inbox: what other threads ask the thread of a loop to do.

#ifndef TATTLE_ADAPTERS_DAEMON_SOCKETS_INBOX_H_
#define TATTLE_ADAPTERS_DAEMON_SOCKETS_INBOX_H_

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/daemon/sockets/events.h"
#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// Inbox is made, closed and destroyed by the thread of its base; any thread may post.
class Inbox {
 public:
  // Create borrows the base, which waits for posts until Close. Fails with a sentence.
  static Outcome<std::unique_ptr<Inbox>> Create(event_base* base, int priority);

  // Post has the loop call a function, in the order of posts. False once the inbox is closed.
  bool Post(std::function<void()> call);

  // Close does what was posted before, and leaves nothing in the base that would keep it running.
  void Close();

 private:
  Inbox(event_base* base, int priority, Descriptor wake);
  void OnWake();

  const Descriptor wake_;
  Callback woken_;

  std::mutex mutex_;  // guards what follows
  std::vector<std::function<void()>> posted_;
  bool is_closed_ = false;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_SOCKETS_INBOX_H_
