// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the checks of the kinds of claims share. Private to this folder.

#ifndef TATTLE_PLUGIN_AUDIT_CLAIM_CHECK_H_
#define TATTLE_PLUGIN_AUDIT_CLAIM_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/crypto/public_key.h"
#include "core/wire/sct.h"
#include "plugin/audit/evidence.h"

namespace tattle {

// ClaimCheck is a claim whose shape and heads were checked: it has what its kind needs and nothing
// more, and the log signed the heads. It borrows all.
struct ClaimCheck {
  const Claim& claim;
  const PublicKey& key;
  LogId log_id = {};
  const Log* listed = nullptr;

  // The list's word for the merge delay; some lists, such as OpenSSL's, have none.
  bool has_listed_mmd() const { return listed != nullptr && listed->mmd_s != 0; }
  std::uint64_t mmd_s() const { return has_listed_mmd() ? listed->mmd_s : claim.mmd_s; }
};

// SctCheck is one SCT of a claim, decoded; it borrows from the claim.
struct SctCheck {
  Sct sct;
  Hash leaf_hash = {};  // of the leaf that the SCT promises
  bool is_signed = false;
};

// CheckClaimBounds fails with kTooLarge for what DecodeClaim would not read back.
Result<void> CheckClaimBounds(const Claim& claim);

// CheckSct rebuilds what the SCT was signed over. Fails with kMismatch for another log's SCT, and
// as the decoders do. CheckSignedSct fails with kMismatch where the signature is not the key's.
Result<SctCheck> CheckSct(const ClaimCheck& check, const ClaimedSct& claimed);
Result<SctCheck> CheckSignedSct(const ClaimCheck& check, const ClaimedSct& claimed);

// PromisedLeafHash is the hash of the leaf that an SCT promises, nothing where it cannot be read.
std::optional<Hash> PromisedLeafHash(const ClaimedSct& claimed);

// ProofPath is the question to get-proof-by-hash, as a claim of kWrongTile has it.
std::string ProofPath(const Hash& leaf_hash, std::uint64_t tree_size);

// The kinds.
Result<Finding> VerifySplitView(const ClaimCheck& check);
Result<Finding> VerifyInconsistent(const ClaimCheck& check);
Result<Finding> VerifyRollback(const ClaimCheck& check);
Result<Finding> VerifyFutureHead(const ClaimCheck& check);
Result<Finding> VerifyStaleHead(const ClaimCheck& check);
Result<Finding> VerifyWrongLeaf(const ClaimCheck& check);
Result<Finding> VerifyDuplicateIndex(const ClaimCheck& check);
Result<Finding> VerifyNotMerged(const ClaimCheck& check);
Result<Finding> VerifyMissingIndex(const ClaimCheck& check);
Result<Finding> VerifyBadSignature(const ClaimCheck& check);
Result<Finding> VerifyWrongOrigin(const ClaimCheck& check);
Result<Finding> VerifyWrongTile(const ClaimCheck& check);

// DescribeHead: "a tree of 7 leaves with root B64 at 2026-11-26T18:00:00Z".
std::string DescribeHead(const TreeHead& head);

Finding Conclusive(std::string sentence);
Finding Indicative(std::string sentence);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_CLAIM_CHECK_H_
