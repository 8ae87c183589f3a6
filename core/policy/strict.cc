// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "core/policy/counting.h"

namespace tattle {

// Whatever chrome, apple, mozilla and android all accept. Says of each that does not why, by its
// first reason; the rest stands in that policy's own verdict.
Verdict EvaluateStrict(const Report& report, std::uint64_t now_ms, bool list_stale) {
  Verdict chrome = Evaluate(Policy::kChrome, report, now_ms, list_stale);
  Verdict verdict;
  for (const Policy policy :
       {Policy::kChrome, Policy::kApple, Policy::kMozilla, Policy::kAndroid}) {
    const Verdict one = Evaluate(policy, report, now_ms, list_stale);
    if (!one.compliant) {
      std::string text(PolicyName(policy));
      text.append(": ").append(one.reasons.front().text);
      verdict.reasons.push_back({ReasonCode::kFailsPolicy, std::move(text)});
    }
  }
  verdict.compliant = verdict.reasons.empty();
  if (verdict.compliant) {
    chrome.reasons.front().text.append("; passes chrome, apple, mozilla and android");
  }
  // What chrome says beside is good for all: that the list is stale, which SCTs do not count.
  for (Reason& reason : chrome.reasons) {
    if (verdict.compliant || reason.code == ReasonCode::kListStale) {
      verdict.reasons.push_back(std::move(reason));
    }
  }
  return verdict;
}

}  // namespace tattle
