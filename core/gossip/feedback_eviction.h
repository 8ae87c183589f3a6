// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What of the feedback goes when room gets scarce (draft-ietf-trans-gossip-05, Section 11).

#ifndef TATTLE_CORE_GOSSIP_FEEDBACK_EVICTION_H_
#define TATTLE_CORE_GOSSIP_FEEDBACK_EVICTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/gossip/feedback_site.h"
#include "core/gossip/mix.h"

namespace tattle {

// CachePressure is how full a store is: CACHE_PRESSURE_SAFE, _IMMINENT, _ALMOST_FULL and _FULL.
enum class CachePressure : std::uint8_t {
  kSafe = 1,    // up to 70 %
  kImminent,    // above
  kAlmostFull,  // above 85 %
  kFull,        // above 95 %
};

// PressureOf compares what is used with what may be. A store of no size is full.
CachePressure PressureOf(std::uint64_t used, std::uint64_t capacity);

// EvictionPlan says how many bundles to delete now, of which kinds.
struct EvictionPlan {
  std::size_t num_bundles = 0;
  CachePressure pressure = CachePressure::kSafe;
};

// Evictor remembers when it last planned: below kAlmostFull that is at most once in five minutes
// (WAIT_BETWEEN_IMMINENT_CACHE_EVICTION).
class Evictor {
 public:
  // Plan is how many of `used` bundles must go to be back at half of `capacity`.
  EvictionPlan Plan(std::size_t used, std::size_t capacity, std::uint64_t now_ms);

 private:
  std::optional<std::uint64_t> last_plan_ms_;
};

// BundleRef is a bundle as indexes into sites, and into the bundles of one.
struct BundleRef {
  std::size_t site = 0;
  std::size_t bundle = 0;

  friend auto operator<=>(const BundleRef&, const BundleRef&) = default;
};

// ChooseForgotten is what goes for its age alone: bundles that were reported, of sites not visited
// for three months, and all others of sites not visited for six. Suspicious ones stay.
std::vector<BundleRef> ChooseForgotten(std::span<const FeedbackSite> sites, std::uint64_t now_ms);

// ChooseEvicted chooses what a plan deletes, each bundle once, in random order within a kind: those
// reported and resolved; from kAlmostFull on all reported ones; from kFull on any. Suspicious ones
// go last and only when full: they may be the evidence. May give fewer than planned. Fails as
// `draw`.
[[nodiscard]] Result<std::vector<BundleRef>> ChooseEvicted(std::span<const FeedbackSite> sites,
                                                           const EvictionPlan& plan,
                                                           const DrawUint64& draw);

// DeleteBundles removes them, wherever they stand; references to others no longer hold.
void DeleteBundles(std::span<FeedbackSite> sites, std::vector<BundleRef> bundles);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_FEEDBACK_EVICTION_H_
