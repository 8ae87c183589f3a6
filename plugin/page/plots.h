// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Small pictures in SVG, with classes in place of colours.

#ifndef TATTLE_PLUGIN_PAGE_PLOTS_H_
#define TATTLE_PLUGIN_PAGE_PLOTS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/json.h"
#include "plugin/page/html.h"

namespace tattle {

// GrowthPoint is a head: when it was signed, and of how many leaves.
struct GrowthPoint {
  std::uint64_t time_ms = 0;
  std::uint64_t tree_size = 0;
};

// Points of one plot, columns of one chart; more are left out.
inline constexpr std::size_t kMaxGrowthPoints = 64;
inline constexpr std::size_t kMaxHours = 48;

// ReadGrowth reads [{"time": ..., "tree_size": ...}, ...], sorted by time.
std::vector<GrowthPoint> ReadGrowth(json::Value log);

// WriteGrowth draws how a tree grew, from the first point on; nothing for less than two moments.
void WriteGrowth(Html& html, std::span<const GrowthPoint> points);

// HourCounts is what was judged in the hour that began then.
struct HourCounts {
  std::uint64_t from_ms = 0;
  std::uint64_t compliant = 0;
  std::uint64_t not_compliant = 0;
  std::uint64_t undecided = 0;

  std::uint64_t Sum() const;
};

// ReadHours reads [{"from": ..., "compliant": ..., ...}, ...]; hours that are missing are zero. The
// last is that of `now_ms`; there are as many as lead back to the first one, 48 at most, and 12 at
// least.
std::vector<HourCounts> ReadHours(json::Value verdicts, std::uint64_t now_ms);

// WriteVerdicts draws a column an hour.
void WriteVerdicts(Html& html, std::span<const HourCounts> hours);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_PAGE_PLOTS_H_
