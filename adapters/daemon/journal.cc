// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/journal.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/base/bytes.h"

namespace tattle::daemon {
namespace {

constexpr std::size_t kMaxLine = 900;  // of what a packet of syslog has room for

// PriorityOf is the severity of syslog, as systemd reads it (sd-daemon(3)).
std::string_view PriorityOf(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "<6>";
    case LogLevel::kWarning:
      return "<4>";
    case LogLevel::kError:
      break;
  }
  return "<3>";
}

// WriteLine is one write, so that lines of several programs do not mix. What the other end does not
// take is lost.
bool WriteLine(int fd, std::string_view line) {
  return write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

std::string OneLine(std::string_view text, std::size_t max_len) {
  std::string out(text.substr(0, max_len));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }, '?');
  return text.size() > max_len ? out + "..." : out;
}

Journal::Journal(JournalOptions options, Clock clock, Counts& counts)
    : options_(std::move(options)),
      clock_(std::move(clock)),
      counts_(counts),
      syslog_(options_.syslog, clock_()) {}

bool Journal::IsWithinRate(LogLevel level, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  Window& window = windows_.at(static_cast<std::size_t>(level));
  const std::uint64_t number = now_ms / Syslog::kWindowMs;
  if (window.number != number) {
    window = {number, 0};
  }
  return ++window.lines <= Syslog::kMaxLinesAWindow;
}

bool Journal::Put(LogLevel level, std::string_view text, std::uint64_t now_ms) {
  if (syslog_.is_on()) {
    return syslog_.Write(level, text, now_ms);
  }
  std::string line(options_.has_priorities ? PriorityOf(level) : "tattled: ");
  line.append(text).append("\n");
  return IsWithinRate(level, now_ms) && WriteLine(options_.fd, line);
}

void Journal::NoteLost(std::uint64_t number, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  num_lost_ += number;
  lost_window_ = now_ms / Syslog::kWindowMs;
}

// SayLostAt: where that line is lost too, it is said another time, with what comes to it.
void Journal::SayLostAt(std::uint64_t now_ms) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (now_ms / Syslog::kWindowMs != lost_window_) {
      number = std::exchange(num_lost_, 0);
    }
  }
  if (number > 0 && !Put(LogLevel::kWarning,
                         std::to_string(number) +
                             (number == 1 ? " line was not written" : " lines were not written"),
                         now_ms)) {
    NoteLost(number, now_ms);
  }
}

void Journal::Write(LogLevel level, std::string_view line) {
  const std::uint64_t now_ms = clock_();
  SayLostAt(now_ms);
  if (!Put(level, OneLine(line, kMaxLine), now_ms)) {
    counts_.Add(Count::kLogLinesLost);
    NoteLost(1, now_ms);
    last_lost_ms_ = now_ms;
  }
}

void Journal::Complain(const std::string& subject, const std::string& sentence) {
  {
    const std::lock_guard lock(mutex_);
    std::string& known = problems_[subject];
    if (known == sentence) {
      return;
    }
    known = sentence;
  }
  Error(subject + ": " + sentence);
}

void Journal::Settle(const std::string& subject, std::string_view sentence) {
  {
    const std::lock_guard lock(mutex_);
    if (problems_.erase(subject) == 0) {
      return;
    }
  }
  Info(subject + ": " + std::string(sentence));
}

std::vector<std::string> Journal::Problems() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  out.reserve(problems_.size());
  for (const auto& [subject, sentence] : problems_) {
    out.push_back(subject + ": " + OneLine(sentence));
  }
  return out;
}

void Journal::ToLogLine(void* arg, std::int32_t level, const char* line) {
  static_cast<Journal*>(arg)->Write(static_cast<LogLevel>(level), line);
}

}  // namespace tattle::daemon
