// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/feedback_site.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "core/gossip/bounds.h"

namespace tattle {
namespace {

using SctSet = std::set<ByteVector>;

SctSet SctSetOf(const FeedbackEntry& entry) {
  return {entry.scts.begin(), entry.scts.end()};
}

void CountUp(std::uint32_t& counter) {
  if (counter != std::numeric_limits<std::uint32_t>::max()) {
    ++counter;
  }
}

// IsLongAgo: a time in the future, by a clock that went back, is not.
bool IsLongAgo(std::uint64_t time_ms, std::uint64_t now_ms, std::uint64_t age_ms) {
  return now_ms > time_ms && now_ms - time_ms > age_ms;
}

// Works is "more than one attempt in ten succeeded" (MIN_RATIO_FOR_SCT_FEEDBACK_TO_BE_WORKING).
bool Works(const FeedbackSite& site) {
  return std::uint64_t{site.num_successes} * 10 > site.num_attempts;
}

bool HasSct(const FeedbackBundle& bundle, const ByteVector& sct) {
  return std::any_of(bundle.scts.begin(), bundle.scts.end(),
                     [&](const FeedbackSct& known) { return known.sct == sct; });
}

// Widen adds SCTs that are new to the bundle.
bool Widen(FeedbackBundle& bundle, const FeedbackEntry& shown) {
  bool is_wider = false;
  for (const ByteVector& sct : shown.scts) {
    if (bundle.scts.size() < kMaxFeedbackScts && !HasSct(bundle, sct)) {
      bundle.scts.push_back({sct, 0, 0, false, false});
      is_wider = true;
    }
  }
  if (is_wider) {
    bundle.num_reports = 0;
  }
  return is_wider;
}

std::size_t SizeOf(const FeedbackBundle& bundle) {
  std::size_t size = 0;
  for (const ByteVector& der : bundle.x509_chain) {
    size += der.size();
  }
  for (const FeedbackSct& sct : bundle.scts) {
    size += sct.sct.size();
  }
  return size;
}

// Place puts a new bundle behind the others, or where one stood that was reported. False: there is
// no room.
bool Place(std::vector<FeedbackBundle>& bundles, FeedbackBundle bundle) {
  if (bundles.size() < kMaxSiteBundles) {
    bundles.push_back(std::move(bundle));
    return true;
  }
  const auto reported =
      std::find_if(bundles.begin(), bundles.end(),
                   [](const FeedbackBundle& known) { return known.num_reports != 0; });
  if (reported == bundles.end()) {
    return false;
  }
  *reported = std::move(bundle);
  return true;
}

// AddEntry says whether there is more now.
bool AddEntry(FeedbackSite& site, const FeedbackEntry& entry) {
  const auto known = std::find_if(
      site.bundles.begin(), site.bundles.end(),
      [&](const FeedbackBundle& bundle) { return bundle.x509_chain == entry.x509_chain; });
  const bool is_known = known != site.bundles.end();
  FeedbackBundle wider = is_known ? *known : FeedbackBundle{entry.x509_chain, {}, 0};
  if (!Widen(wider, entry) || SizeOf(wider) > kMaxBundleSize) {
    return false;
  }
  if (!is_known) {
    return Place(site.bundles, std::move(wider));
  }
  *known = std::move(wider);
  return true;
}

}  // namespace

FeedbackEntry FeedbackBundle::Entry() const {
  FeedbackEntry entry;
  entry.x509_chain = x509_chain;
  for (const FeedbackSct& sct : scts) {
    entry.scts.push_back(sct.sct);
  }
  return entry;
}

bool FeedbackBundle::IsResolved() const {
  return std::all_of(scts.begin(), scts.end(),
                     [](const FeedbackSct& sct) { return sct.is_resolved && !sct.is_outstanding; });
}

bool FeedbackBundle::IsSuspicious() const {
  return std::any_of(scts.begin(), scts.end(), [](const FeedbackSct& sct) {
    return sct.proof_failures > kSuspiciousSctProofFailures;
  });
}

bool IsSameFeedback(const FeedbackEntry& a, const FeedbackEntry& b) {
  return a.x509_chain == b.x509_chain && SctSetOf(a) == SctSetOf(b);
}

std::size_t AddShown(FeedbackSite& site, std::span<const FeedbackEntry> shown,
                     std::uint64_t now_ms) {
  site.last_contact_ms = now_ms;
  std::size_t num_changed = 0;
  for (const FeedbackEntry& entry : shown) {
    if (site.num_strikes < kFeedbackStrikes && AddEntry(site, entry)) {
      ++num_changed;
    }
  }
  return num_changed;
}

bool IsFeedbackDue(const FeedbackSite& site, std::uint64_t now_ms) {
  return site.num_strikes < kFeedbackStrikes &&
         (!site.last_attempt_ms || Works(site) ||
          IsLongAgo(*site.last_attempt_ms, now_ms, kFeedbackRetryMs));
}

void NoteAttempt(FeedbackSite& site, bool is_success, std::uint64_t now_ms) {
  const bool is_monthly_try =
      site.last_attempt_ms && IsLongAgo(*site.last_attempt_ms, now_ms, kFeedbackRetryMs);
  site.last_attempt_ms = now_ms;
  CountUp(site.num_attempts);
  if (is_success) {
    CountUp(site.num_successes);
    site.num_strikes = 0;
    return;
  }
  if (is_monthly_try || !Works(site)) {
    CountUp(site.num_strikes);
  }
  if (site.num_strikes >= kFeedbackStrikes) {
    site.bundles.clear();
  }
}

bool CountsAsReported(const FeedbackEntry& submitted, const FeedbackEntry& shown) {
  if (submitted.x509_chain != shown.x509_chain) {
    return true;
  }
  const SctSet of_submitted = SctSetOf(submitted);
  const SctSet of_shown = SctSetOf(shown);
  return !std::includes(of_submitted.begin(), of_submitted.end(), of_shown.begin(), of_shown.end());
}

Result<std::vector<std::size_t>> ChooseFeedback(const FeedbackSite& site,
                                                const FeedbackEntry& shown, std::size_t max_bundles,
                                                const DrawUint64& draw) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < site.bundles.size(); ++i) {
    if (!IsSameFeedback(site.bundles[i].Entry(), shown)) {
      places.push_back(i);
    }
  }
  if (const Result<void> mixed = Mix(places, draw); !mixed) {
    return tl::unexpected(mixed.error());
  }
  places.resize(std::min(places.size(), max_bundles));
  return places;
}

void MarkReported(FeedbackSite& site, std::span<const std::size_t> sent,
                  const FeedbackEntry& shown) {
  for (const std::size_t place : sent) {
    if (place < site.bundles.size() && CountsAsReported(site.bundles[place].Entry(), shown)) {
      CountUp(site.bundles[place].num_reports);
    }
  }
}

}  // namespace tattle
