// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Claims as they are made of what was seen. Whether they hold, VerifyClaim says.

#ifndef TATTLE_PLUGIN_AUDIT_MAKE_CLAIM_H_
#define TATTLE_PLUGIN_AUDIT_MAKE_CLAIM_H_

#include <cstdint>
#include <string>

#include "core/loglist/log_list.h"
#include "core/wire/tree_head.h"
#include "plugin/audit/evidence.h"
#include "plugin/net/log_client.h"

namespace tattle {

// MmdS is the log's maximum merge delay in seconds: kLongestMmdS where the list has none, since it
// would be blamed at once.
std::uint64_t MmdS(const Log& log);

// NewClaim names the log, the kind and the time, and has nothing else in it yet.
Claim NewClaim(ClaimKind kind, const Log& log, std::uint64_t found_ms);

// SplitClaim is of two heads of one size, in whatever order.
Claim SplitClaim(const Log& log, const SignedTreeHead& one, const SignedTreeHead& other,
                 std::uint64_t found_ms);

// SetAnswer puts into a claim what was asked and what was answered to it, and for people, if that
// was too large to be kept as it was.
void SetAnswer(Claim& claim, std::string path, const Failure& failure);

// FillInconsistent puts into a claim of kInconsistent, which has its heads, the proof that did not
// fold. The log is asked for what such a proof may lack.
void FillInconsistent(Claim& claim, const Failure& failure, LogClient& client);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_MAKE_CLAIM_H_
