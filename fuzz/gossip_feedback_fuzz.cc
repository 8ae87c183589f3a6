// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeFeedback, DecodeTrustedAuditor, FeedbackChecker
// Property: what is read is within its bounds, each SCT decodes, and what is written in any dialect
// reads back the same; the checker keeps no more of a chain than its depth says.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback.h"
#include "core/gossip/feedback_check.h"
#include "core/gossip/trusted_auditor.h"
#include "core/wire/sct.h"
#include "fuzz/require.h"

using tattle::FeedbackDialect;
using tattle::FeedbackEntry;
using tattle::Result;
using tattle::fuzz::Require;

namespace {

// OneSctEach is how CT0 writes entries.
std::vector<FeedbackEntry> OneSctEach(const std::vector<FeedbackEntry>& entries) {
  std::vector<FeedbackEntry> out;
  for (const FeedbackEntry& entry : entries) {
    for (const tattle::ByteVector& sct : entry.scts) {
      out.push_back({entry.x509_chain, {sct}});
    }
  }
  return out;
}

void CheckEntries(const std::vector<FeedbackEntry>& entries) {
  Require(entries.size() <= tattle::kMaxFeedbackEntries);
  for (const FeedbackEntry& entry : entries) {
    Require(!entry.scts.empty() && entry.scts.size() <= tattle::kMaxFeedbackScts);
    Require(entry.x509_chain.size() <= tattle::kMaxChainCertificates);
    for (const tattle::ByteVector& certificate : entry.x509_chain) {
      Require(!certificate.empty() && certificate.size() <= tattle::kMaxCertificateSize);
    }
    for (const tattle::ByteVector& sct : entry.scts) {
      Require(tattle::DecodeSct(sct).has_value());
    }
  }
}

void CheckRoundTrip(const std::vector<FeedbackEntry>& entries) {
  for (const FeedbackDialect dialect :
       {FeedbackDialect::kEntry, FeedbackDialect::kSctObjects, FeedbackDialect::kSctFeedback,
        FeedbackDialect::kArray, FeedbackDialect::kArrayPem, FeedbackDialect::kArrayVersioned}) {
    // Room for PEM, which is larger.
    const std::size_t max_size = 8 * tattle::kMaxFeedbackSize;
    const Result<std::string> body = tattle::EncodeFeedback(dialect, entries, max_size);
    if (!body) {
      continue;  // an SCT that reads as a list too, or a chain that only CT0 may leave out
    }
    const Result<tattle::FeedbackMessage> again =
        tattle::DecodeFeedback(tattle::AsBytes(*body), max_size);
    Require(again && again->skips.total() == 0);
    Require(again->entries == (dialect == FeedbackDialect::kEntry ? OneSctEach(entries) : entries));
    Require(again->dialect == dialect || entries.empty());
  }
}

void CheckBelief(const std::vector<FeedbackEntry>& entries) {
  static const tattle::LogList no_logs = *tattle::LogList::Create({});
  static const std::vector<std::string> names = {"leaf.example"};
  tattle::FeedbackChecker checker(no_logs, names, 1, tattle::FeedbackDepth::kLeaf, nullptr);
  for (const FeedbackEntry& entry : entries) {
    const Result<tattle::CheckedFeedback> checked = checker.Check(entry);
    Require(checked.has_value());
    if (checked->status == tattle::FeedbackStatus::kChecked) {
      Require(checked->x509_chain.size() == 1 && checked->scts.size() == entry.scts.size());
      Require(checked->x509_chain[0] == entry.x509_chain[0]);
    } else {
      Require(checked->x509_chain.empty() && checked->scts.empty());
    }
    for (const tattle::CheckedSct& sct : checked->scts) {
      Require(sct.status == tattle::SctStatus::kUnknownLog);
    }
  }
  Require(checker.num_signature_checks() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes body(data, size);
  if (const Result<tattle::FeedbackMessage> message =
          tattle::DecodeFeedback(body, tattle::kMaxFeedbackSize)) {
    CheckEntries(message->entries);
    CheckRoundTrip(message->entries);
    CheckBelief(message->entries);
  }
  const Result<tattle::AuditorMessage> message = tattle::DecodeTrustedAuditor(body);
  if (!message) {
    return 0;
  }
  CheckEntries(message->feedback.entries);
  const Result<std::string> written =
      tattle::EncodeTrustedAuditor(message->heads.dialect, message->heads.heads,
                                   FeedbackDialect::kArrayVersioned, message->feedback.entries);
  if (written) {
    const Result<tattle::AuditorMessage> again =
        tattle::DecodeTrustedAuditor(tattle::AsBytes(*written));
    Require(again && again->feedback.entries == message->feedback.entries);
    Require(again->heads.heads.size() == message->heads.heads.size());
  }
  return 0;
}
