// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/time.h"

#include <chrono>
#include <cstddef>

namespace tattle {
namespace {

// TextReader takes fixed-width numbers and characters off the front of a text.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool ReadNumber(std::size_t num_digits, unsigned& out) {
    if (rest_.size() < num_digits) {
      return false;
    }
    unsigned value = 0;
    for (const char c : rest_.substr(0, num_digits)) {
      if (c < '0' || c > '9') {
        return false;
      }
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest_.remove_prefix(num_digits);
    out = value;
    return true;
  }

  [[nodiscard]] bool ReadChar(char c) {
    if (!rest_.starts_with(c)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// ReadFraction reads ".123456" if there is one; milliseconds are kept, the rest is cut off, which
// makes a time earlier, by less than a millisecond.
bool ReadFraction(TextReader& reader, unsigned& ms) {
  ms = 0;
  if (!reader.ReadChar('.')) {
    return true;
  }
  unsigned digit = 0;
  unsigned weight = 100;
  bool any = false;
  while (reader.ReadNumber(1, digit)) {
    ms += digit * weight;
    weight /= 10;
    any = true;
  }
  return any;
}

// ReadOffset reads "Z" or "+01:00" and yields the minutes that local time is ahead of UTC.
bool ReadOffset(TextReader& reader, int& minutes) {
  minutes = 0;
  if (reader.ReadChar('Z')) {
    return true;
  }
  const bool ahead = reader.ReadChar('+');
  if (!ahead && !reader.ReadChar('-')) {
    return false;
  }
  unsigned hour = 0;
  unsigned minute = 0;
  if (!reader.ReadNumber(2, hour) || !reader.ReadChar(':') || !reader.ReadNumber(2, minute) ||
      hour > 23 || minute > 59) {
    return false;
  }
  minutes = static_cast<int>(hour * 60 + minute) * (ahead ? 1 : -1);
  return true;
}

std::string Pad(std::uint64_t value, std::size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) {
    digits.insert(0, width - digits.size(), '0');
  }
  return digits;
}

}  // namespace

Result<std::uint64_t> ToMs(const CivilTime& time) {
  // std::chrono keeps a year in 16 bits and a month or day in 8: larger numbers come out as others.
  if (time.year < 1970 || time.year > 9999 || time.month > 12 || time.day > 31 || time.hour > 23 ||
      time.minute > 59 || time.second > 59) {
    return Fail(Errc::kOutOfRange, "time");
  }
  const std::chrono::year_month_day date{
      std::chrono::year{time.year}, std::chrono::month{time.month}, std::chrono::day{time.day}};
  if (!date.ok()) {
    return Fail(Errc::kOutOfRange, "time");
  }
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::uint64_t seconds =
      (static_cast<std::uint64_t>(time.hour) * 60 + time.minute) * 60 + time.second;
  return static_cast<std::uint64_t>(days) * kMsPerDay + seconds * kMsPerSecond;
}

Result<std::uint64_t> DecodeRfc3339(std::string_view text) {
  TextReader reader(text);
  CivilTime civil;
  unsigned year = 0;
  unsigned ms = 0;
  int offset_minutes = 0;
  if (!reader.ReadNumber(4, year) || !reader.ReadChar('-') || !reader.ReadNumber(2, civil.month) ||
      !reader.ReadChar('-') || !reader.ReadNumber(2, civil.day) || !reader.ReadChar('T') ||
      !reader.ReadNumber(2, civil.hour) || !reader.ReadChar(':') ||
      !reader.ReadNumber(2, civil.minute) || !reader.ReadChar(':') ||
      !reader.ReadNumber(2, civil.second) || !ReadFraction(reader, ms) ||
      !ReadOffset(reader, offset_minutes) || !reader.empty()) {
    return Fail(Errc::kBadEncoding, "time");
  }
  civil.year = static_cast<int>(year);
  const Result<std::uint64_t> local_ms = ToMs(civil);
  if (!local_ms) {
    return local_ms;
  }
  const std::int64_t utc_ms =
      static_cast<std::int64_t>(*local_ms) + ms - std::int64_t{offset_minutes} * 60 * 1000;
  if (utc_ms < 0) {
    return Fail(Errc::kOutOfRange, "time");
  }
  return static_cast<std::uint64_t>(utc_ms);
}

std::string EncodeRfc3339(std::uint64_t time_ms) {
  // std::chrono counts days in an int; a time of a hostile SCT may lie far beyond its calendar.
  constexpr std::uint64_t kMaxDays = 11'000'000;  // about the year 32,000
  const std::uint64_t days = time_ms / kMsPerDay;
  if (days > kMaxDays) {
    return "far future (" + std::to_string(time_ms) + " ms)";
  }
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
  const std::uint64_t ms = time_ms % kMsPerSecond;
  const std::uint64_t seconds = time_ms % kMsPerDay / kMsPerSecond;
  std::string out = Pad(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  out += '-' + Pad(static_cast<unsigned>(date.month()), 2);
  out += '-' + Pad(static_cast<unsigned>(date.day()), 2);
  out +=
      'T' + Pad(seconds / 3600, 2) + ':' + Pad(seconds / 60 % 60, 2) + ':' + Pad(seconds % 60, 2);
  if (ms != 0) {
    out += '.' + Pad(ms, 3);
  }
  return out + 'Z';
}

}  // namespace tattle
