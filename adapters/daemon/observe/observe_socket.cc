// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/observe/observe_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "plugin/runtime/bounds.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

// Datagrams that are read in one round, before others have their turn.
constexpr int kReadsAtOnce = 64;

// SenderOf is who sent a datagram, by the kernel's word; nobody's number where it says nothing.
uid_t SenderOf(msghdr& message) {
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  ucred sender = {};
  sender.uid = static_cast<uid_t>(-1);
  if (header != nullptr && header->cmsg_level == SOL_SOCKET &&
      header->cmsg_type == SCM_CREDENTIALS && header->cmsg_len == CMSG_LEN(sizeof(sender))) {
    const unsigned char* const from = CMSG_DATA(header);
    std::copy_n(from, sizeof(sender), static_cast<unsigned char*>(static_cast<void*>(&sender)));
  }
  return sender.uid;
}

}  // namespace

ObserveSocket::ObserveSocket(event_base* base, UnixSocket socket, SenderLimits& limits, Take take,
                             Clock clock, Counts& counts)
    : socket_(std::move(socket)),
      limits_(limits),
      take_(std::move(take)),
      clock_(std::move(clock)),
      counts_(counts),
      buffer_(kMaxObservationSize),
      readable_(base, socket_.fd(), EV_READ | EV_PERSIST, kReports, [this] { Read(); }),
      pause_(base, -1, 0, kReports, [this] { readable_.Start(); }) {
  readable_.Start();
}

Outcome<std::unique_ptr<ObserveSocket>> ObserveSocket::Create(event_base* base, UnixSocket socket,
                                                              SenderLimits& limits, Take take,
                                                              Clock clock, Counts& counts) {
  const int on = 1;
  if (setsockopt(socket.fd(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0) {
    return tl::unexpected(socket.path() + ": the system does not say who sends (" +
                          SystemMessage(errno) + ")");
  }
  return std::unique_ptr<ObserveSocket>(new ObserveSocket(
      base, std::move(socket), limits, std::move(take), std::move(clock), counts));
}

void ObserveSocket::Read() {
  const std::uint64_t second = clock_() / 1000;
  if (second != second_) {
    second_ = second;
    num_reads_ = 0;
  }
  for (int i = 0; i < kReadsAtOnce && num_reads_ < kMaxReadsASecond; ++i) {
    if (!ReadOne()) {
      return;
    }
    ++num_reads_;
  }
  if (num_reads_ >= kMaxReadsASecond) {
    // Senders find the socket full, drop what they have, and do not wait.
    readable_.Stop();
    pause_.Start(std::chrono::milliseconds(1000 - clock_() % 1000));
  }
}

// ReadOne returns false if nothing waits. There is room for the sender's credentials and not for
// one descriptor beside them: what is sent along so, the kernel drops.
bool ObserveSocket::ReadOne() {
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(ucred))> control = {};
  iovec into = {buffer_.data(), buffer_.size()};
  msghdr message = {};
  message.msg_iov = &into;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t len = recvmsg(socket_.fd(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (len < 0) {
    return errno == EINTR;
  }
  counts_.Add(Count::kObservations);
  if (!limits_.Take(SenderOf(message), clock_())) {
    counts_.Add(Count::kObservationsOverRate);
  } else if ((message.msg_flags & MSG_TRUNC) != 0) {
    counts_.Add(Count::kObservationsTooLong);
  } else {
    take_(Bytes(buffer_).first(static_cast<std::size_t>(len)));
  }
  return true;
}

}  // namespace tattle::daemon
