// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Portable evidence: what a log did wrong, in one JSON file that anybody can check with the log's
// key, and with its maximum merge delay where it was late. README.md of this folder has the format
// and the reasons.

#ifndef TATTLE_PLUGIN_AUDIT_EVIDENCE_H_
#define TATTLE_PLUGIN_AUDIT_EVIDENCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/wire/tree_head.h"

namespace tattle {

// What is claimed. The comment says what makes it conclusive: proven to a stranger who trusts
// nobody but the log's signature.
enum class ClaimKind : std::uint8_t {
  kSplitView = 1,   // two heads of one size with different roots: conclusive
  kInconsistent,    // two heads and a proof: conclusive if it folds to the newer root and shows
                    // another older one; else indicative
  kWrongLeaf,       // an SCT with a leaf_index, a head, a proof of another leaf there: conclusive
  kDuplicateIndex,  // two SCTs with one leaf_index for different leaves: conclusive
  kNotMerged,       // an SCT and a head later than its time + MMD: conclusive if leaf_index is
                    // beyond that tree and the MMD is sure, else indicative (no proof was given)
  kRollback,        // a later head of a smaller tree: indicative
  kFutureHead,      // a head from the future by the finder's clock: indicative
  kStaleHead,       // a newest head older than the MMD by the finder's clock: indicative
  kBadSignature,    // a head, checkpoint or SCT, served as this log's, that its key did not sign:
                    // indicative, since anybody can make one
  kWrongOrigin,     // a checkpoint with another log's origin: indicative
  kWrongTile,       // tiles or entries that are not those of the head: indicative
  kMissingIndex,  // an SCT of a static-ct log without leaf_index: indicative, since only a log list
                  // says that it is one
};

// ClaimKindName: "split_view", "inconsistent", "wrong_leaf", "duplicate_index", "not_merged",
// "rollback", "future_head", "stale_head", "bad_signature", "wrong_origin", "wrong_tile",
// "missing_index".
std::string_view ClaimKindName(ClaimKind kind);
std::optional<ClaimKind> FindClaimKind(std::string_view name);

// The longest maximum merge delay of a log whose SCTs count anywhere: those that enforce CT allow
// no longer one. Test logs have had longer ones.
inline constexpr std::uint64_t kLongestMmdS = std::uint64_t{24} * 3600;

enum class Weight : std::uint8_t { kIndicative = 1, kConclusive = 2 };

// ClaimedSct is an SCT with what is needed to check it.
struct ClaimedSct {
  ByteVector sct;     // SerializedSCT
  ByteVector leaf;    // DER certificate that it is for
  ByteVector issuer;  // DER; empty for an SCT over the certificate itself
  bool is_precert = false;
};

// Claim is evidence before it is checked: a value that owns all it needs.
struct Claim {
  ClaimKind kind = ClaimKind::kSplitView;
  std::uint64_t found_ms = 0;
  ByteVector log_key;  // SPKI; the log_id is its SHA-256
  std::string log_description;
  std::string log_url;
  std::uint64_t mmd_s = 0;
  std::vector<SignedTreeHead> heads;  // older first
  std::vector<ClaimedSct> scts;
  std::vector<Hash> proof;         // consistency, or inclusion
  std::optional<Hash> older_root;  // kInconsistent: at the older size, by the proof
  std::optional<Hash> leaf_hash;   // kWrongLeaf, kWrongTile: of the leaf that the tree has there
  std::string path;                // kWrongTile, kBadSignature, kWrongOrigin: what was asked
  ByteVector body;                 // and what was answered
  std::string remark;              // by the finder, for people; proves nothing
};

// Finding is what follows from a claim that holds.
struct Finding {
  Weight weight = Weight::kIndicative;
  std::string sentence;  // what is proven, or why it is only indicative
};

// VerifyClaim checks everything anew, without network or clock. Fails with kMismatch and the field
// where something does not hold (a signature, a proof, roots that are equal after all), kMissing
// where something is not there, kBadLength where there is more than the kind has a use for,
// kTooLarge beyond a bound, and as the decoders do: such a claim proves nothing.
//
// No log signs its MMD, so the claim's own could be doctored. `listed` is what the reader's log
// list says of this log, null where it is not in it: without it a merge delay counts from 24 hours
// on, the longest that those who enforce CT allow.
[[nodiscard]] Result<Finding> VerifyClaim(const Claim& claim, const Log* listed = nullptr);

// EncodeClaim writes the file, ending in a line end. What VerifyClaim accepts is within all bounds.
std::string EncodeClaim(const Claim& claim);

// DecodeClaim reads the file, whole and strictly. Unknown members are refused (kBadEncoding), since
// a file that says more than is checked misleads; so is a log_id that is not the SHA-256 of the key
// (kMismatch). Fails with kUnsupportedVersion for a later format, kTooLarge beyond a bound.
[[nodiscard]] Result<Claim> DecodeClaim(Bytes json);

// ClaimId names a claim by what it proves, not by when it was found or by which proof: 32
// hexadecimal digits. Two finders of one split view get one id.
std::string ClaimId(const Claim& claim);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_EVIDENCE_H_
