// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/inquiry.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/merkle/hash.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/signed_entry.h"
#include "plugin/audit/claim_check.h"
#include "plugin/audit/evidence_desk.h"
#include "plugin/audit/make_claim.h"
#include "plugin/audit/schedule.h"
#include "plugin/audit/wrong_entry.h"

namespace tattle {
namespace {

bool IsRetired(const Log& log, std::uint64_t now_ms) {
  const LogState state = log.StateAt(now_ms);
  return state == LogState::kRetired || state == LogState::kRejected;
}

// Inquirer is the talk with one log.
class Inquirer {
 public:
  Inquirer(LogClient& client, const InquiryOptions& options)
      : client_(client), log_(client.log()), options_(options) {}

  Inclusion Ask(const SctPromise& promise, const SignedTreeHead& sth) {
    // Nothing is in an empty tree, and logs may refuse to be asked for a proof in it.
    Inclusion out = sth.head.tree_size == 0 ? JudgeAbsence(promise, sth) : AskFor(promise, sth);
    out.head = sth.head;
    return out;
  }

  // JudgeMissingIndex needs no answer of the log: nobody can ask for such a leaf.
  Inclusion JudgeMissingIndex(const SctPromise& promise) const {
    Inclusion out;
    out.state = InclusionState::kMissingIndex;
    out.sentence = "the SCT has no leaf_index, as one of a static-ct log must";
    Claim claim = NewClaim(ClaimKind::kMissingIndex);
    claim.scts = {promise.claimed};
    File(std::move(claim), out);
    return out;
  }

  // Unheard is the answer to all other promises where there is no head.
  Inclusion Unheard(const Failure& failure) const {
    const bool is_signature = failure.kind == FailureKind::kBadSignature;
    if (!is_signature && failure.kind != FailureKind::kWrong) {
      return Silence(failure);
    }
    Inclusion out;
    out.state = InclusionState::kWrongAnswer;
    out.sentence = failure.sentence;
    Claim claim = NewClaim(is_signature ? ClaimKind::kBadSignature : ClaimKind::kWrongOrigin);
    SetAnswer(claim, log_.kind == LogKind::kStaticCt ? "checkpoint" : "ct/v1/get-sth", failure);
    File(std::move(claim), out);
    return out;
  }

 private:
  Inclusion AskFor(const SctPromise& promise, const SignedTreeHead& sth) {
    const auto ask = [&] {
      return client_.FetchInclusion(promise.leaf_hash, promise.facts.leaf_index, sth.head);
    };
    Answer<InclusionProof> proof = ask();
    // That a log knows of no such leaf is not signed, and front ends differ: it is asked again.
    if (!proof && proof.error().http_status != 0 &&
        IsAbsence(promise.facts.leaf_index, sth.head, proof.error())) {
      proof = ask();
    }
    if (proof) {
      Inclusion out = JudgeEntry(promise, sth, *proof);
      if (out.state == InclusionState::kWrongAnswer) {
        return out;
      }
      out.state = InclusionState::kIncluded;
      out.leaf_index = proof->leaf_index;
      out.sentence = "at index " + std::to_string(proof->leaf_index) + " of a tree of " +
                     std::to_string(sth.head.tree_size);
      return out;
    }
    return JudgeFailure(promise, sth, proof.error());
  }

  // JudgeEntry is kWrongAnswer where the log shows another entry than it proved to have, also where
  // that cannot be shown to others. One that cannot be read leaves the proof as good as it is.
  Inclusion JudgeEntry(const SctPromise& promise, const SignedTreeHead& sth,
                       const InclusionProof& proof) {
    Inclusion out;
    const Answer<void> shown = ReadEntry(client_, proof, sth.head);
    if (!shown && shown.error().kind == FailureKind::kWrong) {
      out.state = InclusionState::kWrongAnswer;
      out.leaf_index = proof.leaf_index;
      out.sentence = shown.error().path.empty()
                         ? "proven to be in the tree, but shown as another entry"
                         : shown.error().sentence;
      Claim claim = NewClaim(ClaimKind::kWrongTile);
      SetWrongEntry(claim, log_, sth, promise.leaf_hash, proof, shown.error());
      File(std::move(claim), out);
      if (!out.claim) {
        out.sentence += ", which cannot be kept as evidence";
      }
    }
    return out;
  }

  Claim NewClaim(ClaimKind kind) const { return tattle::NewClaim(kind, log_, options_.now_ms); }

  // File keeps a claim that holds; one that does not would convict us.
  void File(Claim claim, Inclusion& out) const {
    if (EvidenceDesk::Weigh(claim, log_)) {
      out.claim = std::move(claim);
    }
  }

  Inclusion Silence(const Failure& failure) const {
    Inclusion out;
    const bool gone = IsRetired(log_, options_.now_ms);
    out.state = gone ? InclusionState::kGone : InclusionState::kCannotBeAsked;
    out.sentence =
        gone ? "the log is " + std::string(LogStateName(log_.state)) + ", and " + failure.sentence
             : failure.sentence;
    return out;
  }

  // FindSplit: an answer that does not fit the head may be of another tree of its size, of which
  // the log may have signed the head, too.
  std::optional<Claim> FindSplit(const SignedTreeHead& sth) {
    const Answer<SignedTreeHead> again = client_.FetchTreeHead();
    if (!again || again->head.tree_size != sth.head.tree_size ||
        again->head.sha256_root_hash == sth.head.sha256_root_hash) {
      return std::nullopt;
    }
    return SplitClaim(log_, sth, *again, options_.now_ms);
  }

  Inclusion JudgeFailure(const SctPromise& promise, const SignedTreeHead& sth,
                         const Failure& failure) {
    if (IsAbsence(promise.facts.leaf_index, sth.head, failure)) {
      return JudgeAbsence(promise, sth);
    }
    if (failure.kind != FailureKind::kWrong && failure.kind != FailureKind::kBadSignature) {
      return Silence(failure);
    }
    Inclusion out;
    out.sentence = failure.sentence;
    Claim claim;
    if (failure.leaf_hash) {
      out.state = InclusionState::kWrongLeaf;
      claim = NewClaim(ClaimKind::kWrongLeaf);
      claim.scts = {promise.claimed};
      claim.leaf_hash = failure.leaf_hash;
      claim.proof = failure.proof;
    } else {
      out.state = InclusionState::kWrongAnswer;
      if (std::optional<Claim> split = FindSplit(sth)) {
        out.sentence += "; and it signed two different trees of one size";
        File(*std::move(split), out);
        return out;
      }
      claim = NewClaim(ClaimKind::kWrongTile);
      SetAnswer(
          claim,
          failure.path.empty() ? ProofPath(promise.leaf_hash, sth.head.tree_size) : failure.path,
          failure);
    }
    claim.heads = {sth};
    File(std::move(claim), out);
    return out;
  }

  // JudgeAbsence goes by the log's own clock: a tree that the log signed before the delay was over
  // need not have the leaf, however late we ask; nor one that it dated ahead, asked before.
  Inclusion JudgeAbsence(const SctPromise& promise, const SignedTreeHead& sth) const {
    Inclusion out;
    const std::uint64_t due_ms = promise.facts.timestamp_ms + MmdS(log_) * kMsPerSecond;
    // A promised index beyond the tree is seen; that a log finds no hash is only its word.
    const bool is_seen = promise.facts.leaf_index.has_value() || sth.head.tree_size == 0;
    const std::string tree = std::string(is_seen ? "not" : "the log gives no proof that it is") +
                             " in the tree of " + std::to_string(sth.head.tree_size) + " of " +
                             EncodeRfc3339(sth.head.timestamp_ms);
    const std::uint64_t latest_ms = options_.now_ms + kClockDriftMs;
    // A log that is over signs no later tree.
    const bool is_over = IsOver(log_, options_.now_ms) && options_.now_ms > due_ms + kClockDriftMs;
    if (std::min(sth.head.timestamp_ms, latest_ms) < due_ms && !is_over) {
      out.state = InclusionState::kNotMergedYet;
      out.sentence = tree +
                     (sth.head.timestamp_ms > latest_ms ? ", which is ahead of our time" : "") +
                     "; the log has time until " + EncodeRfc3339(due_ms);
      return out;
    }
    out.state = InclusionState::kNotIncluded;
    out.sentence = tree + ", though the log promised it until " + EncodeRfc3339(due_ms);
    Claim claim = NewClaim(ClaimKind::kNotMerged);
    claim.heads = {sth};
    claim.scts = {promise.claimed};
    File(std::move(claim), out);
    return out;
  }

  LogClient& client_;
  const Log& log_;
  const InquiryOptions& options_;
};

}  // namespace

Result<std::vector<SctPromise>> FindPromises(const Evidence& evidence, const LogList& logs,
                                             std::uint64_t now_ms) {
  std::vector<SctPromise> out;
  const auto keep = [&](const ShownSct& shown) {
    const Result<ByteVector> leaf =
        EncodeMerkleTreeLeaf({shown.sct.timestamp_ms, shown.entry, shown.sct.extensions});
    if (!leaf || shown.facts.log == nullptr || shown.facts.status != SctStatus::kValid) {
      return;
    }
    SctPromise promise;
    promise.facts = shown.facts;
    promise.leaf_hash = HashLeaf(*leaf);
    promise.claimed.sct = ToVector(shown.item);
    promise.claimed.leaf = ToVector(evidence.leaf);
    promise.claimed.is_precert = shown.entry.type == EntryType::kPrecert;
    if (promise.claimed.is_precert) {
      promise.claimed.issuer = ToVector(evidence.issuer);
    }
    out.push_back(std::move(promise));
  };
  if (const Result<Report> report = Verify(evidence, logs, now_ms, keep); !report) {
    return tl::unexpected(report.error());
  }
  return out;
}

std::string_view InclusionStateName(InclusionState state) {
  switch (state) {
    case InclusionState::kIncluded:
      return "included";
    case InclusionState::kNotMergedYet:
      return "not_merged_yet";
    case InclusionState::kNotIncluded:
      return "not_included";
    case InclusionState::kWrongLeaf:
      return "wrong_leaf";
    case InclusionState::kWrongAnswer:
      return "wrong_answer";
    case InclusionState::kMissingIndex:
      return "missing_index";
    case InclusionState::kNotAsked:
      return "not_asked";
    case InclusionState::kCannotBeAsked:
      return "cannot_be_asked";
    case InclusionState::kGone:
      return "gone";
  }
  return "cannot_be_asked";
}

bool IsMisbehaviour(InclusionState state) {
  return state == InclusionState::kNotIncluded || state == InclusionState::kWrongLeaf ||
         state == InclusionState::kWrongAnswer || state == InclusionState::kMissingIndex;
}

bool IsAbsence(std::optional<std::uint64_t> leaf_index, const TreeHead& head,
               const Failure& failure) {
  if (leaf_index && *leaf_index < head.tree_size) {
    return false;
  }
  // Some logs of RFC 6962 say 400 to a hash that they do not know.
  return failure.kind == FailureKind::kNotFound ||
         (failure.kind == FailureKind::kStatus && failure.http_status == 400);
}

std::vector<Inclusion> AskLog(LogClient& client, std::span<const SctPromise* const> promises,
                              const InquiryOptions& options) {
  if (client.log().kind == LogKind::kRfc6962 && !options.ask_rfc6962) {
    Inclusion unasked;
    unasked.state = InclusionState::kNotAsked;
    unasked.sentence = "the log would learn which certificate was seen";
    return std::vector<Inclusion>(promises.size(), unasked);
  }
  Inquirer inquirer(client, options);
  const Answer<SignedTreeHead> sth = client.FetchTreeHead();
  std::vector<Inclusion> out;
  for (const SctPromise* promise : promises) {
    if (client.log().kind == LogKind::kStaticCt && !promise->facts.leaf_index) {
      out.push_back(inquirer.JudgeMissingIndex(*promise));
    } else {
      out.push_back(sth ? inquirer.Ask(*promise, *sth) : inquirer.Unheard(sth.error()));
    }
  }
  return out;
}

}  // namespace tattle
