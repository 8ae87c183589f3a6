// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: Verify over leaf, issuer, TLS list and OCSP response, with keys of the fuzzer's own
// Property: an SCT is valid only where its key said yes; checks are bounded; the lines are in the
// order of sources; what a later source brings changes no line of an earlier one.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/verify/verify.h"
#include "fuzz/require.h"

using tattle::Bytes;
using tattle::SctStatus;
using tattle::fuzz::Require;

namespace {

struct Answers {
  std::size_t num_yes = 0;
  std::size_t num_all = 0;
};

// PrefixKey accepts the first bytes of the digest, one or more, as a signature of it: something
// that mutation can hit.
class PrefixKey final : public tattle::PublicKey {
 public:
  PrefixKey(tattle::KeyType type, Answers& answers) : type_(type), answers_(answers) {}

  tattle::KeyType type() const override { return type_; }

  tattle::Result<bool> VerifyDigest(const tattle::Hash& digest, Bytes signature) const override {
    const bool yes = !signature.empty() && signature.size() <= digest.size() &&
                     tattle::Equal(signature, Bytes(digest).first(signature.size()));
    ++answers_.num_all;
    answers_.num_yes += yes ? 1U : 0U;
    return yes;
  }

  tattle::Result<bool> VerifyMessage(Bytes /*message*/, Bytes /*signature*/) const override {
    std::abort();  // an SCT is checked by its digest
  }

 private:
  tattle::KeyType type_;
  Answers& answers_;
};

// MakeLogs makes logs whose ids are one byte repeated: 1 ECDSA, 2 RSA, 3 Ed25519, 4 denied.
tattle::LogList MakeLogs(Answers& answers) {
  tattle::LogList::Content content;
  std::uint8_t id = 0;
  for (const tattle::KeyType type : {tattle::KeyType::kEcdsaP256, tattle::KeyType::kRsa,
                                     tattle::KeyType::kEd25519, tattle::KeyType::kEcdsaP256}) {
    tattle::Log log;
    log.log_id.fill(++id);
    log.key = std::make_shared<const PrefixKey>(type, answers);
    content.logs.push_back(log);
  }
  content.logs.front().temporal_interval = tattle::TemporalInterval{0, 1'780'000'000'000};
  tattle::DeniedLog denied;
  denied.log_id.fill(id);
  content.denied.push_back(denied);
  return *tattle::LogList::Create(std::move(content));
}

void CheckLine(const tattle::SctFacts& sct, std::uint64_t now_ms) {
  const bool is_read = sct.log_id.has_value();
  const bool has_something_to_say = sct.status != SctStatus::kValid || sct.outside_interval;
  Require(tattle::DescribeSct(sct).empty() != has_something_to_say);
  switch (sct.status) {
    case SctStatus::kMalformed:
    case SctStatus::kUnsupportedVersion:
      Require(!is_read && sct.log == nullptr && sct.denied == nullptr);
      break;
    case SctStatus::kUnknownLog:
      Require(is_read && sct.log == nullptr && sct.denied == nullptr);
      break;
    case SctStatus::kDeniedLog:
      Require(is_read && sct.denied != nullptr);
      break;
    case SctStatus::kValid:
    case SctStatus::kInFuture:
      Require(is_read && sct.log != nullptr && sct.denied == nullptr);
      Require(sct.log->key->type() != tattle::KeyType::kEd25519);
      Require((sct.status == SctStatus::kInFuture) ==
              (sct.timestamp_ms > now_ms && sct.timestamp_ms - now_ms > tattle::kClockDriftMs));
      break;
    case SctStatus::kWrongAlgorithm:
    case SctStatus::kBadSignature:
      Require(is_read && sct.log != nullptr && sct.denied == nullptr);
      break;
    case SctStatus::kNotChecked:
      Require(sct.error.code != tattle::Errc::kInternal);
      break;
  }
}

bool Agree(const tattle::SctFacts& a, const tattle::SctFacts& b) {
  return a.source == b.source && a.status == b.status && a.log_id == b.log_id &&
         a.timestamp_ms == b.timestamp_ms && a.log == b.log && a.error.code == b.error.code;
}

// CheckPrefix verifies less evidence and wants the same lines for it.
void CheckPrefix(const tattle::Evidence& evidence, const tattle::LogList& logs,
                 std::uint64_t now_ms, const tattle::Report& whole) {
  const tattle::Result<tattle::Report> part = tattle::Verify(evidence, logs, now_ms);
  Require(part && part->scts.size() <= whole.scts.size());
  Require(std::equal(part->scts.begin(), part->scts.end(), whole.scts.begin(),
                     whole.scts.begin() + static_cast<std::ptrdiff_t>(part->scts.size()), Agree));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tattle::ByteReader reader({data, size});
  std::uint64_t now_ms = 0;
  tattle::Evidence evidence;
  if (!reader.ReadUint64(now_ms) || !reader.ReadVector16(evidence.leaf) ||
      !reader.ReadVector16(evidence.issuer) || !reader.ReadVector16(evidence.tls_scts) ||
      !reader.ReadVector16(evidence.ocsp_response)) {
    return 0;
  }
  Answers answers;
  const tattle::LogList logs = MakeLogs(answers);
  const tattle::Result<tattle::Report> report = tattle::Verify(evidence, logs, now_ms);
  if (!report) {
    Require(tattle::CategoryOf(report.error().code) != tattle::ErrorCategory::kInternal);
    return 0;
  }
  Require(answers.num_all <= 3 * tattle::kMaxSignatureChecks);  // three sources
  Require(report->CountStatus(SctStatus::kValid) + report->CountStatus(SctStatus::kInFuture) ==
          answers.num_yes);
  Require(report->CountStatus(SctStatus::kBadSignature) == answers.num_all - answers.num_yes);
  Require(report->scts.size() <= tattle::kMaxSctsPerSource * (2 + tattle::kMaxOcspSingleResponses));
  Require(std::is_sorted(report->scts.begin(), report->scts.end(),
                         [](const auto& a, const auto& b) { return a.source < b.source; }));
  for (const tattle::SctFacts& sct : report->scts) {
    CheckLine(sct, now_ms);
  }
  evidence.ocsp_response = {};
  CheckPrefix(evidence, logs, now_ms, *report);
  evidence.tls_scts = {};
  CheckPrefix(evidence, logs, now_ms, *report);
  return 0;
}
