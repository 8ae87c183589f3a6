// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeHeadRecord, DecodeFeedbackRecord, CanonicalSct
// Property: a record that is read is written as the same bytes; no bytes are a record twice over
// with something behind them; what is canonical stays so.

#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"
#include "core/gossip/feedback_record.h"
#include "core/gossip/head_record.h"
#include "core/wire/sct.h"
#include "fuzz/require.h"

using tattle::Bytes;
using tattle::ByteVector;
using tattle::Equal;
using tattle::Result;
using tattle::fuzz::Require;

namespace {

ByteVector WithOneMore(Bytes bytes) {
  ByteVector out = tattle::ToVector(bytes);
  out.push_back(0);
  return out;
}

void CheckHead(Bytes bytes) {
  const Result<tattle::GossipHead> head = tattle::DecodeHeadRecord(bytes);
  if (!head) {
    return;
  }
  Require(head->log_id && head->sth.head.tree_size <= tattle::kMaxTreeSize);
  const Result<ByteVector> again = tattle::EncodeHeadRecord(*head->log_id, head->sth);
  Require(again && Equal(*again, bytes));
  Require(
      Equal(tattle::HeadKeyOf(*head->log_id, head->sth.head), bytes.first(tattle::kHeadKeySize)));
  Require(!tattle::DecodeHeadRecord(WithOneMore(bytes)));
}

void CheckFeedback(Bytes bytes) {
  const Result<tattle::FeedbackRecord> record = tattle::DecodeFeedbackRecord(bytes);
  if (!record) {
    return;
  }
  const Result<ByteVector> again = tattle::EncodeFeedbackRecord(*record);
  Require(again && Equal(*again, bytes));
  Require(!tattle::DecodeFeedbackRecord(WithOneMore(bytes)));
  const Result<ByteVector> canonical = tattle::CanonicalSct(record->sct);
  if (canonical) {
    Require(tattle::DecodeSct(record->sct).has_value());
    Require(tattle::CanonicalSct(*canonical) == *canonical);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CheckHead({data, size});
  CheckFeedback({data, size});
  return 0;
}
