// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/moment.h"

#include <charconv>

#include "adapters/cli/terminal_text.h"
#include "core/base/time.h"

namespace tattle::cli {

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

}  // namespace tattle::cli
