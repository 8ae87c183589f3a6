// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The control socket: lies, switched while the log runs. A line in, such as "amber@1 rollback=3"; a
// line out, "ok" or "error: SENTENCE".

#ifndef TATTLE_TESTS_TESTLOG_CONTROL_H_
#define TATTLE_TESTS_TESTLOG_CONTROL_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "plugin/net/http_listener.h"
#include "tests/testlog/event_ptr.h"
#include "tests/testlog/log_key.h"

namespace tattle::testlog {

// ControlSocket listens as long as it lives, in the thread of its event base.
class ControlSocket {
 public:
  using Obey = std::function<Outcome<void>(std::string_view line)>;

  // Create borrows `base`. The socket is for its owner only.
  static Outcome<std::unique_ptr<ControlSocket>> Create(event_base* base, const std::string& path,
                                                        Obey obey);

 private:
  explicit ControlSocket(event_base* base, Obey obey) : base_(base), obey_(std::move(obey)) {}

  static void OnRead(bufferevent* connection, void* arg);
  static void OnDrained(bufferevent* connection, void* arg);
  static void OnEvent(bufferevent* connection, short what, void* arg);
  void Accept(int fd);

  event_base* base_;
  Obey obey_;
  std::unique_ptr<HttpListener> listener_;
  std::map<bufferevent*, BufferEventPtr> connections_;
};

// SendCommand is the other end: it sends one line and waits for the answer to it.
Outcome<void> SendCommand(const std::string& path, const std::string& line);

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_CONTROL_H_
