// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What came of a simulation: as a table, as JSON, as plots.

#ifndef TATTLE_EXAMPLES_SIMULATE_REPORT_H_
#define TATTLE_EXAMPLES_SIMULATE_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "examples/simulate/finder.h"
#include "examples/simulate/sample.h"
#include "examples/simulate/settings.h"
#include "examples/simulate/svg_plot.h"

namespace tattle::simulate {

// RuleResult is of all trials of a rule, and of a sample of the first one's clients.
struct RuleResult {
  Rule rule = Rule::kTattle;
  std::vector<Found> found;
  Sample sample;
};

// Times are of the trials in which something was found, in order.
struct Times {
  std::vector<std::uint64_t> found_ms;
  std::size_t num_trials = 0;

  // At is when the share of the trials had found it; nothing: so many never did.
  std::optional<std::uint64_t> At(double share) const;
  double ShareNever() const;
};
Times TimesOf(const std::vector<Found>& found, std::optional<std::uint64_t> Found::*which);

// DurationText: "42 s", "5.5 min", "3.1 h", "2.0 d".
std::string DurationText(std::uint64_t ms);

std::string WriteTable(const Settings& settings, const std::vector<RuleResult>& results);
std::string WriteJson(const Settings& settings, const std::vector<RuleResult>& results);

// Plots are files and what is drawn in them.
std::vector<std::pair<std::string, Plot>> PlotsOf(const Settings& settings,
                                                  const std::vector<RuleResult>& results);

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_REPORT_H_
