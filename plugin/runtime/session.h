// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What became of one connection.

#ifndef TATTLE_PLUGIN_RUNTIME_SESSION_H_
#define TATTLE_PLUGIN_RUNTIME_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/policy/policy.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/facts.h"
#include "plugin/runtime/scope.h"

namespace tattle {

// Decision is what the adapter does. Zero is never a pass.
enum class Decision : std::uint8_t { kNone = 0, kProceed, kRefuse };

// Origin is where the facts came from.
enum class Origin : std::uint8_t { kNone = 0, kVerified, kCached, kResumed };

// Session is a value, immutable once made.
struct Session {
  Decision decision = Decision::kNone;
  Mode mode = Mode::kReport;
  Policy policy = Policy::kChrome;
  Scope scope = Scope::kUnknown;
  Origin origin = Origin::kNone;
  std::shared_ptr<const Facts> facts;      // null where nothing was verified
  std::shared_ptr<const Verdict> verdict;  // null where nothing was judged
  bool list_stale = false;                 // at the time of the verdict
  std::string reason;                      // a sentence that a person can act on
  ByteVector saved;                        // for the TLS session; empty: it must not be resumed
};

// DecisionName: "none", "proceed", "refuse".
std::string_view DecisionName(Decision decision);

// OriginName: "none", "verified", "cached", "resumed".
std::string_view OriginName(Origin origin);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_SESSION_H_
