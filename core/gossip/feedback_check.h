// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a server believes of the feedback that it gets (draft-ietf-trans-gossip-05, Section 8.1.3).

#ifndef TATTLE_CORE_GOSSIP_FEEDBACK_CHECK_H_
#define TATTLE_CORE_GOSSIP_FEEDBACK_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/der/certificate.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback.h"
#include "core/gossip/leaf_names.h"
#include "core/loglist/log_list.h"
#include "core/verify/report.h"
#include "core/wire/sct.h"

namespace tattle {

// FeedbackIdentityHash is the one short name of an SCT over a leaf, of which it takes the SHA-256:
// SHA-256 of that, log, time and extensions. Chain and signature are no part of it: anybody can
// make more of either. A set of such hashes may only hold those that were verified
// (HeadIdentityHash).
Hash FeedbackIdentityHash(const Hash& leaf, const Sct& sct);

// FeedbackStatus is what is true of one entry.
enum class FeedbackStatus : std::uint8_t {
  kNotOurs = 0,  // its leaf is not for a name of ours: "MUST discard"
  kNoLeaf,       // no chain, or no certificate at its front
  kChecked,
};

// CheckedSct is an SCT of an entry. Of kValid ones a server keeps the new, of others at most a few
// to look at: that its own certificate comes with a bad SCT is what it is told them for.
struct CheckedSct {
  ByteVector sct;
  SctStatus status = SctStatus::kNotChecked;
  bool is_known = false;     // verified before, or twice in this message; status is kValid
  bool is_embedded = false;  // it stands in the leaf; not looked at where it is known or malformed
};

struct CheckedFeedback {
  FeedbackStatus status = FeedbackStatus::kNotOurs;
  std::string host;                    // the name of ours that the leaf is for; of an auditor: none
  std::vector<ByteVector> x509_chain;  // the leaf, and behind it what FeedbackDepth lets stand
  std::vector<CheckedSct> scts;        // in the order of the entry; none unless kChecked
};

// FeedbackDepth is what is kept of a chain. A client can mint chains around one leaf without end,
// so only those who look for a CA that was broken into keep them whole.
enum class FeedbackDepth : std::uint8_t { kLeaf = 1, kWholeChain };

using IsKnownFeedback = std::function<bool(const Hash& identity)>;

// FeedbackChecker checks the entries of one message, by at most kMaxGossipSignatureChecks signature
// checks, or what costs as much (kLeafBytesACheck); SCTs beyond are kNotChecked. Borrows what it is
// made with. An SCT that stands in the leaf is checked as an embedded one, against the chain's
// second certificate; any other as one of TLS or OCSP. Not thread-safe.
class FeedbackChecker {
 public:
  // `names` are the hosts that the server answers for (HostFinder); without them it is an auditor,
  // to whom others bring what they saw anywhere. `is_known` may be empty.
  FeedbackChecker(const LogList& logs, std::optional<std::span<const std::string>> names,
                  std::uint64_t now_ms, FeedbackDepth depth, IsKnownFeedback is_known);

  // LimitChecks takes at most so many signature checks, where that is less.
  void LimitChecks(std::size_t max_checks);

  // Check fails with kCryptoFailed only, and is then still usable.
  [[nodiscard]] Result<CheckedFeedback> Check(const FeedbackEntry& entry);

  std::size_t num_signature_checks() const { return num_signature_checks_; }

  // is_cut says whether there was an SCT for which no check was left.
  bool is_cut() const { return is_cut_; }

 private:
  struct Chain;
  Result<void> CheckSct(const Chain& chain, CheckedSct& checked);
  Result<SctStatus> VerifyFor(const Chain& chain, const Sct& sct, Bytes item, const Log& log);

  const LogList& logs_;
  std::optional<HostFinder> hosts_;
  std::uint64_t now_ms_;
  FeedbackDepth depth_;
  IsKnownFeedback is_known_;
  std::set<Hash> seen_;
  std::size_t max_checks_ = kMaxGossipSignatureChecks;
  std::size_t num_signature_checks_ = 0;
  bool is_cut_ = false;
};

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_FEEDBACK_CHECK_H_
