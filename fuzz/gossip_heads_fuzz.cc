// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeHeads, HeadChecker with keys of the fuzzer's own
// Property: what is read is within its bounds, and written in any dialect reads back the same; a
// head is good only where its log's key said yes to it, and is then in the window; checks are
// bounded.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/gossip/bounds.h"
#include "core/gossip/head_check.h"
#include "core/gossip/heads.h"
#include "fuzz/require.h"

using tattle::Bytes;
using tattle::GossipHead;
using tattle::HeadStatus;
using tattle::Result;
using tattle::fuzz::Require;

namespace {

constexpr std::uint64_t kNowMs = 1'795'000'000'000;

// OddKey accepts signatures of an odd last byte.
class OddKey final : public tattle::PublicKey {
 public:
  tattle::KeyType type() const override { return tattle::KeyType::kRsa; }
  Result<bool> VerifyDigest(const tattle::Hash& /*digest*/, Bytes signature) const override {
    return !signature.empty() && signature.back() % 2 == 1;
  }
  Result<bool> VerifyMessage(Bytes message, Bytes signature) const override {
    return VerifyDigest(tattle::Sha256Of(message), signature);
  }
};

// MakeLogs has logs whose ids are one byte repeated; 2 is denied.
tattle::LogList MakeLogs() {
  tattle::LogList::Content content;
  for (std::uint8_t id = 1; id <= 3; ++id) {
    tattle::Log log;
    log.log_id.fill(id);
    log.key = std::make_shared<const OddKey>();
    content.logs.push_back(log);
  }
  content.denied.push_back({content.logs[1].log_id, {}, "public"});
  Result<tattle::LogList> list = tattle::LogList::Create(std::move(content));
  Require(list.has_value());
  return *std::move(list);
}

void CheckSame(const std::vector<GossipHead>& a, const std::vector<GossipHead>& b) {
  Require(std::equal(a.begin(), a.end(), b.begin(), b.end(),
                     [](const GossipHead& x, const GossipHead& y) {
                       return x.log_id == y.log_id && x.sth.head == y.sth.head &&
                              x.sth.signature == y.sth.signature;
                     }));
}

void CheckRoundTrip(const tattle::HeadMessage& message) {
  for (const tattle::HeadDialect dialect :
       {tattle::HeadDialect::kSths, tattle::HeadDialect::kSthGossip,
        tattle::HeadDialect::kVersioned}) {
    const Result<std::string> body = tattle::EncodeHeads(dialect, message.heads);
    if (!body) {
      Require(body.error().code == tattle::Errc::kTooLarge);
      continue;
    }
    const Result<tattle::HeadMessage> again = tattle::DecodeHeads(tattle::AsBytes(*body));
    Require(again && again->dialect == dialect && again->skips.total() == 0);
    CheckSame(again->heads, message.heads);
  }
}

void CheckBelief(const std::vector<GossipHead>& heads) {
  static const tattle::LogList logs = MakeLogs();
  tattle::HeadChecker checker(logs, kNowMs, nullptr);
  for (const GossipHead& head : heads) {
    const Result<tattle::CheckedHead> checked = checker.Check(head);
    Require(checked.has_value());
    Require(checked->sth.head == head.sth.head);
    if (checked->status == HeadStatus::kGood) {
      Require(checked->log != nullptr && checked->log_id == checked->log->log_id);
      Require(logs.FindDenied(*checked->log_id) == nullptr);
      Require(!head.log_id || head.log_id == checked->log_id);
      Require(tattle::VerifyTreeHead(checked->sth, *checked->log->key).value());
      Require(tattle::IsFreshHead(head.sth.head.timestamp_ms, kNowMs));
      // Once is enough.
      Require(checker.Check(head)->status == HeadStatus::kKnown);
    }
  }
  Require(checker.num_signature_checks() <= tattle::kMaxGossipSignatureChecks);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<tattle::HeadMessage> message = tattle::DecodeHeads({data, size});
  if (!message) {
    return 0;
  }
  Require(message->heads.size() <= tattle::kMaxGossipHeads);
  for (const GossipHead& head : message->heads) {
    Require(head.sth.head.tree_size <= tattle::kMaxTreeSize);
  }
  CheckRoundTrip(*message);
  CheckBelief(message->heads);
  return 0;
}
