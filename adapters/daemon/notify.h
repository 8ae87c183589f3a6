// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What systemd is told of the daemon's state (sd_notify(3)), by the plain protocol.

#ifndef TATTLE_ADAPTERS_DAEMON_NOTIFY_H_
#define TATTLE_ADAPTERS_DAEMON_NOTIFY_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tattle::daemon {

// Notifier sends datagrams to the socket that $NOTIFY_SOCKET names: a path, or a name behind an @,
// which is in no file system.
class Notifier {
 public:
  // An empty address: nobody wants to know.
  explicit Notifier(std::string address) : address_(std::move(address)) {}

  // Send returns false if there is nobody, or he did not take it.
  bool Send(std::string_view state) const;

  bool Ready() const { return Send("READY=1"); }
  bool Stopping() const { return Send("STOPPING=1"); }
  bool Alive() const { return Send("WATCHDOG=1"); }

  // Reloading: `monotonic_us` is of CLOCK_MONOTONIC, as Type=notify-reload wants. Ready follows.
  bool Reloading(std::uint64_t monotonic_us) const;

 private:
  std::string address_;
};

// WatchdogPeriod is half of what $WATCHDOG_USEC allows; nothing if no watchdog waits, or it waits
// for another process.
std::optional<std::chrono::milliseconds> WatchdogPeriod(const char* watchdog_usec,
                                                        const char* watchdog_pid, std::int64_t pid);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_NOTIFY_H_
