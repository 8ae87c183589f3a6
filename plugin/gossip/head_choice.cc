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

// Heads that a server deals out in a round: whoever asks again gets others.
constexpr std::size_t kServerStock = 256;

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

Outcome<HeadStock> HeadStock::Read(Pool& pool, const LogList& logs, HeadSide side,
                                   std::uint64_t now_ms, const DrawUint64& draw) {
  const Outcome<Candidates> all = ReadCandidates(pool, now_ms);
  if (!all) {
    return Sorry(all.error());
  }
  HeadWish wish;
  wish.side = side;
  wish.max_heads = kServerStock;
  HeadStock stock(logs, wish, now_ms);
  std::vector<std::size_t> places;
  if (side == HeadSide::kPool) {
    Result<std::vector<std::size_t>> drawn = SelectHeads(all->heads, wish, logs, now_ms, draw);
    if (!drawn) {
      return Sorry(Describe(drawn.error()));
    }
    places = *std::move(drawn);
  } else {
    places = FindAmong(*all, true, wish, logs, now_ms).places;
  }
  for (const std::size_t place : places) {
    stock.heads_.push_back({all->known.at(place).id, all->heads.at(place)});
  }
  return stock;
}

Result<std::vector<std::uint64_t>> HeadStock::Draw(std::size_t max_heads, std::size_t num_takers,
                                                   const std::set<std::uint64_t>& has_had,
                                                   const DrawUint64& draw) {
  std::vector<HeadCandidate> heads;
  std::vector<std::uint64_t> ids;
  for (const Item& item : heads_) {
    if (!has_had.contains(item.id)) {
      heads.push_back(item.head);
      ids.push_back(item.id);
    }
  }
  HeadWish wish = wish_;
  wish.max_heads =
      wish.side == HeadSide::kClient ? std::min(max_heads, ShareOf(heads, num_takers)) : max_heads;
  const Result<std::vector<std::size_t>> chosen = SelectHeads(heads, wish, *logs_, now_ms_, draw);
  if (!chosen) {
    return tl::unexpected(chosen.error());
  }
  std::vector<std::uint64_t> out;
  for (const std::size_t place : *chosen) {
    out.push_back(ids[place]);
    if (wish.side == HeadSide::kClient && !heads[place].is_conflicting) {
      std::erase_if(heads_, [&](const Item& item) { return item.id == ids[place]; });
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
