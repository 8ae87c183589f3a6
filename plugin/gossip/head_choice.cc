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

// IsNew is true of a head that nobody has had yet, and of those of splits, of which everybody has
// his fill.
bool IsNew(const HeadCandidate& head) {
  return head.is_conflicting || !(head.given_to_web_server || head.given_to_auditor);
}

// ShareOf is how many of the new ones one of several takers gets: what goes to one goes to no
// other.
std::size_t ShareOf(std::span<const HeadCandidate> heads, std::size_t num_takers) {
  const auto num_conflicting = static_cast<std::size_t>(std::count_if(
      heads.begin(), heads.end(), [](const HeadCandidate& head) { return head.is_conflicting; }));
  num_takers = std::max<std::size_t>(num_takers, 1);
  return num_conflicting + (heads.size() - num_conflicting + num_takers - 1) / num_takers;
}

// Among are the candidates that may be given and are new, or not, with their places.
struct Among {
  std::vector<HeadCandidate> heads;
  std::vector<std::size_t> places;
};

Among FindAmong(const Candidates& all, bool are_new, const HeadWish& wish, const LogList& logs,
                std::uint64_t now_ms) {
  Among out;
  for (std::size_t i = 0; i < all.heads.size(); ++i) {
    if (IsNew(all.heads[i]) == are_new && MayGiveHead(all.heads[i], wish, logs, now_ms)) {
      out.heads.push_back(all.heads[i]);
      out.places.push_back(i);
    }
  }
  return out;
}

// AppendHeads reads heads of the pool; those that have gone are passed over.
Outcome<void> AppendHeads(std::vector<PooledHead>& out, Pool& pool, const Candidates& all,
                          const Among& among, std::span<const std::size_t> chosen) {
  for (const std::size_t index : chosen) {
    PoolResult<std::optional<PooledHead>> head =
        pool.FindHead(all.known.at(among.places.at(index)).id);
    if (!head) {
      return Sorry(head.error().sentence);
    }
    if (*head) {
      out.push_back(**std::move(head));
    }
  }
  return {};
}

}  // namespace

Outcome<std::vector<PooledHead>> ChooseHeads(Pool& pool, const LogList& logs, const HeadWish& wish,
                                             std::size_t num_takers, std::uint64_t now_ms,
                                             const DrawUint64& draw) {
  const Outcome<Candidates> all = ReadCandidates(pool, now_ms);
  if (!all) {
    return Sorry(all.error());
  }
  std::vector<PooledHead> out;
  for (const bool are_new : {true, false}) {
    const Among among = FindAmong(*all, are_new, wish, logs, now_ms);
    HeadWish rest = wish;
    rest.max_heads -= out.size();
    if (are_new && wish.side == HeadSide::kClient) {
      rest.max_heads = std::min(rest.max_heads, ShareOf(among.heads, num_takers));
    }
    const Result<std::vector<std::size_t>> chosen =
        SelectHeads(among.heads, rest, logs, now_ms, draw);
    if (!chosen) {
      return Sorry(Describe(chosen.error()));
    }
    if (const auto done = AppendHeads(out, pool, *all, among, *chosen); !done) {
      return Sorry(done.error());
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
