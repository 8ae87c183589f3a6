// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Time is an argument here, never read from a clock: milliseconds since 1970-01-01T00:00:00Z
// without leap seconds, as RFC 6962 has it, in a uint64_t whose name ends in _ms.

#ifndef TATTLE_CORE_BASE_TIME_H_
#define TATTLE_CORE_BASE_TIME_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace tattle {

inline constexpr std::uint64_t kMsPerSecond = 1000;
inline constexpr std::uint64_t kMsPerDay = std::uint64_t{24} * 3600 * kMsPerSecond;

// CivilTime is a UTC date and time of the proleptic Gregorian calendar.
struct CivilTime {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

// ToMs converts. Fails with kOutOfRange for a date that does not exist or lies before 1970 or
// beyond 9999. Second 60 is refused.
Result<std::uint64_t> ToMs(const CivilTime& time);

// DecodeRfc3339 reads "2026-04-15T00:00:00Z": upper-case T, Z or an offset of hours and minutes,
// and a fraction of which milliseconds are kept. Fails with kBadEncoding or kOutOfRange.
Result<std::uint64_t> DecodeRfc3339(std::string_view text);

// EncodeRfc3339 writes "2026-04-15T00:00:00Z"; with ".123" before the Z unless milliseconds are 0.
// Years beyond 9999 are written with all their digits, times beyond about the year 32,000 as
// "far future (18446744073709551615 ms)".
std::string EncodeRfc3339(std::uint64_t time_ms);

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_TIME_H_
