// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/gossip_view.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/gossip/select_heads.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"

namespace tattle {
namespace {

bool IsGiven(const HeadNote& note, HeadAudience audience) {
  return (note.given & static_cast<std::uint8_t>(audience)) != 0;
}

// HalvesOfSplit are the heads of one tree size that prove a split: those that are marked, and of
// each other root the head that was there first. More of those prove nothing more, and a head that
// goes to everybody can be recognised.
std::set<std::uint64_t> HalvesOfSplit(HeadIndex::Map::const_iterator first,
                                      HeadIndex::Map::const_iterator end) {
  const bool is_split = std::any_of(
      first, end, [](const auto& head) { return head.second.state == HeadState::kConflicting; });
  if (!is_split) {
    return {};
  }
  std::set<std::uint64_t> halves;
  std::map<Hash, std::uint64_t> others;  // the first id of each root
  std::set<Hash> marked;
  for (; first != end; ++first) {
    const auto& [key, note] = *first;
    if (note.state == HeadState::kConflicting) {
      halves.insert(note.id);
      marked.insert(key.root);
    } else {
      const auto [known, is_new] = others.try_emplace(key.root, note.id);
      known->second = std::min(known->second, note.id);
    }
  }
  for (const auto& [root, id] : others) {
    if (!marked.contains(root)) {
      halves.insert(id);
    }
  }
  return halves;
}

}  // namespace

PoolResult<HeadRelation> GossipView::RelateHead(const LogId& log_id, const TreeHead& head) const {
  PoolState& state = *pool_.state_;
  return ReadInTurn(state, ReadTurn::Needs::kMemory, [&]() -> PoolResult<HeadRelation> {
    const HeadIndex& heads = state.HeadsOf(log_id);
    HeadRelation relation = HeadRelation::kNew;
    for (auto near = heads.FirstOf(head.tree_size);
         near != heads.heads().end() && near->first.tree_size == head.tree_size; ++near) {
      if (near->first.root != head.sha256_root_hash) {
        relation = HeadRelation::kConflicting;
      } else if (near->first.timestamp_ms == head.timestamp_ms) {
        return HeadRelation::kKnown;
      }
    }
    return relation;
  });
}

PoolResult<std::vector<KnownHead>> GossipView::HeadsSince(std::uint64_t since_ms) const {
  PoolState& state = *pool_.state_;
  return ReadInTurn(state, ReadTurn::Needs::kMemory, [&]() -> PoolResult<std::vector<KnownHead>> {
    std::size_t num_heads = 0;
    for (const auto& [log_id, log] : state.logs) {
      num_heads += log.heads.heads().size();
    }
    std::vector<KnownHead> out;
    out.reserve(num_heads);
    for (const auto& [log_id, log] : state.logs) {
      const HeadIndex::Map& heads = log.heads.heads();
      for (auto first = heads.begin(); first != heads.end();) {
        const std::uint64_t tree_size = first->first.tree_size;
        const auto end = std::find_if(first, heads.end(), [&](const auto& head) {
          return head.first.tree_size != tree_size;
        });
        const std::set<std::uint64_t> halves = HalvesOfSplit(first, end);
        for (; first != end; ++first) {
          const auto& [key, note] = *first;
          const bool is_conflicting = halves.contains(note.id);
          if (is_conflicting || key.timestamp_ms >= since_ms) {
            out.push_back({note.id, log_id, key.timestamp_ms, is_conflicting, note.is_reported,
                           note.source, IsGiven(note, HeadAudience::kWebServer),
                           IsGiven(note, HeadAudience::kAuditor)});
          }
        }
      }
    }
    return out;
  });
}

}  // namespace tattle
