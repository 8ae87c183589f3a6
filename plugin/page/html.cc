// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/page/html.h"

#include <array>

#include "core/base/time.h"

namespace tattle {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";     // U+2026

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Cut ends between two characters.
std::string_view Cut(std::string_view text) {
  if (text.size() <= kMaxShownText) {
    return text;
  }
  std::size_t end = kMaxShownText;
  while (end > 0 && IsContinuation(text[end])) {
    --end;
  }
  return text.substr(0, end);
}

void Escape(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // U+0080 to U+009F are controls, too.
    const bool is_c1 =
        c == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    if (is_c1 || IsControl(c)) {
      out += kReplacement;
      i += is_c1 ? 1 : 0;
      continue;
    }
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

Html& Html::operator<<(Markup markup) {
  text_ += markup.text();
  return *this;
}

Html& Html::Text(std::string_view text) {
  const std::string_view shown = Cut(text);
  Escape(text_, shown);
  if (shown.size() < text.size()) {
    text_ += kEllipsis;
  }
  return *this;
}

Html& Html::Name(std::string_view text) {
  return (*this << "<bdi>").Text(text) << "</bdi>";
}

Html& Html::Sentence(std::string_view text) {
  constexpr char kTick = '`';
  std::string_view rest = Cut(text);
  const bool is_cut = rest.size() < text.size();
  text_ += "<bdi>";
  while (true) {
    const std::size_t begin = rest.find(kTick);
    const std::size_t end = begin == std::string_view::npos ? begin : rest.find(kTick, begin + 1);
    if (end == std::string_view::npos) {
      break;
    }
    Escape(text_, rest.substr(0, begin));
    text_ += "<code>";
    Escape(text_, rest.substr(begin + 1, end - begin - 1));
    text_ += "</code>";
    rest.remove_prefix(end + 1);
  }
  Escape(text_, rest);
  if (is_cut) {
    text_ += kEllipsis;
  }
  text_ += "</bdi>";
  return *this;
}

Html& Html::Moment(std::uint64_t time_ms) {
  *this << "<time datetime=\"";
  Text(EncodeRfc3339(time_ms)) << "\">";
  return Text(DescribeMoment(time_ms)) << "</time>";
}

Html& Html::Digits(std::uint64_t number) {
  text_ += std::to_string(number);
  return *this;
}

Html& Html::Number(std::uint64_t number) {
  text_ += WithCommas(number);
  return *this;
}

std::string Plural(std::uint64_t number, std::string_view noun) {
  return WithCommas(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string WithCommas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) {
    digits.insert(end - 3, ",");
  }
  return digits;
}

std::string DescribeSpan(std::uint64_t span_ms) {
  constexpr std::uint64_t kMinuteS = 60;
  constexpr std::uint64_t kHourS = 3600;
  constexpr std::uint64_t kDayS = 24 * kHourS;
  const std::uint64_t seconds = span_ms / kMsPerSecond;
  if (seconds < 2 * kMinuteS) {
    return std::to_string(seconds) + " s";
  }
  if (seconds < 2 * kHourS) {
    return std::to_string(seconds / kMinuteS) + " min";
  }
  if (seconds < 2 * kDayS) {
    return std::to_string(seconds / kHourS) + " h";
  }
  return WithCommas(seconds / kDayS) + " days";
}

std::string DescribeMoment(std::uint64_t time_ms) {
  constexpr std::size_t kUpToMinutes = 16;  // 2026-11-28T00:12
  constexpr std::size_t kDate = 10;
  std::string text = EncodeRfc3339(time_ms);
  if (text.size() < kUpToMinutes || text[kDate] != 'T') {
    return text;  // beyond the calendar
  }
  text.resize(kUpToMinutes);
  text[kDate] = ' ';
  return text + " UTC";
}

std::string DescribeDay(std::uint64_t time_ms) {
  const std::string text = EncodeRfc3339(time_ms);
  return text.substr(0, text.find('T'));
}

std::string DescribeSize(std::uint64_t num_bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"bytes", "KB", "MB", "GB", "TB"};
  constexpr std::uint64_t kStep = 1024;
  if (num_bytes < kStep) {
    return std::to_string(num_bytes) + " bytes";
  }
  std::uint64_t size = num_bytes;
  std::size_t unit = 1;
  for (; size >= kStep * kStep && unit + 1 < kUnits.size(); ++unit) {
    size /= kStep;
  }
  const std::uint64_t tenths = size * 10 / kStep;
  return WithCommas(tenths / 10) + "." + std::to_string(tenths % 10) + " " +
         std::string(kUnits.at(unit));
}

}  // namespace tattle
