// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_message.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "core/base/lower_case.h"
#include "plugin/net/http_status.h"

namespace tattle {
namespace {

// IsToken: RFC 9110, Section 5.6.2.
bool IsToken(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [kMarks](char c) {
    const char lower = LowerCase(c);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// IsFieldValue: RFC 9110, Section 5.5; nothing that could end the line.
bool IsFieldValue(std::string_view text) {
  constexpr unsigned char kDelete = 0x7F;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= ' ' && byte != kDelete);
  });
}

// IsOurs: headers that belong to the connection or that we compute. HTTP/2 allows none of the
// former (RFC 9113, Section 8.2.2).
bool IsOurs(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {
      "connection",       "content-length",    "date",    "keep-alive",
      "proxy-connection", "transfer-encoding", "trailer", "upgrade"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::uint64_t SystemTimeMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

std::optional<std::string_view> HttpRequest::FindHeader(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (header == name) {
      return value;
    }
  }
  return std::nullopt;
}

bool SetTarget(std::string_view target, HttpRequest& request) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (LowerCase(target.substr(0, scheme.size())) == scheme) {
      target.remove_prefix(std::min(target.find_first_of("/?", scheme.size()), target.size()));
      if (!target.starts_with('/')) {
        request.path.assign(1, '/');  // an empty path (RFC 9110, Section 4.2.3)
        request.query = target.substr(target.empty() ? 0 : 1);
        return true;
      }
    }
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.path = target.substr(0, mark);
  request.query = target.substr(std::min(mark + 1, target.size()));
  return target.starts_with('/') || (target == "*" && request.method == "OPTIONS");
}

std::string FormatHttpDate(std::uint64_t time_ms) {
  using std::chrono::days;
  using std::chrono::floor;
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_time<std::chrono::milliseconds> time{
      std::chrono::milliseconds(static_cast<std::int64_t>(time_ms))};
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(floor<std::chrono::seconds>(time - day));
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays.at(std::chrono::weekday(day).c_encoding()),
      static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

bool HasNoContent(int status) {
  return status == kNoContent || status == kNotModified;
}

void FinishResponse(const HttpServerOptions& options, HttpResponse& response) {
  bool is_legal = response.status >= 200 && response.status < 600;
  HttpHeaders headers;
  for (auto& [name, value] : response.headers) {
    is_legal = is_legal && IsToken(name) && IsFieldValue(value);
    name = LowerCase(name);
    if (!IsOurs(name)) {
      headers.emplace_back(std::move(name), std::move(value));
    }
  }
  if (!is_legal) {
    response.status = kInternalServerError;
    response.body.clear();
    headers.clear();
  }
  headers.emplace_back("date", FormatHttpDate(options.now_ms ? options.now_ms() : SystemTimeMs()));
  if (HasNoContent(response.status)) {
    response.body.clear();
  } else {
    headers.emplace_back("content-length", std::to_string(response.body.size()));
  }
  response.headers = std::move(headers);
}

}  // namespace tattle
