// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Inquiry: whether a log has kept what its SCTs promise, asked now, once, without a pool.

#ifndef TATTLE_PLUGIN_AUDIT_INQUIRY_H_
#define TATTLE_PLUGIN_AUDIT_INQUIRY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/verify/report.h"
#include "core/verify/verify.h"
#include "core/wire/tree_head.h"
#include "plugin/audit/evidence.h"
#include "plugin/net/log_client.h"

namespace tattle {

// SctPromise is a valid SCT with all that is needed to ask for its leaf. `facts` borrows from the
// log list.
struct SctPromise {
  SctFacts facts;
  ClaimedSct claimed;
  Hash leaf_hash = {};
};

// FindPromises are the valid SCTs of listed logs. Fails as Verify does.
Result<std::vector<SctPromise>> FindPromises(const Evidence& evidence, const LogList& logs,
                                             std::uint64_t now_ms);

enum class InclusionState : std::uint8_t {
  kIncluded = 1,   // proven to be in the tree
  kNotMergedYet,   // not there, and the log still has time
  kNotIncluded,    // not there, though the maximum merge delay has passed
  kWrongLeaf,      // the tree has another leaf at the index that the SCT promises
  kWrongAnswer,    // a head that is not signed, a proof or a tile that does not fit
  kMissingIndex,   // an SCT of a static-ct log that does not say where its leaf is
  kNotAsked,       // an RFC 6962 log, which would learn which certificate was seen
  kCannotBeAsked,  // the network, or a server that does not answer as a log does
  kGone,           // the same of a log that is retired or rejected
};

// InclusionStateName: "included", "not_merged_yet", "not_included", "wrong_leaf", "wrong_answer",
// "missing_index", "not_asked", "cannot_be_asked", "gone".
std::string_view InclusionStateName(InclusionState state);

// IsMisbehaviour: what the log does not get away with.
bool IsMisbehaviour(InclusionState state);

// Inclusion is the answer to one promise.
struct Inclusion {
  InclusionState state = InclusionState::kCannotBeAsked;
  std::string sentence;                     // such as "at index 7 of 9"; printable
  std::optional<std::uint64_t> leaf_index;  // as proven
  std::optional<TreeHead> head;             // the log's newest, verified
  std::optional<Claim> claim;               // of misbehaviour that can be shown; it holds
};

struct InquiryOptions {
  std::uint64_t now_ms = 0;
  // get-proof-by-hash tells an RFC 6962 log which certificate was seen, and from where.
  bool ask_rfc6962 = false;
};

// IsAbsence tells a leaf that is not there from a log that does not answer. Where `leaf_index` was
// promised and is within the tree, a tile that is missing is the server's fault until it stays so.
bool IsAbsence(std::optional<std::uint64_t> leaf_index, const TreeHead& head,
               const Failure& failure);

// AskLog asks one log for its newest head and for a proof of each promise, all of which must be its
// own. The answers stand in the order of the promises.
std::vector<Inclusion> AskLog(LogClient& client, std::span<const SctPromise* const> promises,
                              const InquiryOptions& options);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_INQUIRY_H_
