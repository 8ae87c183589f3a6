// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/page/plots.h"

#include <algorithm>
#include <map>
#include <string>

#include "core/base/time.h"
#include "plugin/page/document.h"

namespace tattle {
namespace {

constexpr std::uint64_t kHourMs = 3600 * kMsPerSecond;
constexpr std::size_t kMinHours = 12;

// Growth plots are drawn on 120 x 28, 2 of which are kept free at each side.
constexpr std::uint64_t kGrowthWidth = 116;
constexpr std::uint64_t kGrowthHeight = 22;
constexpr std::uint64_t kGrowthLeft = 2;
constexpr std::uint64_t kGrowthTop = 3;

constexpr std::uint64_t kColumnWidth = 10;
constexpr std::uint64_t kColumnHeight = 64;

// Scale is part/whole of `length`, in tenths to keep lines smooth.
std::uint64_t Scale(std::uint64_t part, std::uint64_t whole, std::uint64_t length) {
  // Trees have up to 2^63 leaves, so that products need care.
  const double share = whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  return static_cast<std::uint64_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(length * 10));
}

void WriteTenths(Html& html, std::uint64_t tenths) {
  html.Digits(tenths / 10) << ".";
  html.Digits(tenths % 10);
}

// WritePart draws a part of a column upwards from `from`, and returns where it ends. What is there
// is seen, however little it is.
std::uint64_t WritePart(Html& html, Markup begin, std::uint64_t x, std::uint64_t from,
                        std::uint64_t wanted) {
  const std::uint64_t height = std::min(wanted, kColumnHeight * 10 - from);
  html << begin << " x=\"";
  html.Digits(x * kColumnWidth + 1) << "\" width=\"";
  html.Digits(kColumnWidth - 2) << "\" y=\"";
  WriteTenths(html, kColumnHeight * 10 - from - height);
  html << "\" height=\"";
  WriteTenths(html, height);
  html << "\"/>";
  return from + height;
}

std::uint64_t HeightOf(std::uint64_t count, std::uint64_t most) {
  constexpr std::uint64_t kLeast = 40;  // tenths
  return count == 0 ? 0 : std::max(kLeast, Scale(count, most, kColumnHeight));
}

void WriteHour(Html& html, const HourCounts& hour, std::uint64_t x, std::uint64_t most) {
  html << "<g><title>";
  html.Text(DescribeMoment(hour.from_ms)) << ": ";
  html.Number(hour.compliant) << " compliant, ";
  html.Number(hour.not_compliant) << " not, ";
  html.Number(hour.undecided) << " undecided</title>";
  WritePart(html, "<rect class=\"none\"", x, 0, 10);
  std::uint64_t from = 0;
  if (const std::uint64_t bad = HeightOf(hour.not_compliant, most); bad > 0) {
    from = WritePart(html, "<rect class=\"bad\"", x, from, bad);
  }
  if (const std::uint64_t open = HeightOf(hour.undecided, most); open > 0) {
    from = WritePart(html, "<rect class=\"warn\"", x, from, open);
  }
  if (const std::uint64_t good = HeightOf(hour.compliant, most); good > 0) {
    WritePart(html, "<rect class=\"ok\"", x, from, good);
  }
  html << "</g>";
}

}  // namespace

std::vector<GrowthPoint> ReadGrowth(json::Value log) {
  std::vector<GrowthPoint> points;
  for (const json::Value item : ItemsOf(log, "growth")) {
    const auto time_ms = FindTime(item, "time");
    if (time_ms && points.size() < kMaxGrowthPoints) {
      points.push_back({*time_ms, NumberOf(item, "tree_size")});
    }
  }
  std::sort(points.begin(), points.end(), [](const GrowthPoint& a, const GrowthPoint& b) {
    return a.time_ms != b.time_ms ? a.time_ms < b.time_ms : a.tree_size < b.tree_size;
  });
  return points;
}

void WriteGrowth(Html& html, std::span<const GrowthPoint> points) {
  if (points.size() < 2 || points.front().time_ms == points.back().time_ms) {
    return;
  }
  const auto [least, most] = std::minmax_element(
      points.begin(), points.end(),
      [](const GrowthPoint& a, const GrowthPoint& b) { return a.tree_size < b.tree_size; });
  const std::uint64_t span_ms = points.back().time_ms - points.front().time_ms;
  const std::uint64_t grown = most->tree_size - least->tree_size;
  html << "<svg class=\"growth\" viewBox=\"0 0 120 28\" width=\"120\" height=\"28\" role=\"img\">"
          "<title>";
  html.Number(least->tree_size) << " to ";
  html.Number(most->tree_size) << " leaves in ";
  html.Text(DescribeSpan(span_ms)) << "</title><polyline points=\"";
  std::uint64_t last_x = 0;
  std::uint64_t last_y = 0;
  for (const GrowthPoint& point : points) {
    last_x =
        kGrowthLeft * 10 + Scale(point.time_ms - points.front().time_ms, span_ms, kGrowthWidth - 2);
    last_y = (kGrowthTop + kGrowthHeight) * 10 -
             Scale(point.tree_size - least->tree_size, grown, kGrowthHeight);
    WriteTenths(html, last_x);
    html << ",";
    WriteTenths(html, last_y);
    html << " ";
  }
  html << "\"/><circle r=\"2\" cx=\"";
  WriteTenths(html, last_x);
  html << "\" cy=\"";
  WriteTenths(html, last_y);
  html << "\"/></svg>";
}

std::uint64_t HourCounts::Sum() const {
  return compliant + not_compliant + undecided;
}

std::vector<HourCounts> ReadHours(json::Value verdicts, std::uint64_t now_ms) {
  const std::uint64_t last = now_ms / kHourMs;
  std::map<std::uint64_t, HourCounts> known;
  for (const json::Value item : ItemsOf(verdicts, "hours")) {
    const auto from_ms = FindTime(item, "from");
    if (from_ms && *from_ms / kHourMs <= last && *from_ms / kHourMs + kMaxHours > last) {
      known[*from_ms / kHourMs] = {*from_ms, NumberOf(item, "compliant"),
                                   NumberOf(item, "not_compliant"), NumberOf(item, "undecided")};
    }
  }
  std::size_t num_hours = kMinHours;
  if (!known.empty()) {
    num_hours = std::max<std::size_t>(num_hours, last - known.begin()->first + 1);
  }
  std::vector<HourCounts> hours;
  for (std::uint64_t hour = last - std::min<std::uint64_t>(last, num_hours - 1); hour <= last;
       ++hour) {
    HourCounts counts = known.contains(hour) ? known[hour] : HourCounts();
    counts.from_ms = hour * kHourMs;
    hours.push_back(counts);
  }
  return hours;
}

void WriteVerdicts(Html& html, std::span<const HourCounts> hours) {
  std::uint64_t most = 0;
  for (const HourCounts& hour : hours) {
    most = std::max(most, hour.Sum());
  }
  html << "<svg class=\"hours\" viewBox=\"0 0 ";
  html.Digits(hours.size() * kColumnWidth) << " ";
  html.Digits(kColumnHeight) << "\" preserveAspectRatio=\"none\" role=\"img\">"
                                "<title>Verdicts hour by hour; most in one: ";
  html.Number(most) << "</title>";
  std::uint64_t x = 0;
  for (const HourCounts& hour : hours) {
    WriteHour(html, hour, x++, std::max(most, std::uint64_t{1}));
  }
  html << "</svg>";
}

}  // namespace tattle
