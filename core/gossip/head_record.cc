// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/head_record.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/base/writer.h"
#include "core/wire/digitally_signed.h"

namespace tattle {
namespace {

void WriteKey(ByteWriter& writer, const LogId& log_id, const TreeHead& head) {
  writer.WriteBytes(log_id);
  writer.WriteUint64(head.tree_size);
  writer.WriteBytes(head.sha256_root_hash);
  writer.WriteUint64(head.timestamp_ms);
}

}  // namespace

HeadKey HeadKeyOf(const LogId& log_id, const TreeHead& head) {
  ByteWriter writer;
  WriteKey(writer, log_id, head);
  HeadKey key = {};
  if (const Result<ByteVector> bytes = writer.Finish()) {  // fixed lengths always fit
    std::copy_n(bytes->begin(), std::min(bytes->size(), key.size()), key.begin());
  }
  return key;
}

Result<ByteVector> EncodeHeadRecord(const LogId& log_id, const SignedTreeHead& sth) {
  ByteWriter writer;
  WriteKey(writer, log_id, sth.head);
  writer.WriteBytes(sth.signature);
  return writer.Finish();
}

Result<GossipHead> DecodeHeadRecord(Bytes record) {
  ByteReader reader(record);
  GossipHead out;
  TreeHead& head = out.sth.head;
  Bytes signature;
  if (!reader.ReadArray(out.log_id.emplace()) || !reader.ReadUint64(head.tree_size) ||
      !reader.ReadArray(head.sha256_root_hash) || !reader.ReadUint64(head.timestamp_ms) ||
      !reader.ReadBytes(reader.remaining(), signature)) {
    return Fail(Errc::kTruncated, "head_record", reader.offset());
  }
  if (head.tree_size > kMaxTreeSize) {
    return Fail(Errc::kOutOfRange, "head_record.tree_size");
  }
  // It uses up what is left.
  if (const Result<DigitallySigned> decoded = DecodeDigitallySigned(signature); !decoded) {
    return tl::unexpected(decoded.error());
  }
  out.sth.signature = ToVector(signature);
  return out;
}

}  // namespace tattle
