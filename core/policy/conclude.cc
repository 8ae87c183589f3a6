// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// From counts to a verdict in sentences.

#include <algorithm>

#include "core/policy/counting.h"

namespace tattle {
namespace {

std::string Count(std::size_t number, std::string_view noun) {
  std::string out = std::to_string(number);
  out.append(" ").append(noun).append(number == 1 ? "" : "s");
  return out;
}

// LifetimeText is such as " for a lifetime of 200 days": a part of a day is a day.
std::string LifetimeText(const Case& the_case, const Route& route) {
  if (!route.by_lifetime) {
    return "";
  }
  const std::uint64_t days =
      the_case.lifetime_ms / kMsPerDay + (the_case.lifetime_ms % kMsPerDay != 0 ? 1 : 0);
  return " for a lifetime of " + Count(days, "day");
}

// Demand is all that a route asks for, for those on whom nothing counts yet.
std::string Demand(const Case& the_case, const Route& route) {
  std::string out;
  if (route.num_logs == 1) {
    return out.append(route.one).append(" from a log that is trusted");
  }
  out.append(route.many).append(" from ").append(Count(route.num_logs, "log"));
  if (route.num_operators > 1) {
    out.append(" of ").append(Count(route.num_operators, "operator"));
  }
  return out.append(LifetimeText(the_case, route));
}

Reason NothingCounts(const Case& the_case, std::span<const Route> routes) {
  Reason reason;
  if (the_case.num_scts == 0) {
    reason = {ReasonCode::kNoScts, "no SCT was presented"};
  } else {
    reason = {ReasonCode::kNoValidScts,
              the_case.num_scts == 1
                  ? "the one SCT presented does not count"
                  : "none of the " + Count(the_case.num_scts, "SCT") + " presented counts"};
  }
  std::string_view link = ": needs ";
  for (const Route& route : routes) {
    reason.text.append(link).append(Demand(the_case, route));
    link = ", or ";
  }
  return reason;
}

// AddLacks says what is missing on a route, and so what would mend it.
void AddLacks(const Case& the_case, const Route& route, std::vector<Reason>& out) {
  const Tally& tally = route.tally;
  const std::string needs = "needs ";
  if (tally.num_logs() < route.num_logs) {
    const std::size_t missing = route.num_logs - tally.num_logs();
    std::string text = needs;
    text.append(missing == 1 ? route.one : route.many).append(" from ");
    text.append(missing == 1 ? "one more log" : Count(missing, "more log"));
    text.append(": ").append(std::to_string(tally.num_logs())).append(" of ");
    text.append(std::to_string(route.num_logs)).append(LifetimeText(the_case, route));
    if (tally.num_scts() > tally.num_logs()) {
      text.append("; SCTs of one log count once");
    }
    out.push_back({ReasonCode::kTooFewLogs, std::move(text)});
  }
  if (tally.num_current_logs() < route.num_current_logs &&
      tally.num_current_logs() < tally.num_logs()) {
    out.push_back({ReasonCode::kNoCurrentLog,
                   needs + std::string(route.one) +
                       " from a log that is trusted today: all that count are of retired logs"});
  }
  if (tally.operators().size() < route.num_operators) {
    out.push_back(
        {ReasonCode::kTooFewOperators, needs + std::string(route.one) +
                                           " from another operator: all that count are of " +
                                           *tally.operators().begin()});
  }
}

Reason Compliance(const Route& route) {
  const Tally& tally = route.tally;
  ReasonCode code = ReasonCode::kCompliantMixed;
  if (tally.sources().size() == 1) {
    switch (*tally.sources().begin()) {
      case SctSource::kEmbedded:
        code = ReasonCode::kCompliantEmbedded;
        break;
      case SctSource::kTls:
        code = ReasonCode::kCompliantTls;
        break;
      case SctSource::kOcsp:
        code = ReasonCode::kCompliantOcsp;
        break;
    }
  }
  std::string text(tally.num_scts() == 1 ? route.one : route.many);
  text.append(" from ").append(Count(tally.num_logs(), "log"));
  text.append(" of ").append(Count(tally.operators().size(), "operator"));
  return {code, std::move(text)};
}

Reason Staleness(const Case& the_case) {
  std::string text = "the log list is older than 70 days: update it";
  if (the_case.num_unknown != 0) {
    text.append("; until then SCTs of logs that it does not know count unchecked, here ")
        .append(std::to_string(the_case.num_unknown));
  }
  return {ReasonCode::kListStale, std::move(text)};
}

}  // namespace

Verdict Conclude(const Case& the_case, std::span<const Route> routes) {
  Verdict verdict;
  for (const Route& route : routes) {
    if (!verdict.compliant && route.IsSatisfied()) {
      verdict.compliant = true;
      verdict.reasons.push_back(Compliance(route));
    }
  }
  if (!verdict.compliant) {
    for (const Route& route : routes) {
      if (route.IsOpen()) {
        AddLacks(the_case, route, verdict.reasons);
      }
    }
    if (verdict.reasons.empty()) {
      verdict.reasons.push_back(NothingCounts(the_case, routes));
    }
  }
  if (the_case.list_stale) {
    verdict.reasons.push_back(Staleness(the_case));
  }
  std::vector<Refusal> refused = the_case.refused;
  std::sort(refused.begin(), refused.end(),
            [](const Refusal& a, const Refusal& b) { return a.number < b.number; });
  for (Refusal& refusal : refused) {
    verdict.reasons.push_back(std::move(refusal.reason));
  }
  return verdict;
}

}  // namespace tattle
