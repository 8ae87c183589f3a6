// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Policies: a report, a lifetime and a time in, a verdict out. One file a policy, each a pure
// function that can be laid beside the page that it implements.

#ifndef TATTLE_CORE_POLICY_POLICY_H_
#define TATTLE_CORE_POLICY_POLICY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/verify/report.h"

namespace tattle {

enum class Policy : std::uint8_t {
  kChrome = 1,  // the default
  kApple,
  kMozilla,
  kAndroid,
  kRfc6962,  // one valid SCT
  kStrict,   // passes chrome, apple, mozilla and android
};

// ReasonCode is why a verdict is what it is, for machines. ReasonCodeName gives the word; the words
// are an interface and stay.
enum class ReasonCode : std::uint8_t {
  kCompliantEmbedded = 1,  // the embedded SCTs suffice
  kCompliantTls,           // those of the TLS extension
  kCompliantOcsp,          // those of the OCSP staple
  kCompliantMixed,         // several sources together
  kNoScts,                 // no SCT at all
  kNoValidScts,            // some, but none that counts
  kTooFewLogs,             // needs SCTs from more distinct logs
  kTooFewOperators,        // needs another operator
  kNoCurrentLog,           // needs one from a log that is trusted today
  kLogRetired,             // an SCT does not count: log retired, stamped too late or not embedded
  kLogNotTrusted,          // an SCT does not count: its log has no standing (state, type)
  kLeafIndexMissing,       // an SCT does not count: static-ct log, but no leaf_index
  kSourceNotAccepted,      // an SCT does not count: the policy takes none by this channel
  kSctNotValid,            // an SCT does not count: its status
  kListStale,              // judged leniently: the log list is older than 70 days
  kFailsPolicy,            // strict: one of the four does not pass
};

struct Reason {
  ReasonCode code = ReasonCode::kNoScts;
  std::string text;  // a sentence that a person can act on
};

// Verdict: the first reason is the one most useful to the reader (the rank is in policy.cc).
struct Verdict {
  bool compliant = false;
  std::vector<Reason> reasons;
};

// Evaluate judges. `list_stale`: the log list is older than 70 days; then an unknown log counts as
// good and as an operator of its own, and what fails even so is not compliant. Pure.
Verdict Evaluate(Policy policy, const Report& report, std::uint64_t now_ms, bool list_stale);

std::string_view PolicyName(Policy policy);
std::optional<Policy> FindPolicy(std::string_view name);

// AllPolicies in the order in which people are shown them.
std::span<const Policy> AllPolicies();

std::string_view ReasonCodeName(ReasonCode code);

}  // namespace tattle

#endif  // TATTLE_CORE_POLICY_POLICY_H_
