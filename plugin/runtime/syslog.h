// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Lines for the system's log, written by ourselves: syslog(3) may wait for a log daemon that is
// slow, and keeps a descriptor, a name and a facility that belong to the program.

#ifndef TATTLE_PLUGIN_RUNTIME_SYSLOG_H_
#define TATTLE_PLUGIN_RUNTIME_SYSLOG_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/runtime/datagram_socket.h"
#include "plugin/runtime/log_line.h"

namespace tattle {

// Syslog is thread-safe and fork-safe, and never waits. It connects when it is made, and goes on in
// a chroot.
class Syslog {
 public:
  // Lines of one level that are written within ten seconds; the rest is counted.
  static constexpr std::uint32_t kMaxLinesAWindow = 30;
  static constexpr std::uint64_t kWindowMs = 10'000;
  // RFC 3164, Section 4.1: "The total length of the packet MUST be 1024 bytes or less."
  static constexpr std::size_t kMaxPacket = 1024;

  // `path` is the datagram socket; empty: nothing is written. The offset of local time is asked for
  // once, here.
  Syslog(std::string path, std::uint64_t now_ms);

  bool is_on() const { return is_on_; }

  // Write says whether the line was taken: not where the rate is too high, or nobody listens.
  bool Write(LogLevel level, std::string_view line, std::uint64_t now_ms);

 private:
  // Window counts the lines of one level.
  struct Window {
    std::atomic<std::uint64_t> number = 0;  // of the ten seconds since 1970
    std::atomic<std::uint32_t> lines = 0;
  };

  bool IsWithinRate(LogLevel level, std::uint64_t now_ms);

  const bool is_on_;
  const std::string program_;  // of now: the name may lie where a program writes its title (nginx)
  const std::int64_t utc_offset_s_;
  DatagramSocket socket_;
  std::array<Window, 4> windows_;  // by level
};

// FormatSyslogLine is the packet of RFC 3164, Section 4.1, as local daemons take it (without a host
// name): "<29>Nov  6 15:00:00 curl[4711]: tattle: LINE". A program's name ends where its title
// begins. Where it would be longer than a packet may be, the middle is cut out.
std::string FormatSyslogLine(LogLevel level, std::string_view program, std::int64_t pid,
                             std::string_view line, std::int64_t local_s);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_SYSLOG_H_
