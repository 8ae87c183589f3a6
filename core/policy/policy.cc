// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/policy/policy.h"

#include <algorithm>

#include "core/policy/counting.h"

namespace tattle {
namespace {

struct Profile {
  Policy policy;
  std::string_view name;
  Verdict (*evaluate)(const Report& report, std::uint64_t now_ms, bool list_stale);
};

constexpr Profile kProfiles[] = {
    {Policy::kChrome, "chrome", EvaluateChrome},    {Policy::kApple, "apple", EvaluateApple},
    {Policy::kMozilla, "mozilla", EvaluateMozilla}, {Policy::kAndroid, "android", EvaluateAndroid},
    {Policy::kRfc6962, "rfc6962", EvaluateRfc6962}, {Policy::kStrict, "strict", EvaluateStrict},
};

constexpr Policy kAllPolicies[] = {Policy::kChrome,  Policy::kApple,   Policy::kMozilla,
                                   Policy::kAndroid, Policy::kRfc6962, Policy::kStrict};

// RankOf orders reasons by their use to a reader, best first: the answer, what would mend it, how
// far to believe it, and only then each SCT that does not count, in the order of the report.
int RankOf(ReasonCode code) {
  switch (code) {
    case ReasonCode::kCompliantEmbedded:
    case ReasonCode::kCompliantTls:
    case ReasonCode::kCompliantOcsp:
    case ReasonCode::kCompliantMixed:
    case ReasonCode::kFailsPolicy:
    case ReasonCode::kNoScts:
    case ReasonCode::kNoValidScts:
      return 0;
    case ReasonCode::kTooFewLogs:
      return 1;
    case ReasonCode::kNoCurrentLog:
      return 2;
    case ReasonCode::kTooFewOperators:
      return 3;
    case ReasonCode::kListStale:
      return 4;
    case ReasonCode::kLogRetired:
    case ReasonCode::kLogNotTrusted:
    case ReasonCode::kLeafIndexMissing:
    case ReasonCode::kSourceNotAccepted:
    case ReasonCode::kSctNotValid:
      break;
  }
  return 5;
}

}  // namespace

Verdict Evaluate(Policy policy, const Report& report, std::uint64_t now_ms, bool list_stale) {
  Verdict verdict;
  for (const Profile& profile : kProfiles) {
    if (profile.policy == policy) {
      verdict = profile.evaluate(report, now_ms, list_stale);
    }
  }
  std::stable_sort(
      verdict.reasons.begin(), verdict.reasons.end(),
      [](const Reason& a, const Reason& b) { return RankOf(a.code) < RankOf(b.code); });
  return verdict;
}

std::string_view PolicyName(Policy policy) {
  for (const Profile& profile : kProfiles) {
    if (profile.policy == policy) {
      return profile.name;
    }
  }
  return "unknown";
}

std::optional<Policy> FindPolicy(std::string_view name) {
  for (const Profile& profile : kProfiles) {
    if (profile.name == name) {
      return profile.policy;
    }
  }
  return std::nullopt;
}

std::span<const Policy> AllPolicies() {
  return kAllPolicies;
}

std::string_view ReasonCodeName(ReasonCode code) {
  switch (code) {
    case ReasonCode::kCompliantEmbedded:
      return "compliant_embedded";
    case ReasonCode::kCompliantTls:
      return "compliant_tls";
    case ReasonCode::kCompliantOcsp:
      return "compliant_ocsp";
    case ReasonCode::kCompliantMixed:
      return "compliant_mixed";
    case ReasonCode::kNoScts:
      return "no_scts";
    case ReasonCode::kNoValidScts:
      return "no_valid_scts";
    case ReasonCode::kTooFewLogs:
      return "too_few_logs";
    case ReasonCode::kTooFewOperators:
      return "too_few_operators";
    case ReasonCode::kNoCurrentLog:
      return "no_current_log";
    case ReasonCode::kLogRetired:
      return "log_retired";
    case ReasonCode::kLogNotTrusted:
      return "log_not_trusted";
    case ReasonCode::kLeafIndexMissing:
      return "leaf_index_missing";
    case ReasonCode::kSourceNotAccepted:
      return "source_not_accepted";
    case ReasonCode::kSctNotValid:
      return "sct_not_valid";
    case ReasonCode::kListStale:
      return "list_stale";
    case ReasonCode::kFailsPolicy:
      return "fails_policy";
  }
  return "unknown";
}

}  // namespace tattle
