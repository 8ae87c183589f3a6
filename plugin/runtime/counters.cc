// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/counters.h"

namespace tattle {

std::string_view CounterName(Counter counter) {
  switch (counter) {
    case Counter::kJudged:
      return "judged";
    case Counter::kCompliant:
      return "compliant";
    case Counter::kNotCompliant:
      return "not_compliant";
    case Counter::kUndecided:
      return "undecided";
    case Counter::kOutOfScope:
      return "out_of_scope";
    case Counter::kRefused:
      return "refused";
    case Counter::kCacheHits:
      return "cache_hits";
    case Counter::kResumed:
      return "resumed";
    case Counter::kNotResumed:
      return "not_resumed";
    case Counter::kObservationsSent:
      return "observations_sent";
    case Counter::kObservationsDropped:
      return "observations_dropped";
    case Counter::kListLoads:
      return "list_loads";
    case Counter::kListProblems:
      return "list_problems";
    case Counter::kLogLinesLost:
      return "log_lines_lost";
  }
  return "";
}

std::string DescribeCounters(const Counters& counters) {
  std::string out;
  for (std::size_t i = 1; i <= kNumCounters; ++i) {
    const auto counter = static_cast<Counter>(i);
    if (const std::uint64_t count = counters.Get(counter); count != 0) {
      out.append(out.empty() ? "" : ", ").append(CounterName(counter));
      out.append(" ").append(std::to_string(count));
    }
  }
  return out;
}

}  // namespace tattle
