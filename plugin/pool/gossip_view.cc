// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/gossip_view.h"

#include "core/gossip/select_heads.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"

namespace tattle {
namespace {

bool IsGiven(const HeadNote& note, HeadAudience audience) {
  return (note.given & static_cast<std::uint8_t>(audience)) != 0;
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
    std::vector<KnownHead> out;
    for (const auto& [log_id, log] : state.logs) {
      for (const auto& [key, note] : log.heads.heads()) {
        const bool is_conflicting = note.state == HeadState::kConflicting;
        if (is_conflicting || key.timestamp_ms >= since_ms) {
          out.push_back({note.id, log_id, key.timestamp_ms, is_conflicting, note.is_reported,
                         note.source, IsGiven(note, HeadAudience::kWebServer),
                         IsGiven(note, HeadAudience::kAuditor)});
        }
      }
    }
    return out;
  });
}

}  // namespace tattle
