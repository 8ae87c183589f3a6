// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/gossip_findings.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/gossip/bounds.h"
#include "core/gossip/feedback_check.h"
#include "core/gossip/feedback_record.h"
#include "core/gossip/head_record.h"

namespace tattle {
namespace {

Result<HeadFinding> FindHead(const GossipHead& head, const GossipTerms& terms,
                             HeadChecker& checker) {
  HeadFinding finding;
  const Result<CheckedHead> checked = checker.Check(head);
  if (!checked) {
    return tl::unexpected(checked.error());
  }
  finding.status = checked->status;
  if (checked->status != HeadStatus::kGood) {
    return finding;
  }
  Result<ByteVector> record = EncodeHeadRecord(*checked->log_id, checked->sth);
  if (!record) {
    return tl::unexpected(record.error());
  }
  finding.record = *std::move(record);
  finding.only_if_conflicting =
      !head.log_id && !IsFreshHead(checked->sth.head.timestamp_ms, terms.now_ms);
  return finding;
}

Result<void> FindHeads(const GossipMessage& message, const GossipTerms& terms,
                       GossipFindings& out) {
  HeadRelation relation = HeadRelation::kNew;  // of the head that is checked
  HeadChecker checker(terms.logs, terms.now_ms,
                      [&](const LogId& /*log_id*/, const TreeHead& /*head*/) { return relation; });
  checker.LimitChecks(terms.max_checks);
  for (std::size_t i = 0; i < message.heads.size(); ++i) {
    relation = terms.relations[i];
    Result<HeadFinding> finding = FindHead(message.heads[i], terms, checker);
    if (!finding) {
      return tl::unexpected(finding.error());
    }
    out.is_cut = out.is_cut || finding->status == HeadStatus::kNotChecked;
    out.heads.push_back(*std::move(finding));
  }
  out.num_checks += checker.num_signature_checks();
  return {};
}

// Keep makes the record of an SCT. One that stands in its leaf is as its CA signed it.
Result<SctFinding> Keep(const CheckedSct& sct, const FeedbackEntry& entry,
                        const std::string& host) {
  SctFinding finding;
  finding.status = sct.status;
  if (sct.is_known) {
    finding.fate = SctFate::kKnown;
    return finding;
  }
  if (sct.status == SctStatus::kNotChecked) {
    return finding;
  }
  finding.fate = sct.status == SctStatus::kValid ? SctFate::kKeep : SctFate::kSuspect;
  FeedbackRecord record = {sct.status, host, entry.x509_chain.front(), {}, sct.sct};
  if (sct.is_embedded && entry.x509_chain.size() > 1) {
    record.issuer = entry.x509_chain[1];
  } else if (finding.fate == SctFate::kKeep) {
    Result<ByteVector> canonical = CanonicalSct(sct.sct);
    if (!canonical) {
      return SctFinding{};  // no strict DER: it could carry a mark
    }
    record.sct = *std::move(canonical);
  }
  Result<ByteVector> bytes = EncodeFeedbackRecord(record);
  if (!bytes) {
    return SctFinding{};  // larger than anything that sites have
  }
  finding.record = *std::move(bytes);
  return finding;
}

// ChecksToRead is what it costs to read all leaves, in signature checks.
std::size_t ChecksToRead(std::span<const FeedbackEntry> entries) {
  std::size_t num_leaf_bytes = 0;
  for (const FeedbackEntry& entry : entries) {
    num_leaf_bytes += entry.x509_chain.empty() ? 0 : entry.x509_chain.front().size();
  }
  return num_leaf_bytes / kLeafBytesACheck;
}

Result<void> FindScts(const GossipMessage& message, const GossipTerms& terms, GossipFindings& out) {
  out.scts.resize(message.sct_keys.size());
  if (terms.names.empty() || message.sct_keys.empty()) {
    return {};
  }
  out.num_checks += ChecksToRead(message.entries);
  if (out.num_checks > terms.max_checks) {
    out.num_checks = terms.max_checks;
    out.is_cut = true;
    return {};
  }
  std::set<Hash> known;
  for (std::size_t i = 0; i < message.sct_keys.size(); ++i) {
    if (message.sct_keys[i] && terms.known_scts[i] != 0) {
      known.insert(*message.sct_keys[i]);
    }
  }
  FeedbackChecker checker(terms.logs, terms.names, terms.now_ms, FeedbackDepth::kLeaf,
                          [&](const Hash& key) { return known.contains(key); });
  checker.LimitChecks(terms.max_checks - out.num_checks);
  auto finding = out.scts.begin();
  for (const FeedbackEntry& entry : message.entries) {
    const Result<CheckedFeedback> checked = checker.Check(entry);
    if (!checked) {
      return tl::unexpected(checked.error());
    }
    for (std::size_t i = 0; i < entry.scts.size(); ++i, ++finding) {
      if (checked->status == FeedbackStatus::kChecked) {
        Result<SctFinding> kept = Keep(checked->scts[i], entry, checked->host);
        if (!kept) {
          return tl::unexpected(kept.error());
        }
        *finding = *std::move(kept);
      }
    }
  }
  out.is_cut = out.is_cut || checker.is_cut();
  out.num_checks += checker.num_signature_checks();
  return {};
}

}  // namespace

Result<GossipFindings> CheckGossipMessage(const GossipMessage& message, const GossipTerms& terms) {
  GossipFindings findings;
  if (const Result<void> done = FindHeads(message, terms, findings); !done) {
    return tl::unexpected(done.error());
  }
  if (const Result<void> done = FindScts(message, terms, findings); !done) {
    return tl::unexpected(done.error());
  }
  return findings;
}

}  // namespace tattle
