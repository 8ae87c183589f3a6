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

// WithoutKey: a key that OpenSSL has loaded is larger than all the rest of a log.
std::shared_ptr<const Log> WithoutKey(const Log& log) {
  Log copy = log;
  copy.key = nullptr;
  copy.key_spki = {};
  return std::make_shared<const Log>(std::move(copy));
}

std::shared_ptr<const DeniedLog> WithoutKey(const DeniedLog& denied) {
  return std::make_shared<const DeniedLog>(DeniedLog{denied.log_id, {}, denied.reason});
}

// Own makes `entry` point to a copy among `own`, which has one of each log.
template <typename Entry>
void Own(std::vector<std::shared_ptr<const Entry>>& own, const Entry*& entry) {
  if (entry == nullptr) {
    return;
  }
  const auto known = std::find_if(
      own.begin(), own.end(), [entry](const auto& copy) { return copy->log_id == entry->log_id; });
  entry = known != own.end() ? known->get() : own.emplace_back(WithoutKey(*entry)).get();
}

}  // namespace

std::shared_ptr<const Facts> ShareFacts(std::shared_ptr<const LogList> logs, Report report) {
  Facts facts;
  facts.logs = std::move(logs);
  facts.report = std::move(report);
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

std::shared_ptr<const Facts> DetachFacts(const Facts& facts) {
  Facts copy;
  copy.report = facts.report;
  copy.reasons = facts.reasons;
  for (SctFacts& sct : copy.report.scts) {
    Own(copy.own_logs, sct.log);
    Own(copy.own_denied, sct.denied);
  }
  return std::make_shared<const Facts>(std::move(copy));
}

}  // namespace tattle
