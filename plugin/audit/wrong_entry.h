// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Entries that a log shows and that are not those of its tree.

#ifndef TATTLE_PLUGIN_AUDIT_WRONG_ENTRY_H_
#define TATTLE_PLUGIN_AUDIT_WRONG_ENTRY_H_

#include "core/base/bytes.h"
#include "core/wire/log_answers.h"
#include "core/wire/tree_head.h"
#include "plugin/audit/evidence.h"
#include "plugin/net/log_client.h"

namespace tattle {

// ReadEntry reads the entry of an inclusion proof as a monitor does. Fails as FetchEntries.
Answer<void> ReadEntry(LogClient& client, const InclusionProof& proof, const TreeHead& head);

// SetWrongEntry makes a claim of kWrongTile one of what ReadEntry failed with as kWrong:
// `leaf_hash` is what the proof shows to be in the tree. The claim holds only where another entry
// was shown, or a tile that does not fit, and where it was kept, which large ones are not: weigh
// it.
void SetWrongEntry(Claim& claim, const Log& log, const SignedTreeHead& sth, const Hash& leaf_hash,
                   const InclusionProof& proof, const Failure& failure);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_WRONG_ENTRY_H_
