// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/moment.h"

#include <charconv>
#include <chrono>

#include "adapters/cli/output/terminal_text.h"
#include "core/base/time.h"

namespace tattle::cli {

std::uint64_t NowMs() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

Outcome<std::uint64_t> DecodeMoment(std::string_view text) {
  constexpr std::uint64_t kMaxSeconds = 253'402'300'799;  // 9999-12-31T23:59:59Z
  std::uint64_t seconds = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  if (error == std::errc() && rest == end && seconds <= kMaxSeconds) {
    return seconds * kMsPerSecond;
  }
  const Result<std::uint64_t> time_ms = DecodeRfc3339(text);
  if (!time_ms) {
    return Sorry(Sanitize(text) + " is no time: write 2026-04-15T00:00:00Z, or seconds since 1970");
  }
  return *time_ms;
}

std::string FormatAge(std::uint64_t time_ms, std::uint64_t now_ms) {
  const bool ahead = time_ms > now_ms;
  const std::uint64_t seconds = (ahead ? time_ms - now_ms : now_ms - time_ms) / 1000;
  constexpr std::uint64_t kMinute = 60;
  constexpr std::uint64_t kHour = 60 * kMinute;
  constexpr std::uint64_t kDay = 24 * kHour;
  std::string age;
  if (seconds >= 2 * kDay) {
    age = std::to_string(seconds / kDay) + " d";
  } else if (seconds >= 2 * kHour) {
    age = std::to_string(seconds / kHour) + " h";
  } else if (seconds >= 2 * kMinute) {
    age = std::to_string(seconds / kMinute) + " min";
  } else {
    age = std::to_string(seconds) + " s";
  }
  return ahead ? "in " + age : age;
}

}  // namespace tattle::cli
