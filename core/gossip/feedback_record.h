// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// An SCT of feedback as bytes, for servers that keep it until somebody takes it.

#ifndef TATTLE_CORE_GOSSIP_FEEDBACK_RECORD_H_
#define TATTLE_CORE_GOSSIP_FEEDBACK_RECORD_H_

#include <string>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/feedback.h"
#include "core/verify/report.h"

namespace tattle {

// FeedbackRecord is one SCT with what it is about.
struct FeedbackRecord {
  SctStatus status = SctStatus::kNotChecked;  // as it was when it came
  std::string host;                           // the name of ours that the leaf is for
  ByteVector leaf;                            // DER
  ByteVector issuer;                          // DER; empty where the SCT is not about it
  ByteVector sct;

  friend bool operator==(const FeedbackRecord&, const FeedbackRecord&) = default;
};

// EncodeFeedbackRecord writes
//   struct {
//     uint8 status;
//     opaque host<0..2^8-1>;
//     opaque leaf<1..2^24-1>;
//     opaque issuer<0..2^24-1>;
//     opaque sct<1..2^16-1>;
//   } FeedbackRecord;
// Fails with kBadLength for what does not fit.
[[nodiscard]] Result<ByteVector> EncodeFeedbackRecord(const FeedbackRecord& record);

// DecodeFeedbackRecord reads that. Fails with kTruncated, kTrailingBytes, kOutOfRange for a status
// that there is not.
[[nodiscard]] Result<FeedbackRecord> DecodeFeedbackRecord(Bytes bytes);

// EntryOf is the record as a part of a message.
FeedbackEntry EntryOf(const FeedbackRecord& record);

// CanonicalSct writes an SCT with the one signature that stands for all that verify: or else
// anybody could make a new SCT of one that is known. Fails as DecodeSct and CanonicalSignature. One
// that is embedded in a certificate is not to be changed.
[[nodiscard]] Result<ByteVector> CanonicalSct(Bytes sct);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_FEEDBACK_RECORD_H_
