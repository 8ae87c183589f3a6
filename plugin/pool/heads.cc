// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads of logs: adding and finding them.

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/wire/canonical_signature.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"

namespace tattle {
namespace {

HeadKey KeyOf(const TreeHead& head) {
  return {head.tree_size, head.timestamp_ms, head.sha256_root_hash};
}

// EvictHeads makes room for what has just come.
PoolResult<void> EvictHeads(PoolState& state, HeadIndex& heads, std::uint64_t spared) {
  while (heads.num_evictable() > state.options.limits.unlinked_heads) {
    const HeadIndex::Map::const_iterator victim = heads.ChooseVictim(state.random, spared);
    if (victim == heads.heads().end()) {
      break;  // the next one tries again
    }
    if (PoolResult<void> done = DeleteHead(state, heads, victim); !done) {
      return done;
    }
  }
  return {};
}

PoolResult<Added> AddNewHead(PoolState& state, KnownLog& log, PooledHead head, HeadGiver giver) {
  HeadNote note;
  note.giver = giver;
  note.id = head.id;
  note.seen_ms = head.seen_ms;
  note.source = head.source;
  log.heads.Add(KeyOf(head.sth.head), note);
  PoolResult<void> done = AddHeadRow(state, {log.number, std::move(head)});
  if (done) {
    done = EvictHeads(state, log.heads, note.id);
  }
  return done ? PoolResult<Added>(Added{note.id, true}) : tl::unexpected(done.error());
}

PoolResult<Added> AddHeadOnce(PoolState& state, const LogId& log_id, const SignedTreeHead& sth,
                              HeadSource source, std::uint64_t seen_ms, HeadGiver giver) {
  KnownLog* log = state.FindLog(log_id);
  if (log != nullptr) {
    const auto known = log->heads.Find(KeyOf(sth.head));
    if (known != log->heads.heads().end()) {
      return Added{known->second.id, false};
    }
  }
  Result<ByteVector> signature = CanonicalSignature(sth.signature);
  if (!signature) {
    return tl::unexpected(state.Refused("a head's " + Describe(signature.error())));
  }
  if (log == nullptr) {
    const PoolResult<KnownLog*> added = state.AddLog(log_id);
    if (!added) {
      return tl::unexpected(added.error());
    }
    log = *added;
  }
  PooledHead head;
  head.id = state.next_head_id++;
  head.sth = {sth.head, *std::move(signature)};
  head.source = source;
  head.seen_ms = seen_ms;
  return AddNewHead(state, *log, std::move(head), giver);
}

// ReadNamed reads the row of a head that memory has named; nothing at `end`.
template <typename Iterator>
PoolResult<std::optional<PooledHead>> ReadNamed(PoolState& state, Iterator head, Iterator end) {
  return head == end ? PoolResult<std::optional<PooledHead>>(std::nullopt)
                     : ReadHead(state, head->second.id);
}

// IdsOfSize names the heads of one tree size.
std::vector<std::uint64_t> IdsOfSize(const HeadIndex& heads, std::uint64_t tree_size) {
  std::vector<std::uint64_t> ids;
  for (auto head = heads.FirstOf(tree_size);
       head != heads.heads().end() && head->first.tree_size == tree_size; ++head) {
    ids.push_back(head->second.id);
  }
  return ids;
}

PoolResult<HeadNeighbours> ReadNeighbours(PoolState& state, const HeadIndex::Map& heads,
                                          HeadIndex::Map::const_iterator split) {
  const auto is_linked = [](const auto& head) { return head.second.state == HeadState::kLinked; };
  PoolResult<std::optional<PooledHead>> below =
      ReadNamed(state, std::find_if(std::make_reverse_iterator(split), heads.rend(), is_linked),
                heads.rend());
  PoolResult<std::optional<PooledHead>> above =
      ReadNamed(state, std::find_if(split, heads.end(), is_linked), heads.end());
  if (!below || !above) {
    return tl::unexpected(below ? above.error() : below.error());
  }
  return HeadNeighbours{*std::move(below), *std::move(above)};
}

// A head that was tried so often in vain waits behind all others: at a round each quarter of an
// hour that is more than the day after which a log may be blamed.
constexpr std::uint32_t kManyAttempts = 128;

using HeadIterator = HeadIndex::Map::const_iterator;

// ForEachSize calls `visit` with the heads of each tree size, first to last, and with one of them
// whose root is not that of the first: `last` where there is none.
template <typename Visit>
void ForEachSize(const HeadIndex::Map& heads, const Visit& visit) {
  for (HeadIterator first = heads.begin(); first != heads.end();) {
    HeadIterator last = first;
    std::optional<HeadIterator> other;
    for (; last != heads.end() && last->first.tree_size == first->first.tree_size; ++last) {
      if (!other && last->first.root != first->first.root) {
        other = last;
      }
    }
    visit(first, last, other.value_or(last));
    first = last;
  }
}

// Unlinked lists the heads that a proof may link, smallest tree first.
std::vector<HeadIterator> Unlinked(const HeadIndex::Map& heads) {
  std::vector<HeadIterator> out;
  ForEachSize(heads, [&](HeadIterator first, HeadIterator last, HeadIterator other) {
    for (; other == last && first != last; ++first) {
      if (first->second.state == HeadState::kUnlinked) {
        out.push_back(first);
      }
    }
  });
  return out;
}

// IdsOfSplits names unlinked heads of split sizes, each followed by one that disagrees with it.
std::vector<std::uint64_t> IdsOfSplits(const HeadIndex::Map& heads, std::size_t limit) {
  std::vector<std::uint64_t> ids;
  ForEachSize(heads, [&](HeadIterator first, HeadIterator last, HeadIterator other) {
    for (HeadIterator head = first; other != last && head != last && ids.size() < 2 * limit;
         ++head) {
      if (head->second.state == HeadState::kUnlinked) {
        ids.push_back(head->second.id);
        ids.push_back((head->first.root == first->first.root ? other : first)->second.id);
      }
    }
  });
  return ids;
}

// IdsOfSplit names the head and one of its size that disagrees with it; none if there is none.
std::vector<std::uint64_t> IdsOfSplit(const HeadIndex& heads, const HeadKey& key) {
  const HeadIterator head = heads.Find(key);
  const HeadIterator other =
      std::find_if(heads.FirstOf(key.tree_size), heads.heads().end(), [&](const auto& each) {
        return each.first.tree_size != key.tree_size || each.first.root != key.root;
      });
  const bool is_split = head != heads.heads().end() && other != heads.heads().end() &&
                        other->first.tree_size == key.tree_size;
  return is_split ? std::vector{head->second.id, other->second.id} : std::vector<std::uint64_t>();
}

// ReadSplits takes ids in pairs.
PoolResult<std::vector<HeadSplit>> ReadSplits(PoolState& state,
                                              const std::vector<std::uint64_t>& ids) {
  std::vector<HeadSplit> out;
  for (std::size_t i = 0; i + 1 < ids.size(); i += 2) {
    PoolResult<std::optional<PooledHead>> head = ReadHead(state, ids[i]);
    PoolResult<std::optional<PooledHead>> other = ReadHead(state, ids[i + 1]);
    if (!head || !other) {
      return tl::unexpected(head ? other.error() : head.error());
    }
    if (*head && *other) {
      out.push_back({**std::move(head), **std::move(other)});
    }
  }
  return out;
}

PoolResult<std::optional<PooledHead>> ReadLongestWaiting(PoolState& state,
                                                         const HeadIndex::Map& heads) {
  const auto came = [](HeadIterator head) {
    const HeadNote& note = head->second;
    return std::tuple(note.proof_attempts >= kManyAttempts, note.seen_ms, note.id);
  };
  std::vector<HeadIterator> waiting = Unlinked(heads);
  waiting.erase(std::remove_if(waiting.begin(), waiting.end(),
                               [](HeadIterator head) { return head->second.is_evidence; }),
                waiting.end());
  const auto longest =
      std::min_element(waiting.begin(), waiting.end(),
                       [&](HeadIterator a, HeadIterator b) { return came(a) < came(b); });
  return longest == waiting.end() ? PoolResult<std::optional<PooledHead>>(std::nullopt)
                                  : ReadHead(state, (*longest)->second.id);
}

// IdsToProve names unlinked heads, those with the fewest attempts first.
std::vector<std::uint64_t> IdsToProve(const HeadIndex::Map& heads, std::size_t limit) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> attempts_and_ids;
  const std::vector<HeadIterator> unlinked = Unlinked(heads);
  std::for_each(unlinked.rbegin(), unlinked.rend(), [&](HeadIterator head) {
    attempts_and_ids.emplace_back(head->second.proof_attempts, head->second.id);
  });
  // Stable: the largest trees come first within a number of attempts.
  std::stable_sort(attempts_and_ids.begin(), attempts_and_ids.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  attempts_and_ids.resize(std::min(limit, attempts_and_ids.size()));
  std::vector<std::uint64_t> ids;
  ids.reserve(attempts_and_ids.size());
  for (const auto& [attempts, id] : attempts_and_ids) {
    ids.push_back(id);
  }
  return ids;
}

}  // namespace

PoolResult<Added> Pool::AddHead(const LogId& log_id, const SignedTreeHead& sth, HeadSource source,
                                std::uint64_t seen_ms, HeadGiver giver) {
  return WriteInTurn(
      *state_, [&] { return AddHeadOnce(*state_, log_id, sth, source, seen_ms, giver); },
      WriteTurn::NewHeads::kMayWait);
}

PoolResult<std::optional<PooledHead>> Pool::FindHead(std::uint64_t id) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] { return ReadHead(*state_, id); });
}

PoolResult<std::vector<PooledHead>> Pool::FindHeads(const LogId& log_id, std::uint64_t tree_size) {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory, [&] {
    return ReadHeads(*state_, IdsOfSize(state_->HeadsOf(log_id), tree_size));
  });
}

PoolResult<HeadNeighbours> Pool::FindNeighbours(const LogId& log_id, std::uint64_t tree_size) {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory, [&] {
    const HeadIndex& heads = state_->HeadsOf(log_id);
    const auto split =
        std::find_if(heads.FirstOf(tree_size), heads.heads().end(),
                     [&](const auto& head) { return head.first.tree_size > tree_size; });
    return ReadNeighbours(*state_, heads.heads(), split);
  });
}

PoolResult<std::optional<PooledHead>> Pool::FindNewestHead(const LogId& log_id, HeadState state) {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory, [&] {
    const HeadIndex::Map& heads = state_->HeadsOf(log_id).heads();
    const auto newest = std::find_if(heads.rbegin(), heads.rend(),
                                     [&](const auto& head) { return head.second.state == state; });
    return ReadNamed(*state_, newest, heads.rend());
  });
}

PoolResult<std::vector<PooledHead>> Pool::UnlinkedHeads(const LogId& log_id, std::size_t limit) {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory, [&] {
    return ReadHeads(*state_, IdsToProve(state_->HeadsOf(log_id).heads(), limit));
  });
}

PoolResult<std::optional<PooledHead>> Pool::FindLongestWaiting(const LogId& log_id) {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory,
                    [&] { return ReadLongestWaiting(*state_, state_->HeadsOf(log_id).heads()); });
}

PoolResult<std::vector<HeadSplit>> Pool::FindSplits(const LogId& log_id, std::size_t limit) {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory, [&] {
    return ReadSplits(*state_, IdsOfSplits(state_->HeadsOf(log_id).heads(), limit));
  });
}

PoolResult<std::optional<HeadSplit>> Pool::FindSplit(const LogId& log_id, const TreeHead& head) {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory, [&] {
    return ReadSplits(*state_, IdsOfSplit(state_->HeadsOf(log_id), KeyOf(head)))
        .map([](const std::vector<HeadSplit>& splits) {
          return splits.empty() ? std::nullopt : std::optional(splits.front());
        });
  });
}

PoolResult<std::optional<PooledHead>> Pool::TrustedHead(const LogId& log_id) {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory, [&] {
    const KnownLog* log = state_->FindLog(log_id);
    return ReadHead(*state_, log == nullptr ? kNoRow : log->trusted_head);
  });
}

PoolResult<std::vector<PooledHead>> Pool::HeadsAfter(std::uint64_t id, std::size_t limit) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile,
                    [&] { return ReadHeadsAfter(*state_, id, limit); });
}

}  // namespace tattle
