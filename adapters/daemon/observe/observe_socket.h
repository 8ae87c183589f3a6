// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ObserveSocket: datagrams of any process, taken with a limit on everything.

#ifndef TATTLE_ADAPTERS_DAEMON_OBSERVE_OBSERVE_SOCKET_H_
#define TATTLE_ADAPTERS_DAEMON_OBSERVE_OBSERVE_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/counts.h"
#include "adapters/daemon/observe/rate_limit.h"
#include "adapters/daemon/sockets/events.h"
#include "adapters/daemon/sockets/unix_socket.h"
#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// ObserveSocket lives in the thread that runs the event base. Whoever floods costs at most
// kMaxReadsASecond short system calls, and one buffer.
class ObserveSocket {
 public:
  static constexpr std::size_t kMaxReadsASecond = 20'000;

  // Take is given each datagram that is within the limits; it borrows for the call.
  using Take = std::function<void(Bytes datagram)>;

  // Create makes the socket tell who sends. Borrows base, limits and counts; several sockets share
  // the limits.
  static Outcome<std::unique_ptr<ObserveSocket>> Create(event_base* base, UnixSocket socket,
                                                        SenderLimits& limits, Take take,
                                                        Clock clock, Counts& counts);

  const std::string& path() const { return socket_.path(); }

 private:
  ObserveSocket(event_base* base, UnixSocket socket, SenderLimits& limits, Take take, Clock clock,
                Counts& counts);

  void Read();
  bool ReadOne();

  const UnixSocket socket_;
  SenderLimits& limits_;
  const Take take_;
  const Clock clock_;
  Counts& counts_;
  ByteVector buffer_;
  std::uint64_t second_ = 0;   // of the clock
  std::size_t num_reads_ = 0;  // in this second
  Callback readable_;
  Callback pause_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_OBSERVE_OBSERVE_SOCKET_H_
