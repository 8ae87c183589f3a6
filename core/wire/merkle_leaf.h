// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The leaves of a log's tree (RFC 6962, Section 3.4) and the two forms in which logs hand them out:
// get-entries (Section 4.6) and the data tiles of static-ct-api.

#ifndef TATTLE_CORE_WIRE_MERKLE_LEAF_H_
#define TATTLE_CORE_WIRE_MERKLE_LEAF_H_

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/reader.h"
#include "core/base/writer.h"
#include "core/wire/signed_entry.h"

namespace tattle {

// TimestampedEntry is the content of a leaf. Spans borrow from the decoder's input.
struct TimestampedEntry {
  std::uint64_t timestamp_ms = 0;
  SignedEntry entry;
  Bytes extensions;  // CtExtensions as received
};

// ReadTimestampedEntry takes one off a reader.
[[nodiscard]] bool ReadTimestampedEntry(ByteReader& reader, TimestampedEntry& out);

// DecodeMerkleTreeLeaf reads a MerkleTreeLeaf, such as the leaf_input of get-entries, and nothing
// behind it. Fails with kUnsupportedVersion, kUnsupportedFormat (a leaf type other than
// timestamped_entry), kTruncated (also for an unknown entry type) or kTrailingBytes.
Result<TimestampedEntry> DecodeMerkleTreeLeaf(Bytes leaf_input);

// EncodeMerkleTreeLeaf writes what DecodeMerkleTreeLeaf reads: the bytes that the log hashes.
Result<ByteVector> EncodeMerkleTreeLeaf(const TimestampedEntry& entry);

// EntryChain is the extra_data of get-entries: for a precertificate the precertificate as
// submitted, and for both the chain above.
struct EntryChain {
  Bytes pre_certificate;  // empty for an x509 entry
  std::vector<Bytes> chain;
};

// DecodeExtraData reads extra_data for an entry type and nothing behind it. Fails with kTruncated,
// kTrailingBytes, or kTooLarge beyond kMaxChainCertificates.
Result<EntryChain> DecodeExtraData(EntryType type, Bytes extra_data);

// TileLeaf is one entry of a data tile (static-ct-api, Log entries).
struct TileLeaf {
  TimestampedEntry timestamped_entry;
  Bytes pre_certificate;                 // empty for an x509 entry
  std::vector<Hash> chain_fingerprints;  // SHA-256 of each issuer's DER
};

// DecodeDataTile reads the entries of a data tile: at least one, at most 256, and nothing behind
// them. Fails with kTruncated, kBadLength (fingerprints that are no multiple of 32 bytes),
// kTooLarge beyond kMaxDataTileSize, kMaxChainCertificates or 256 entries.
Result<std::vector<TileLeaf>> DecodeDataTile(Bytes tile);

// EncodeTileLeaf writes one entry as DecodeDataTile reads it.
Result<ByteVector> EncodeTileLeaf(const TileLeaf& leaf);

}  // namespace tattle

#endif  // TATTLE_CORE_WIRE_MERKLE_LEAF_H_
