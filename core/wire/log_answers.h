// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a log answers and is asked, as JSON (RFC 6962, Section 4). Heads are in tree_head.h.
//
// All of it is hostile until it is verified, and nothing is verified here. Each function fails with
// kTooLarge beyond its bound, kBadEncoding, kDuplicate, kMissing or kBadLength, and names the
// member. Members that we do not know are ignored; `null` is not taken for an empty list.

#ifndef TATTLE_CORE_WIRE_LOG_ANSWERS_H_
#define TATTLE_CORE_WIRE_LOG_ANSWERS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/wire/sct.h"

namespace tattle {

// InclusionProof is a place in a tree, and the path from there to the root.
struct InclusionProof {
  std::uint64_t leaf_index = 0;
  std::vector<Hash> path;
};

// LogEntryAnswer is one element of get-entries, for DecodeMerkleTreeLeaf and DecodeExtraData.
struct LogEntryAnswer {
  ByteVector leaf_input;
  ByteVector extra_data;
};

// DecodeGetSthConsistency reads a proof of at most kMaxProofNodes hashes (Section 4.4).
Result<std::vector<Hash>> DecodeGetSthConsistency(Bytes json);

// DecodeGetProofByHash reads an inclusion proof (Section 4.5). Fails with kOutOfRange for an index
// beyond kMaxTreeSize.
Result<InclusionProof> DecodeGetProofByHash(Bytes json);

// EncodeGetProofByHash writes what DecodeGetProofByHash reads.
std::string EncodeGetProofByHash(const InclusionProof& proof);

// DecodeGetEntries reads at least one entry and at most `max_entries` (Section 4.6): more than were
// asked for would stand nowhere.
Result<std::vector<LogEntryAnswer>> DecodeGetEntries(Bytes json, std::size_t max_entries);

// EncodeGetEntries writes what DecodeGetEntries reads.
std::string EncodeGetEntries(std::span<const LogEntryAnswer> entries);

// DecodeGetRoots reads at most kMaxLogRoots certificates, unread (Section 4.7).
Result<std::vector<ByteVector>> DecodeGetRoots(Bytes json);

// DecodeGetEntryAndProof reads the path and nothing else of the answer (Section 4.8).
Result<std::vector<Hash>> DecodeGetEntryAndProof(Bytes json);

// DecodeAddChain reads an SCT and puts it together as a SerializedSCT for DecodeSct, which has not
// read it yet (Section 4.1). Fails with kUnsupportedVersion for a version other than v1, and as
// DecodeDigitallySigned.
Result<ByteVector> DecodeAddChain(Bytes json);

// EncodeAddChainAnswer writes what DecodeAddChain reads. Fails as EncodeDigitallySigned.
Result<std::string> EncodeAddChainAnswer(const Sct& sct);

// EncodeAddChain writes the question of add-chain and add-pre-chain.
std::string EncodeAddChain(std::span<const ByteVector> chain);

}  // namespace tattle

#endif  // TATTLE_CORE_WIRE_LOG_ANSWERS_H_
