// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/sockets/loop_thread.h"

namespace tattle::daemon {

Outcome<std::unique_ptr<LoopThread>> LoopThread::Create() {
  std::unique_ptr<LoopThread> made(new LoopThread(EventBasePtr(event_base_new())));
  auto inbox = Inbox::Create(made->base(), 0);
  if (!inbox) {
    return Sorry(inbox.error());
  }
  made->inbox_ = *std::move(inbox);
  return made;
}

LoopThread::~LoopThread() {
  Finish([] {});
}

void LoopThread::Start() {
  thread_ = std::thread([base = base()] { event_base_dispatch(base); });
}

void LoopThread::Finish(std::function<void()> last) {
  if (!thread_.joinable()) {
    return;
  }
  inbox_->Post([this, last = std::move(last)] {
    inbox_->Close();
    last();
  });
  thread_.join();
}

}  // namespace tattle::daemon
