// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/head_index.h"

#include <iterator>
#include <utility>

namespace tattle {
namespace {

constexpr int kDraws = 8;

bool IsSplit(const HeadKey& one, const HeadKey& other) {
  return one.tree_size == other.tree_size && one.root != other.root;
}

// Worth is how much is lost with a head. One beside which another root stands proves a split that
// nobody may have looked at yet.
int Worth(const HeadIndex::Map& heads, HeadIndex::Map::const_iterator head) {
  const HeadNote& note = head->second;
  const auto next = std::next(head);
  if ((next != heads.end() && IsSplit(head->first, next->first)) ||
      (head != heads.begin() && IsSplit(head->first, std::prev(head)->first))) {
    return 3;
  }
  return note.proof_failures > kSuspiciousProofFailures ? 2 : 1;
}

}  // namespace

std::size_t HeadIndex::CountOf(HeadState state) const {
  return counts_.at(static_cast<std::size_t>(state));
}

bool HeadIndex::IsEvictable(const HeadNote& note) {
  return note.state == HeadState::kUnlinked && !note.is_evidence;
}

void HeadIndex::Enter(Map::iterator head) {
  ++counts_.at(static_cast<std::size_t>(head->second.state));
  if (IsEvictable(head->second)) {
    head->second.slot = evictable_.size();
    evictable_.push_back(head);
    ++crowds_[head->second.giver];
  }
}

void HeadIndex::Leave(Map::iterator head) {
  --counts_.at(static_cast<std::size_t>(head->second.state));
  if (IsEvictable(head->second)) {
    const std::size_t slot = head->second.slot;
    evictable_.at(slot) = evictable_.back();
    evictable_.at(slot)->second.slot = slot;
    evictable_.pop_back();
    if (const auto crowd = crowds_.find(head->second.giver); --crowd->second == 0) {
      crowds_.erase(crowd);
    }
  }
}

// Most heads that come are newer than all before them, and need no search.
bool HeadIndex::IsNewest(const HeadKey& key) const {
  return heads_.empty() || heads_.rbegin()->first < key;
}

HeadIndex::Map::const_iterator HeadIndex::Find(const HeadKey& key) const {
  return IsNewest(key) ? heads_.end() : heads_.find(key);
}

bool HeadIndex::Add(const HeadKey& key, const HeadNote& note) {
  const auto place = IsNewest(key) ? heads_.end() : heads_.lower_bound(key);
  if (place != heads_.end() && place->first == key) {
    return false;
  }
  Enter(heads_.emplace_hint(place, key, note));
  return true;
}

void HeadIndex::Erase(Map::const_iterator head) {
  Leave(heads_.erase(head, head));  // an empty range: the same place, to be changed
  heads_.erase(head);
}

void HeadIndex::Change(Map::const_iterator head, const HeadNote& note) {
  const auto place = heads_.erase(head, head);
  Leave(place);
  place->second = note;
  Enter(place);
}

HeadIndex::Map::const_iterator HeadIndex::FirstOf(std::uint64_t tree_size) const {
  return heads_.lower_bound(HeadKey{tree_size, 0, {}});
}

// CrowdOf is how many evictable heads are of the giver of one of them.
std::size_t HeadIndex::CrowdOf(const HeadNote& note) const {
  return crowds_.at(note.giver);
}

bool HeadIndex::GoesBefore(Map::const_iterator one, Map::const_iterator other) const {
  const int worth = Worth(heads_, one);
  const int other_worth = Worth(heads_, other);
  if (worth != other_worth) {
    return worth < other_worth;
  }
  const std::size_t crowd = CrowdOf(one->second);
  const std::size_t other_crowd = CrowdOf(other->second);
  return crowd != other_crowd ? crowd > other_crowd
                              : one->second.is_reported && !other->second.is_reported;
}

HeadIndex::Map::const_iterator HeadIndex::ChooseVictim(std::mt19937_64& random,
                                                       std::uint64_t spared) const {
  Map::const_iterator victim = heads_.end();
  if (evictable_.empty()) {
    return victim;
  }
  std::uniform_int_distribution<std::size_t> draw(0, evictable_.size() - 1);
  for (int i = 0; i < kDraws; ++i) {
    const Map::const_iterator drawn = evictable_.at(draw(random));
    if (drawn->second.id != spared && (victim == heads_.end() || GoesBefore(drawn, victim))) {
      victim = drawn;
    }
  }
  return victim;
}

}  // namespace tattle
