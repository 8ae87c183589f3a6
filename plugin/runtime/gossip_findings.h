// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a server that keeps heads in memory of its own is to keep of a message.

#ifndef TATTLE_PLUGIN_RUNTIME_GOSSIP_FINDINGS_H_
#define TATTLE_PLUGIN_RUNTIME_GOSSIP_FINDINGS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/bounds.h"
#include "core/gossip/head_check.h"
#include "core/loglist/log_list.h"
#include "core/verify/report.h"
#include "plugin/runtime/gossip_message.h"

namespace tattle {

// GossipTerms borrows all that a message is checked by.
struct GossipTerms {
  const LogList& logs;
  std::span<const HeadRelation> relations;   // one for each head
  std::span<const std::string> names;        // whose feedback is taken; none: of nobody
  std::span<const std::uint8_t> known_scts;  // for each SCT: found good before
  std::uint64_t now_ms = 0;
  std::size_t max_checks = 2 * kMaxGossipSignatureChecks;  // of heads and SCTs together
};

struct HeadFinding {
  HeadStatus status = HeadStatus::kNotChecked;
  bool only_if_conflicting = false;  // kGood, but stale: its log was not known when it was compared
  ByteVector record;                 // of a kGood one
};

enum class SctFate : std::uint8_t {
  kDrop = 0,  // not for a name of ours, or not checked
  kKnown,     // found good before, or twice in the message
  kKeep,      // good
  kSuspect,   // for a name of ours, and no log vouches for it
};

struct SctFinding {
  SctFate fate = SctFate::kDrop;
  SctStatus status = SctStatus::kNotChecked;
  ByteVector record;  // of kKeep and kSuspect
};

struct GossipFindings {
  std::vector<HeadFinding> heads;  // as in the message
  std::vector<SctFinding> scts;
  std::size_t num_checks = 0;  // of signatures, or what costs as much
  bool is_cut = false;         // the checks for one message did not suffice
};

// CheckGossipMessage checks what is not known. The spans of `terms` must be as long as those of the
// message. Fails with kCryptoFailed only.
Result<GossipFindings> CheckGossipMessage(const GossipMessage& message, const GossipTerms& terms);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_GOSSIP_FINDINGS_H_
