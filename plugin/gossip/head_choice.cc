// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/head_choice.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "core/gossip/bounds.h"
#include "plugin/pool/gossip_view.h"

namespace tattle {
namespace {

HeadCandidate CandidateOf(const KnownHead& head) {
  HeadCandidate candidate;
  candidate.log_id = head.log_id;
  candidate.timestamp_ms = head.timestamp_ms;
  candidate.origin = head.source == HeadSource::kLog ? HeadOrigin::kOwn : HeadOrigin::kLearnt;
  candidate.is_conflicting = head.is_conflicting;
  candidate.given_to_web_server = head.given_to_web_server;
  candidate.given_to_auditor = head.given_to_auditor;
  return candidate;
}

// Candidates are the heads of a pool that are fresh or of splits, and beside each what the rule
// asks.
struct Candidates {
  std::vector<KnownHead> known;
  std::vector<HeadCandidate> heads;
};

Outcome<Candidates> ReadCandidates(Pool& pool, std::uint64_t now_ms) {
  PoolResult<std::vector<KnownHead>> known =
      GossipView(pool).HeadsSince(now_ms - std::min(now_ms, kHeadFreshnessMs));
  if (!known) {
    return Sorry(known.error().sentence);
  }
  Candidates out = {*std::move(known), {}};
  out.heads.reserve(out.known.size());
  std::transform(out.known.begin(), out.known.end(), std::back_inserter(out.heads), CandidateOf);
  return out;
}

bool WasGiven(const HeadCandidate& head, HeadAudience audience) {
  return !head.is_conflicting &&
         (audience == HeadAudience::kAuditor ? head.given_to_auditor : head.given_to_web_server);
}

// Draw chooses among those that were given, or not.
Result<std::vector<std::size_t>> DrawAmong(const Candidates& all, bool were_given, HeadWish wish,
                                           const LogList& logs, std::uint64_t now_ms,
                                           const DrawUint64& draw) {
  std::vector<std::size_t> places;
  std::vector<HeadCandidate> heads;
  for (std::size_t i = 0; i < all.heads.size(); ++i) {
    if (WasGiven(all.heads[i], wish.audience) == were_given) {
      places.push_back(i);
      heads.push_back(all.heads[i]);
    }
  }
  Result<std::vector<std::size_t>> chosen = SelectHeads(heads, wish, logs, now_ms, draw);
  for (std::size_t i = 0; chosen && i < chosen->size(); ++i) {
    (*chosen)[i] = places[(*chosen)[i]];
  }
  return chosen;
}

}  // namespace

Outcome<std::size_t> CountHeads(Pool& pool, const LogList& logs, const HeadWish& wish,
                                std::uint64_t now_ms) {
  const Outcome<Candidates> all = ReadCandidates(pool, now_ms);
  if (!all) {
    return Sorry(all.error());
  }
  return static_cast<std::size_t>(std::count_if(
      all->heads.begin(), all->heads.end(),
      [&](const HeadCandidate& head) { return MayGiveHead(head, wish, logs, now_ms); }));
}

Outcome<std::vector<PooledHead>> ChooseHeads(Pool& pool, const LogList& logs, const HeadWish& wish,
                                             std::uint64_t now_ms, const DrawUint64& draw) {
  const Outcome<Candidates> all = ReadCandidates(pool, now_ms);
  if (!all) {
    return Sorry(all.error());
  }
  std::vector<PooledHead> out;
  for (const bool were_given : {false, true}) {
    HeadWish rest = wish;
    rest.max_heads -= out.size();
    const auto chosen = DrawAmong(*all, were_given, rest, logs, now_ms, draw);
    if (!chosen) {
      return Sorry(Describe(chosen.error()));
    }
    for (const std::size_t index : *chosen) {
      PoolResult<std::optional<PooledHead>> head = pool.FindHead(all->known.at(index).id);
      if (!head) {
        return Sorry(head.error().sentence);
      }
      if (*head) {
        out.push_back(**std::move(head));
      }
    }
  }
  return out;
}

std::vector<GossipHead> ToGossipHeads(std::span<const PooledHead> heads) {
  std::vector<GossipHead> out;
  out.reserve(heads.size());
  for (const PooledHead& head : heads) {
    out.push_back({head.log_id, head.sth});
  }
  return out;
}

std::vector<std::uint64_t> IdsOf(std::span<const PooledHead> heads) {
  std::vector<std::uint64_t> ids;
  ids.reserve(heads.size());
  for (const PooledHead& head : heads) {
    ids.push_back(head.id);
  }
  return ids;
}

}  // namespace tattle
