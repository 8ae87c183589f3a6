// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client remembers of a site to give back to it, and when it does
// (draft-ietf-trans-gossip-05, Sections 8.1 and 11). A server that pools feedback keeps the same,
// and tries without end.

#ifndef TATTLE_CORE_GOSSIP_FEEDBACK_SITE_H_
#define TATTLE_CORE_GOSSIP_FEEDBACK_SITE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/time.h"
#include "core/gossip/feedback.h"
#include "core/gossip/mix.h"

namespace tattle {

// WAIT_BETWEEN_SCT_FEEDBACK_ATTEMPTS, a month; MIN_SCT_FEEDBACK_ATTEMPTS_BEFORE_OMITTING_STORAGE;
// and MIN_PROOF_FAILURES_CONSIDERED_SUSPICIOUS, which more than this many are.
inline constexpr std::uint64_t kFeedbackRetryMs = std::uint64_t{30} * 24 * 3600 * 1000;
inline constexpr std::uint32_t kFeedbackStrikes = 3;
inline constexpr std::uint32_t kSuspiciousSctProofFailures = 3;

// How long it takes at least until a site that takes feedback is told something again. One that has
// a single certificate never counts as told (CountsAsReported), and would be told without end.
inline constexpr std::uint64_t kFeedbackPauseMs = kMsPerDay;

// Bundles of one site. A site has a handful of certificates at a time. A chain with its SCTs has 10
// KB; whoever makes them up would make them larger.
inline constexpr std::size_t kMaxSiteBundles = 64;
inline constexpr std::size_t kMaxBundleSize = std::size_t{64} * 1024;

// FeedbackSct is an SCT and what came of asking its log for a proof.
struct FeedbackSct {
  ByteVector sct;
  std::uint32_t proof_attempts = 0;
  std::uint32_t proof_failures = 0;
  bool is_resolved = false;     // a proof ties it to a verified head
  bool is_outstanding = false;  // a proof was asked for and has not come
};

// FeedbackBundle is a chain and all SCTs seen with it, each once.
struct FeedbackBundle {
  std::vector<ByteVector> x509_chain;
  std::vector<FeedbackSct> scts;
  std::uint32_t num_reports = 0;

  FeedbackEntry Entry() const;

  // IsResolved is true when every SCT is; a proof that has not come proves nothing.
  bool IsResolved() const;

  // IsSuspicious is true when the proof of an SCT failed again and again.
  bool IsSuspicious() const;
};

// FeedbackSite is one name, exactly as it was contacted: what one name showed is told to no other.
struct FeedbackSite {
  std::string host;
  std::uint64_t last_contact_ms = 0;
  std::optional<std::uint64_t> last_attempt_ms;  // to give feedback
  std::uint32_t num_attempts = 0;
  std::uint32_t num_successes = 0;
  std::uint32_t num_strikes = 0;
  std::vector<FeedbackBundle> bundles;
};

// IsSameFeedback says whether two entries have one chain and the same SCTs in any order, however
// often each stands there.
bool IsSameFeedback(const FeedbackEntry& a, const FeedbackEntry& b);

// AddShown remembers what a visit showed, and says how many bundles it added or widened: SCTs that
// are new for a chain join those it has, which makes it unreported. A site with three strikes gets
// its contact noted and nothing else. Beyond kMaxSiteBundles a bundle that was reported makes room;
// where there is none, nothing is added, nor beyond kMaxFeedbackScts or kMaxBundleSize.
std::size_t AddShown(FeedbackSite& site, std::span<const FeedbackEntry> shown,
                     std::uint64_t now_ms);

// IsFeedbackDue says whether to try: never tried, not for a month, or more than one in ten attempts
// succeeded. After three strikes there is nothing to try with.
bool IsFeedbackDue(const FeedbackSite& site, std::uint64_t now_ms);

// NoteAttempt counts an attempt; a success is an answer of 200 and no other. A failure is a strike
// when it was the monthly try, or when feedback does not work there at all; a success takes all
// strikes away. The third strike drops the bundles.
void NoteAttempt(FeedbackSite& site, bool is_success, std::uint64_t now_ms);

// CountsAsReported says whether a bundle that was submitted over a connection which showed `shown`
// may count as reported: an attacker who is in the middle of that connection would swallow what
// convicts him. So it must be of another chain, or the connection must have shown an SCT that the
// submission does not have.
bool CountsAsReported(const FeedbackEntry& submitted, const FeedbackEntry& shown);

// ChooseFeedback draws at most `max_bundles` to send to the site over a connection that showed
// `shown`; what equals that is left out, since the site knows. Indexes of `site.bundles`, each
// once. Fails as `draw`.
[[nodiscard]] Result<std::vector<std::size_t>> ChooseFeedback(const FeedbackSite& site,
                                                              const FeedbackEntry& shown,
                                                              std::size_t max_bundles,
                                                              const DrawUint64& draw);

// MarkReported counts those of the bundles sent in a successful attempt that count.
void MarkReported(FeedbackSite& site, std::span<const std::size_t> sent,
                  const FeedbackEntry& shown);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_FEEDBACK_SITE_H_
