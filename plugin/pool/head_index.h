// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The heads of one log in memory, in the order of their trees: what is known already, what is near
// a size, what may be evicted. About 140 bytes a head, and
// 60 for each who brings some. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_HEAD_INDEX_H_
#define TATTLE_PLUGIN_POOL_HEAD_INDEX_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <unordered_map>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/pool/head_giver.h"
#include "plugin/pool/records.h"

namespace tattle {

// HeadKey is the identity of a log's head, whole: no two heads share one.
struct HeadKey {
  std::uint64_t tree_size = 0;
  std::uint64_t timestamp_ms = 0;
  Hash root = {};

  friend auto operator<=>(const HeadKey&, const HeadKey&) = default;
};

// HeadNote is what memory has of a head beside its identity.
struct HeadNote {
  std::uint64_t id = 0;
  std::uint64_t seen_ms = 0;
  std::uint32_t proof_attempts = 0;
  std::uint32_t proof_failures = 0;
  HeadState state = HeadState::kUnlinked;
  HeadSource source = HeadSource::kLog;
  HeadGiver giver = kNobody;
  std::uint8_t given = 0;  // bits of HeadAudience
  bool is_reported = false;
  bool is_evidence = false;  // named by evidence: stays
  std::size_t slot = 0;      // of the evictable ones
};

class HeadIndex {
 public:
  using Map = std::map<HeadKey, HeadNote>;

  const Map& heads() const { return heads_; }
  std::size_t CountOf(HeadState state) const;
  std::size_t num_evictable() const { return evictable_.size(); }

  // Find is end() for a head that is not known.
  Map::const_iterator Find(const HeadKey& key) const;

  // Add adds a head; false when it is known.
  bool Add(const HeadKey& key, const HeadNote& note);
  void Erase(Map::const_iterator head);

  // Change gives a head another note.
  void Change(Map::const_iterator head, const HeadNote& note);

  // FirstOf is the first head of this tree size or of a larger one.
  Map::const_iterator FirstOf(std::uint64_t tree_size) const;

  // ChooseVictim draws an unlinked head that may go, other than `spared`; end() if there is none.
  // Of a few draws it takes one that is not suspicious, one of a split last of all; of these one
  // of whom the most are here, so that nobody's flood pushes out what others brought; and of these
  // one that was reported to others (draft-ietf-trans-gossip-05, Section 11: reported first, those
  // with failed proofs last).
  Map::const_iterator ChooseVictim(std::mt19937_64& random, std::uint64_t spared) const;

 private:
  static bool IsEvictable(const HeadNote& note);
  bool IsNewest(const HeadKey& key) const;
  void Leave(Map::iterator head);
  void Enter(Map::iterator head);
  std::size_t CrowdOf(const HeadNote& note) const;
  bool GoesBefore(Map::const_iterator one, Map::const_iterator other) const;

  Map heads_;
  std::vector<Map::iterator> evictable_;
  std::unordered_map<HeadGiver, std::size_t> crowds_;  // how many of those each has brought
  std::array<std::size_t, 4> counts_ = {};             // by HeadState
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_HEAD_INDEX_H_
