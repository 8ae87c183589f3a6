// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/background_server.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace tattle::testlog {

Outcome<std::unique_ptr<BackgroundServer>> BackgroundServer::Create(const Service& service,
                                                                    ServerOptions options) {
  std::unique_ptr<BackgroundServer> out(new BackgroundServer);
  std::array<int, 2> wake = {-1, -1};
  if (pipe2(wake.data(), O_CLOEXEC) != 0) {
    return Sorry("no pipe can be made");
  }
  out->wake_read_ = wake[0];
  out->wake_write_ = wake[1];
  out->base_.reset(event_base_new());
  Outcome<std::unique_ptr<Server>> server =
      Server::Create(out->base_.get(), service, std::move(options));
  if (!server) {
    return Sorry(server.error());
  }
  out->server_ = *std::move(server);
  out->wake_.reset(event_new(out->base_.get(), out->wake_read_, EV_READ, OnWake, out.get()));
  event_add(out->wake_.get(), nullptr);
  out->thread_ = std::thread([base = out->base_.get()] { event_base_dispatch(base); });
  return out;
}

// The end of the pipe is the sign: the thread ends when nothing is left in the base.
void BackgroundServer::OnWake(int /*fd*/, short /*what*/, void* arg) {
  static_cast<BackgroundServer*>(arg)->server_->Stop();
}

BackgroundServer::~BackgroundServer() {
  close(wake_write_);
  if (thread_.joinable()) {
    thread_.join();
  }
  server_.reset();
  wake_.reset();
  close(wake_read_);
}

}  // namespace tattle::testlog
