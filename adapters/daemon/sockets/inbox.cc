// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/sockets/inbox.h"

#include <cerrno>
#include <utility>

#include <sys/eventfd.h>

#include "plugin/runtime/file.h"

namespace tattle::daemon {

Inbox::Inbox(event_base* base, int priority, Descriptor wake)
    : wake_(std::move(wake)),
      woken_(base, wake_.fd(), EV_READ | EV_PERSIST, priority, [this] { OnWake(); }) {
  woken_.Start();
}

Outcome<std::unique_ptr<Inbox>> Inbox::Create(event_base* base, int priority) {
  Descriptor wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wake.fd() < 0) {
    return Sorry("eventfd: " + SystemMessage(errno));
  }
  return std::unique_ptr<Inbox>(new Inbox(base, priority, std::move(wake)));
}

bool Inbox::Post(std::function<void()> call) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) {
      return false;
    }
    posted_.push_back(std::move(call));
  }
  eventfd_write(wake_.fd(), 1);  // a counter that is full has woken it already
  return true;
}

void Inbox::OnWake() {
  eventfd_t count = 0;
  eventfd_read(wake_.fd(), &count);
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(posted_);
  }
  for (const std::function<void()>& call : calls) {
    call();
  }
}

void Inbox::Close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  OnWake();
  woken_.Stop();
}

}  // namespace tattle::daemon
