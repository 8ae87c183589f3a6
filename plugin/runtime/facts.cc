// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/facts.h"

#include <algorithm>
#include <utility>

namespace tattle {
namespace {

// StatusAt: only these two depend on the time, and both say that the signature is good.
SctStatus StatusAt(const SctFacts& sct, std::uint64_t now_ms) {
  if (sct.status != SctStatus::kValid && sct.status != SctStatus::kInFuture) {
    return sct.status;
  }
  return IsInFuture(sct.timestamp_ms, now_ms) ? SctStatus::kInFuture : SctStatus::kValid;
}

}  // namespace

std::shared_ptr<const Facts> ShareFacts(std::shared_ptr<const LogList> logs, Report report) {
  Facts facts{std::move(logs), std::move(report), {}};
  facts.reasons.reserve(facts.report.scts.size());
  for (const SctFacts& sct : facts.report.scts) {
    facts.reasons.push_back(DescribeSct(sct));
  }
  return std::make_shared<const Facts>(std::move(facts));
}

std::shared_ptr<const Facts> FactsAt(std::shared_ptr<const Facts> facts, std::uint64_t now_ms) {
  const auto is_the_same = [now_ms](const SctFacts& sct) {
    return StatusAt(sct, now_ms) == sct.status;
  };
  if (std::all_of(facts->report.scts.begin(), facts->report.scts.end(), is_the_same)) {
    return facts;
  }
  Report report = facts->report;
  for (SctFacts& sct : report.scts) {
    sct.status = StatusAt(sct, now_ms);
  }
  return ShareFacts(facts->logs, std::move(report));
}

}  // namespace tattle
