// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/feedback_record.h"

#include <cstdint>

#include "core/base/reader.h"
#include "core/base/writer.h"
#include "core/wire/canonical_signature.h"
#include "core/wire/digitally_signed.h"
#include "core/wire/sct.h"

namespace tattle {

Result<ByteVector> EncodeFeedbackRecord(const FeedbackRecord& record) {
  if (record.leaf.empty() || record.sct.empty()) {
    return Fail(Errc::kBadLength, "feedback_record");
  }
  ByteWriter writer;
  writer.WriteUint8(static_cast<std::uint8_t>(record.status));
  writer.WriteVector8(AsBytes(record.host));
  writer.WriteVector24(record.leaf);
  writer.WriteVector24(record.issuer);
  writer.WriteVector16(record.sct);
  return writer.Finish();
}

Result<FeedbackRecord> DecodeFeedbackRecord(Bytes bytes) {
  ByteReader reader(bytes);
  std::uint8_t status = 0;
  Bytes host;
  Bytes leaf;
  Bytes issuer;
  Bytes sct;
  if (!reader.ReadUint8(status) || !reader.ReadVector8(host) || !reader.ReadVector24(leaf, 1) ||
      !reader.ReadVector24(issuer) || !reader.ReadVector16(sct, 1)) {
    return Fail(Errc::kTruncated, "feedback_record", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "feedback_record", reader.offset());
  }
  if (status > static_cast<std::uint8_t>(SctStatus::kInFuture)) {
    return Fail(Errc::kOutOfRange, "feedback_record.status");
  }
  return FeedbackRecord{static_cast<SctStatus>(status), std::string(AsText(host)), ToVector(leaf),
                        ToVector(issuer), ToVector(sct)};
}

FeedbackEntry EntryOf(const FeedbackRecord& record) {
  FeedbackEntry entry = {{record.leaf}, {record.sct}};
  if (!record.issuer.empty()) {
    entry.x509_chain.push_back(record.issuer);
  }
  return entry;
}

Result<ByteVector> CanonicalSct(Bytes sct) {
  Result<Sct> decoded = DecodeSct(sct);
  if (!decoded) {
    return tl::unexpected(decoded.error());
  }
  const Result<ByteVector> received = EncodeDigitallySigned(decoded->signature);
  Result<ByteVector> canonical = received ? CanonicalSignature(*received) : received;
  if (!canonical) {
    return canonical;
  }
  const Result<DigitallySigned> signature = DecodeDigitallySigned(*canonical);
  if (!signature) {
    return tl::unexpected(signature.error());
  }
  decoded->signature = *signature;
  return EncodeSct(*decoded);
}

}  // namespace tattle
