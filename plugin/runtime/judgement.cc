// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/judgement.h"

#include <utility>

#include "core/base/time.h"

namespace tattle {

bool Judgement::HoldsAt(std::uint64_t time_ms) const {
  return validity.Covers(time_ms) && facts->logs->IsStaleAt(time_ms) == list_stale;
}

void FailForStaleList(Verdict& verdict, const LogList& list) {
  verdict.compliant = false;
  verdict.reasons.insert(
      verdict.reasons.begin(),
      {ReasonCode::kListStale,
       "the log list of " + EncodeRfc3339(list.content().timestamp_ms.value_or(0)).substr(0, 10) +
           " is older than 70 days, and on_stale is fail: update it"});
}

Judgement JudgeFacts(std::shared_ptr<const Facts> facts, Policy policy, OnStale on_stale,
                     std::uint64_t now_ms) {
  Judgement out;
  out.facts = FactsAt(std::move(facts), now_ms);
  out.validity = ValidityAt(out.facts->report, now_ms);
  out.list_stale = out.facts->logs->IsStaleAt(now_ms);
  Verdict verdict = Evaluate(policy, out.facts->report, now_ms, out.list_stale);
  if (out.list_stale && on_stale == OnStale::kFail) {
    FailForStaleList(verdict, *out.facts->logs);
  }
  out.reason = verdict.compliant ? "compliant with " : "not compliant with ";
  out.reason.append(PolicyName(policy));
  if (!verdict.reasons.empty()) {
    out.reason.append(": ").append(verdict.reasons.front().text);
  }
  if (out.list_stale && on_stale == OnStale::kLenient) {
    out.reason.append(" (judged leniently: the log list is older than 70 days, update it)");
  }
  out.verdict = std::make_shared<const Verdict>(std::move(verdict));
  return out;
}

}  // namespace tattle
