// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle.h, "Verdict: the judgement".

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <tattle/tattle.h>

#include "core/policy/policy.h"
#include "plugin/capi/enums.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/handle.h"

namespace {

using tattle::Policy;
using tattle::Reason;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::NameOf;
using tattle::capi::Number;
using tattle::capi::Outcome;
using tattle::capi::VerdictContent;

static_assert(Number(Policy::kChrome) == TATTLE_POLICY_CHROME);
static_assert(Number(Policy::kApple) == TATTLE_POLICY_APPLE);
static_assert(Number(Policy::kMozilla) == TATTLE_POLICY_MOZILLA);
static_assert(Number(Policy::kAndroid) == TATTLE_POLICY_ANDROID);
static_assert(Number(Policy::kRfc6962) == TATTLE_POLICY_RFC6962);
static_assert(Number(Policy::kStrict) == TATTLE_POLICY_STRICT);

Outcome<VerdictContent> EvaluateReport(const tattle_report* report, tattle_policy policy,
                                       uint64_t now_ms) {
  const auto* facts = tattle_report::Open(report);
  if (facts == nullptr) {
    return Misused("report", "is no report");
  }
  const std::span<const Policy> policies = tattle::AllPolicies();
  const auto known = std::find_if(policies.begin(), policies.end(),
                                  [policy](Policy each) { return Number(each) == policy; });
  if (known == policies.end()) {
    return Misused("policy", "is no policy");
  }
  const bool stale = (*facts)->logs->IsStaleAt(now_ms);
  return VerdictContent{std::make_shared<const tattle::Verdict>(
                            tattle::Evaluate(*known, (*facts)->report, now_ms, stale)),
                        stale};
}

// GetReason asks one reason of a verdict; "" if the index is out of range.
template <typename Ask>
const char* GetReason(const tattle_verdict* verdict, size_t index, Ask ask) {
  return Get(verdict, "", [&](const VerdictContent& content) {
    return index < content.verdict->reasons.size() ? ask(content.verdict->reasons[index]) : "";
  });
}

}  // namespace

tattle_policy tattle_policy_find(const char* name) {
  return tattle::capi::Guard(0, 0, [name] {
    const auto policy = name == nullptr ? std::nullopt : tattle::FindPolicy(std::string_view(name));
    return policy ? Number(*policy) : 0;
  });
}

const char* tattle_policy_name(tattle_policy policy) {
  return NameOf(policy, Policy::kChrome, Policy::kStrict, tattle::PolicyName);
}

tattle_policy tattle_policy_at(size_t index) {
  const std::span<const Policy> policies = tattle::AllPolicies();
  return index < policies.size() ? Number(policies[index]) : 0;
}

tattle_status tattle_evaluate(const tattle_report* report, tattle_verdict** out,
                              tattle_policy policy, uint64_t now_ms, tattle_diag* diag) {
  return Make(out, diag, [=] { return EvaluateReport(report, policy, now_ms); });
}

void tattle_verdict_free(tattle_verdict* verdict) {
  tattle::capi::Free(verdict);
}

tattle_compliance tattle_verdict_compliance(const tattle_verdict* verdict) {
  return Get(verdict, tattle_compliance{TATTLE_UNDECIDED}, [](const VerdictContent& content) {
    return content.verdict->compliant ? TATTLE_COMPLIANT : TATTLE_NOT_COMPLIANT;
  });
}

int32_t tattle_verdict_is_list_stale(const tattle_verdict* verdict) {
  return Get(verdict, int32_t{1},
             [](const VerdictContent& content) { return content.list_stale ? 1 : 0; });
}

size_t tattle_verdict_num_reasons(const tattle_verdict* verdict) {
  return Get(verdict, size_t{0},
             [](const VerdictContent& content) { return content.verdict->reasons.size(); });
}

const char* tattle_verdict_get0_reason_code(const tattle_verdict* verdict, size_t index) {
  return GetReason(verdict, index,
                   [](const Reason& reason) { return tattle::ReasonCodeName(reason.code).data(); });
}

const char* tattle_verdict_get0_reason_text(const tattle_verdict* verdict, size_t index) {
  return GetReason(verdict, index, [](const Reason& reason) { return reason.text.c_str(); });
}
