// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/merkle_leaf.h"

#include <utility>

#include "core/base/limits.h"

namespace tattle {
namespace {

constexpr std::uint8_t kLeafTypeTimestampedEntry = 0;
constexpr std::size_t kMaxTileEntries = 256;

bool FindEntryType(std::uint16_t number, EntryType& out) {
  if (number > static_cast<std::uint16_t>(EntryType::kPrecert)) {
    return false;
  }
  out = static_cast<EntryType>(number);
  return true;
}

void WriteTimestampedEntry(ByteWriter& writer, const TimestampedEntry& entry) {
  writer.WriteUint64(entry.timestamp_ms);
  writer.WriteUint16(static_cast<std::uint16_t>(entry.entry.type));
  WriteSignedEntry(writer, entry.entry);
  writer.WriteVector16(entry.extensions);
}

// struct {
//   TimestampedEntry timestamped_entry;
//   select (entry_type) {
//     case x509_entry: Empty;
//     case precert_entry: ASN.1Cert pre_certificate;
//   };
//   Fingerprint certificate_chain<0..2^16-1>;
// } TileLeaf;
//
// opaque Fingerprint[32];
Result<TileLeaf> ReadTileLeaf(ByteReader& reader) {
  TileLeaf leaf;
  Bytes fingerprints;
  if (!ReadTimestampedEntry(reader, leaf.timestamped_entry) ||
      (leaf.timestamped_entry.entry.type == EntryType::kPrecert &&
       !reader.ReadVector24(leaf.pre_certificate, 1)) ||
      !reader.ReadVector16(fingerprints)) {
    return Fail(Errc::kTruncated, "data_tile", reader.offset());
  }
  ByteReader fingerprint_reader(fingerprints);
  while (!fingerprint_reader.empty()) {
    Hash fingerprint = {};
    if (!fingerprint_reader.ReadArray(fingerprint)) {
      return Fail(Errc::kBadLength, "data_tile.certificate_chain", reader.offset());
    }
    if (leaf.chain_fingerprints.size() == kMaxChainCertificates) {
      return Fail(Errc::kTooLarge, "data_tile.certificate_chain", reader.offset());
    }
    leaf.chain_fingerprints.push_back(fingerprint);
  }
  return leaf;
}

}  // namespace

// struct {
//   uint64 timestamp;
//   LogEntryType entry_type;
//   select(entry_type) {
//     case x509_entry: ASN.1Cert;
//     case precert_entry: PreCert;
//   } signed_entry;
//   CtExtensions extensions;
// } TimestampedEntry;
bool ReadTimestampedEntry(ByteReader& reader, TimestampedEntry& out) {
  ByteReader ahead = reader;
  TimestampedEntry entry;
  std::uint16_t type_number = 0;
  EntryType type = EntryType::kX509;
  if (!ahead.ReadUint64(entry.timestamp_ms) || !ahead.ReadUint16(type_number) ||
      !FindEntryType(type_number, type) || !ReadSignedEntry(ahead, type, entry.entry) ||
      !ahead.ReadVector16(entry.extensions)) {
    return false;
  }
  reader = ahead;
  out = entry;
  return true;
}

// struct {
//   Version version;
//   MerkleLeafType leaf_type;
//   select (leaf_type) {
//     case timestamped_entry: TimestampedEntry;
//   }
// } MerkleTreeLeaf;
Result<TimestampedEntry> DecodeMerkleTreeLeaf(Bytes leaf_input) {
  ByteReader reader(leaf_input);
  std::uint8_t version = 0;
  std::uint8_t leaf_type = 0;
  if (!reader.ReadUint8(version) || !reader.ReadUint8(leaf_type)) {
    return Fail(Errc::kTruncated, "merkle_tree_leaf");
  }
  if (version != kVersionV1) {
    return Fail(Errc::kUnsupportedVersion, "merkle_tree_leaf.version");
  }
  if (leaf_type != kLeafTypeTimestampedEntry) {
    return Fail(Errc::kUnsupportedFormat, "merkle_tree_leaf.leaf_type");
  }
  TimestampedEntry entry;
  if (!ReadTimestampedEntry(reader, entry)) {
    return Fail(Errc::kTruncated, "merkle_tree_leaf.timestamped_entry", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "merkle_tree_leaf", reader.offset());
  }
  return entry;
}

Result<ByteVector> EncodeMerkleTreeLeaf(const TimestampedEntry& entry) {
  ByteWriter writer;
  writer.WriteUint8(kVersionV1);
  writer.WriteUint8(kLeafTypeTimestampedEntry);
  WriteTimestampedEntry(writer, entry);
  return writer.Finish();
}

// struct {
//   ASN.1Cert pre_certificate;
//   ASN.1Cert precertificate_chain<0..2^24-1>;
// } PrecertChainEntry;
//
// struct {
//   ASN.1Cert leaf_certificate;      -- in leaf_input, not repeated here
//   ASN.1Cert certificate_chain<0..2^24-1>;
// } X509ChainEntry;
Result<EntryChain> DecodeExtraData(EntryType type, Bytes extra_data) {
  ByteReader reader(extra_data);
  EntryChain out;
  Bytes certificates;
  if ((type == EntryType::kPrecert && !reader.ReadVector24(out.pre_certificate, 1)) ||
      !reader.ReadVector24(certificates)) {
    return Fail(Errc::kTruncated, "extra_data", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "extra_data", reader.offset());
  }
  ByteReader certificate_reader(certificates);
  while (!certificate_reader.empty()) {
    Bytes certificate;
    if (!certificate_reader.ReadVector24(certificate, 1)) {
      return Fail(Errc::kTruncated, "extra_data.chain", certificate_reader.offset());
    }
    if (out.chain.size() == kMaxChainCertificates) {
      return Fail(Errc::kTooLarge, "extra_data.chain", certificate_reader.offset());
    }
    out.chain.push_back(certificate);
  }
  return out;
}

Result<std::vector<TileLeaf>> DecodeDataTile(Bytes tile) {
  if (tile.size() > kMaxDataTileSize) {
    return Fail(Errc::kTooLarge, "data_tile", kMaxDataTileSize);
  }
  ByteReader reader(tile);
  std::vector<TileLeaf> out;
  do {
    if (out.size() == kMaxTileEntries) {
      return Fail(Errc::kTooLarge, "data_tile", reader.offset());
    }
    Result<TileLeaf> leaf = ReadTileLeaf(reader);
    if (!leaf) {
      return tl::unexpected(leaf.error());
    }
    out.push_back(*std::move(leaf));
  } while (!reader.empty());
  return out;
}

Result<ByteVector> EncodeTileLeaf(const TileLeaf& leaf) {
  ByteVector fingerprints;
  for (const Hash& fingerprint : leaf.chain_fingerprints) {
    Append(fingerprints, fingerprint);
  }
  ByteWriter writer;
  WriteTimestampedEntry(writer, leaf.timestamped_entry);
  if (leaf.timestamped_entry.entry.type == EntryType::kPrecert) {
    writer.WriteVector24(leaf.pre_certificate);
  }
  writer.WriteVector16(fingerprints);
  return writer.Finish();
}

}  // namespace tattle
