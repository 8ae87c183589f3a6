// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/feedback_eviction.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/base/time.h"

namespace tattle {
namespace {

constexpr std::uint64_t kEvictionWaitMs = std::uint64_t{5} * 60 * kMsPerSecond;
constexpr std::uint64_t kForgetReportedMs = 90 * kMsPerDay;
constexpr std::uint64_t kForgetOthersMs = 180 * kMsPerDay;

// The kinds of bundles in the order in which they go.
constexpr std::size_t kResolvedKind = 0;
constexpr std::size_t kReportedKind = 1;
constexpr std::size_t kOtherKind = 2;
constexpr std::size_t kSuspiciousKind = 3;
constexpr std::size_t kNumKinds = 4;

std::size_t KindOf(const FeedbackBundle& bundle) {
  if (bundle.IsSuspicious()) {
    return kSuspiciousKind;
  }
  if (bundle.num_reports == 0) {
    return kOtherKind;
  }
  return bundle.IsResolved() ? kResolvedKind : kReportedKind;
}

// NumKindsAt is how many kinds, from the first, may go.
std::size_t NumKindsAt(CachePressure pressure) {
  switch (pressure) {
    case CachePressure::kSafe:
      return 0;
    case CachePressure::kImminent:
      return kResolvedKind + 1;
    case CachePressure::kAlmostFull:
      return kReportedKind + 1;
    case CachePressure::kFull:
      break;
  }
  return kNumKinds;
}

template <typename Visit>
void ForEachBundle(std::span<const FeedbackSite> sites, const Visit& visit) {
  for (std::size_t site = 0; site < sites.size(); ++site) {
    for (std::size_t bundle = 0; bundle < sites[site].bundles.size(); ++bundle) {
      visit(BundleRef{site, bundle}, sites[site], sites[site].bundles[bundle]);
    }
  }
}

}  // namespace

CachePressure PressureOf(std::uint64_t used, std::uint64_t capacity) {
  const auto is_above = [&](std::uint64_t percent) {
    // Divided first, so that nothing overflows.
    return used > capacity / 100 * percent + capacity % 100 * percent / 100;
  };
  if (capacity == 0 || is_above(95)) {
    return CachePressure::kFull;
  }
  if (is_above(85)) {
    return CachePressure::kAlmostFull;
  }
  return is_above(70) ? CachePressure::kImminent : CachePressure::kSafe;
}

EvictionPlan Evictor::Plan(std::size_t used, std::size_t capacity, std::uint64_t now_ms) {
  const CachePressure pressure = PressureOf(used, capacity);
  const bool must_wait = pressure == CachePressure::kImminent && last_plan_ms_ &&
                         now_ms >= *last_plan_ms_ && now_ms - *last_plan_ms_ < kEvictionWaitMs;
  if (pressure == CachePressure::kSafe || must_wait) {
    return {};
  }
  last_plan_ms_ = now_ms;
  return {used - std::min(used, capacity / 2), pressure};
}

std::vector<BundleRef> ChooseForgotten(std::span<const FeedbackSite> sites, std::uint64_t now_ms) {
  std::vector<BundleRef> out;
  ForEachBundle(sites, [&](BundleRef ref, const FeedbackSite& site, const FeedbackBundle& bundle) {
    const std::uint64_t age_ms = now_ms - std::min(now_ms, site.last_contact_ms);
    const std::uint64_t limit_ms = bundle.num_reports > 0 ? kForgetReportedMs : kForgetOthersMs;
    if (age_ms > limit_ms && !bundle.IsSuspicious()) {
      out.push_back(ref);
    }
  });
  return out;
}

Result<std::vector<BundleRef>> ChooseEvicted(std::span<const FeedbackSite> sites,
                                             const EvictionPlan& plan, const DrawUint64& draw) {
  std::array<std::vector<BundleRef>, kNumKinds> kinds;
  ForEachBundle(sites,
                [&](BundleRef ref, const FeedbackSite& /*site*/, const FeedbackBundle& bundle) {
                  kinds.at(KindOf(bundle)).push_back(ref);
                });
  std::vector<BundleRef> out;
  for (std::size_t kind = 0; kind < NumKindsAt(plan.pressure); ++kind) {
    const std::vector<BundleRef>& refs = kinds.at(kind);
    std::vector<std::size_t> order(refs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (const Result<void> mixed = Mix(order, draw); !mixed) {
      return tl::unexpected(mixed.error());
    }
    for (std::size_t i = 0; i < order.size() && out.size() < plan.num_bundles; ++i) {
      out.push_back(refs[order[i]]);
    }
  }
  return out;
}

void DeleteBundles(std::span<FeedbackSite> sites, std::vector<BundleRef> bundles) {
  // From the back, so that what is left to delete stays where it is.
  std::sort(bundles.begin(), bundles.end(), std::greater<>());
  bundles.erase(std::unique(bundles.begin(), bundles.end()), bundles.end());
  for (const BundleRef& ref : bundles) {
    if (ref.site < sites.size() && ref.bundle < sites[ref.site].bundles.size()) {
      std::vector<FeedbackBundle>& all = sites[ref.site].bundles;
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(ref.bundle));
    }
  }
}

}  // namespace tattle
