// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/syslog.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "core/base/bytes.h"

namespace tattle {
namespace {

// RFC 3164, Section 4.1.1: the priority is the facility times eight, and the severity.
constexpr int kDaemon = 3;

// What stands in the place of what is cut out of a line, and how much is left behind it: the end
// says what became of a connection.
constexpr std::string_view kCut = "...";
constexpr std::size_t kKeptEnd = 100;

int SeverityOf(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return 6;
    case LogLevel::kWarning:
      return 4;
    case LogLevel::kError:
      break;
  }
  return 3;
}

std::int64_t UtcOffset(std::uint64_t now_ms) {
  const auto now = static_cast<time_t>(now_ms / 1000);
  tm local = {};
  return localtime_r(&now, &local) == nullptr ? 0 : local.tm_gmtoff;
}

// Pad writes a number of at most two digits.
std::string Pad(std::int64_t number, char fill) {
  return (number < 10 ? std::string(1, fill) : std::string()) + std::to_string(number);
}

// EncodeTime is "Nov  6 15:00:00". localtime_r would take a lock, and a child of fork might find it
// taken.
std::string EncodeTime(std::int64_t local_s) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds moment{std::chrono::seconds(local_s)};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(moment - day);
  std::string out(kMonths.at(static_cast<unsigned>(date.month()) - 1));
  out.append(" ").append(Pad(static_cast<unsigned>(date.day()), ' '));
  out.append(" ").append(Pad(time.hours().count(), '0'));
  out.append(":").append(Pad(time.minutes().count(), '0'));
  out.append(":").append(Pad(time.seconds().count(), '0'));
  return out;
}

}  // namespace

std::string FormatSyslogLine(LogLevel level, std::string_view program, std::int64_t pid,
                             std::string_view line, std::int64_t local_s) {
  std::string out = "<" + std::to_string(kDaemon * 8 + SeverityOf(level)) + ">";
  out.append(EncodeTime(local_s)).append(" ");
  out.append(program.substr(0, program.find_first_of(" :[")));
  out.append("[").append(std::to_string(pid)).append("]: tattle: ").append(line);
  if (out.size() > Syslog::kMaxPacket) {
    const std::string end = out.substr(out.size() - kKeptEnd);
    out.resize(Syslog::kMaxPacket - kCut.size() - kKeptEnd);
    out.append(kCut).append(end);
  }
  return out;
}

Syslog::Syslog(std::string path, std::uint64_t now_ms)
    : is_on_(!path.empty()),
      program_(program_invocation_short_name),
      utc_offset_s_(is_on_ ? UtcOffset(now_ms) : 0),
      socket_(std::move(path), now_ms) {}

// IsWithinRate need not be exact where threads meet at the turn of a window.
bool Syslog::IsWithinRate(LogLevel level, std::uint64_t now_ms) {
  Window& window = windows_.at(static_cast<std::size_t>(level));
  const std::uint64_t number = now_ms / kWindowMs;
  if (window.number.exchange(number, std::memory_order_relaxed) != number) {
    window.lines.store(0, std::memory_order_relaxed);
  }
  return window.lines.fetch_add(1, std::memory_order_relaxed) < kMaxLinesAWindow;
}

bool Syslog::Write(LogLevel level, std::string_view line, std::uint64_t now_ms) {
  if (!is_on_ || !IsWithinRate(level, now_ms) || !socket_.MaySend(now_ms)) {
    return false;
  }
  const std::int64_t local_s = static_cast<std::int64_t>(now_ms / 1000) + utc_offset_s_;
  return socket_.Send(AsBytes(FormatSyslogLine(level, program_, getpid(), line, local_s)), now_ms);
}

}  // namespace tattle
