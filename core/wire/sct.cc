// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/sct.h"

#include <bitset>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/base/writer.h"

namespace tattle {
namespace {

constexpr std::uint8_t kExtensionLeafIndex = 0;

}  // namespace

// opaque SerializedSCT<1..2^16-1>;
//
// struct {
//   SerializedSCT sct_list <1..2^16-1>;
// } SignedCertificateTimestampList;
Result<std::vector<Bytes>> SplitSctList(Bytes list) {
  ByteReader reader(list);
  Bytes items;
  if (!reader.ReadVector16(items)) {
    return Fail(Errc::kTruncated, "sct_list", list.size());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "sct_list", reader.offset());
  }
  if (items.empty()) {
    return Fail(Errc::kBadLength, "sct_list");
  }
  std::vector<Bytes> out;
  ByteReader item_reader(items);
  const std::size_t items_offset = list.size() - items.size();
  while (!item_reader.empty()) {
    const std::size_t offset = items_offset + item_reader.offset();
    Bytes item;
    if (!item_reader.ReadVector16(item)) {
      return Fail(Errc::kTruncated, "sct_list.sct", offset);
    }
    if (out.size() == kMaxSctsPerSource) {
      return Fail(Errc::kTooLarge, "sct_list", offset);
    }
    out.push_back(item);
  }
  return out;
}

Result<ByteVector> EncodeSctList(std::span<const ByteVector> scts) {
  ByteWriter items;
  for (const ByteVector& sct : scts) {
    items.WriteVector16(sct);
  }
  Result<ByteVector> joined = items.Finish();
  if (!joined) {
    return joined;
  }
  ByteWriter list;
  list.WriteVector16(*joined);
  return list.Finish();
}

// struct {
//   Version sct_version;
//   LogID id;
//   uint64 timestamp;
//   CtExtensions extensions;
//   digitally-signed struct { ... };
// } SignedCertificateTimestamp;
Result<Sct> DecodeSct(Bytes item) {
  ByteReader reader(item);
  Sct sct;
  std::uint8_t version = 0;
  if (!reader.ReadUint8(version)) {
    return Fail(Errc::kBadLength, "sct");  // SerializedSCT<1..2^16-1>
  }
  if (version != kVersionV1) {
    return Fail(Errc::kUnsupportedVersion, "sct.version");
  }
  if (!reader.ReadArray(sct.log_id) || !reader.ReadUint64(sct.timestamp_ms) ||
      !reader.ReadVector16(sct.extensions)) {
    return Fail(Errc::kTruncated, "sct", reader.offset());
  }
  const std::size_t extensions_offset = reader.offset() - sct.extensions.size();
  if (!ReadDigitallySigned(reader, sct.signature)) {
    return Fail(Errc::kTruncated, "sct.signature", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "sct", reader.offset());
  }
  const Result<CtExtensions> extensions = DecodeCtExtensions(sct.extensions);
  if (!extensions) {
    const Error& error = extensions.error();
    return Fail(error.code, error.field, extensions_offset + error.offset);
  }
  sct.leaf_index = extensions->leaf_index;
  return sct;
}

Result<ByteVector> EncodeSct(const Sct& sct) {
  ByteWriter writer;
  writer.WriteUint8(kVersionV1);
  writer.WriteBytes(sct.log_id);
  writer.WriteUint64(sct.timestamp_ms);
  writer.WriteVector16(sct.extensions);
  writer.WriteUint8(sct.signature.hash_algorithm);
  writer.WriteUint8(sct.signature.signature_algorithm);
  writer.WriteVector16(sct.signature.signature);
  return writer.Finish();
}

// enum { leaf_index(0), (255) } ExtensionType;
//
// struct {
//   ExtensionType extension_type;
//   opaque extension_data<0..2^16-1>;
// } Extension;
//
// Extension CtExtensions<0..2^16-1>;   -- the length is read by DecodeSct
//
// uint8 uint40[5];
// uint40 LeafIndex;
Result<CtExtensions> DecodeCtExtensions(Bytes extensions) {
  ByteReader reader(extensions);
  CtExtensions out;
  std::bitset<256> seen;
  while (!reader.empty()) {
    const std::size_t offset = reader.offset();
    std::uint8_t type = 0;
    Bytes data;
    if (!reader.ReadUint8(type) || !reader.ReadVector16(data)) {
      return Fail(Errc::kTruncated, "sct.extensions", offset);
    }
    // "Duplicate extensions with the same ExtensionType MUST NOT be included in the same
    // extensions field." (static-ct-api, SCT Extension)
    if (seen.test(type)) {
      return Fail(Errc::kDuplicate, "sct.extensions", offset);
    }
    seen.set(type);
    if (type == kExtensionLeafIndex) {
      ByteReader data_reader(data);
      std::uint64_t leaf_index = 0;
      if (!data_reader.ReadUint40(leaf_index) || !data_reader.empty()) {
        return Fail(Errc::kBadLength, "sct.extensions.leaf_index", offset);
      }
      out.leaf_index = leaf_index;
    }
  }
  return out;
}

Result<ByteVector> EncodeCtExtensions(const CtExtensions& extensions) {
  ByteWriter writer;
  if (extensions.leaf_index) {
    writer.WriteUint8(kExtensionLeafIndex);
    writer.WriteUint16(5 /* bytes of a LeafIndex */);
    writer.WriteUint40(*extensions.leaf_index);
  }
  return writer.Finish();
}

}  // namespace tattle
