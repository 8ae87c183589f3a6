// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a policy makes of facts, to be remembered with them.

#ifndef TATTLE_PLUGIN_RUNTIME_JUDGEMENT_H_
#define TATTLE_PLUGIN_RUNTIME_JUDGEMENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/policy/policy.h"
#include "core/policy/validity.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/facts.h"

namespace tattle {

// Judgement is a value, immutable once made.
struct Judgement {
  std::shared_ptr<const Facts> facts;      // as they are within `validity`
  std::shared_ptr<const Verdict> verdict;  // never null
  bool list_stale = false;
  std::string reason;  // a sentence that a person can act on
  Validity validity;
  ByteVector saved;  // for the TLS session

  // HoldsAt says whether JudgeFacts would come to the same at that time.
  bool HoldsAt(std::uint64_t time_ms) const;
};

// FailForStaleList makes a verdict by a stale list what on_stale = fail asks for.
void FailForStaleList(Verdict& verdict, const LogList& list);

// JudgeFacts evaluates facts that were found at any time. `saved` is left empty.
Judgement JudgeFacts(std::shared_ptr<const Facts> facts, Policy policy, OnStale on_stale,
                     std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_JUDGEMENT_H_
