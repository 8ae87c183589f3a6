// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads of logs: adding and finding them.

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/wire/canonical_signature.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"

namespace tattle {
namespace {

HeadKey KeyOf(const TreeHead& head) {
  return {head.tree_size, head.timestamp_ms, head.sha256_root_hash};
}

// Evict makes room for what has just come.
PoolResult<void> Evict(PoolState& state, HeadIndex& heads, std::uint64_t spared) {
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

PoolResult<void> InsertHead(PoolState& state, std::uint64_t log_number, const PooledHead& head) {
  return state.database
      .Prepare(
          "INSERT INTO heads (id, log, tree_size, timestamp_ms, root, signature, source, state, "
          "seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Number(head.id)
      .Number(log_number)
      .Number(head.sth.head.tree_size)
      .Number(head.sth.head.timestamp_ms)
      .Blob(head.sth.head.sha256_root_hash)
      .Blob(head.sth.signature)
      .Number(static_cast<std::uint64_t>(head.source))
      .Number(static_cast<std::uint64_t>(head.state))
      .Number(head.seen_ms)
      .Run();
}

PoolResult<Added> AddNewHead(PoolState& state, LogState& log, const PooledHead& head) {
  if (PoolResult<void> inserted = InsertHead(state, log.number, head); !inserted) {
    return tl::unexpected(inserted.error());
  }
  HeadNote note;
  note.id = head.id;
  note.seen_ms = head.seen_ms;
  log.heads.Add(KeyOf(head.sth.head), note);
  if (PoolResult<void> room = Evict(state, log.heads, head.id); !room) {
    return tl::unexpected(room.error());
  }
  return Added{head.id, true};
}

// Collect reads the rows of heads that memory has named.
PoolResult<std::vector<PooledHead>> Collect(PoolState& state,
                                            const std::vector<std::uint64_t>& ids) {
  std::vector<PooledHead> heads;
  for (const std::uint64_t id : ids) {
    PoolResult<std::optional<PooledHead>> head = ReadHead(state, id);
    if (!head) {
      return tl::unexpected(head.error());
    }
    if (*head) {  // else a reader's memory is a moment older than the file
      heads.push_back(**std::move(head));
    }
  }
  return heads;
}

}  // namespace

PoolResult<Added> Pool::AddHead(const LogId& log_id, const SignedTreeHead& sth, HeadSource source,
                                std::uint64_t seen_ms) {
  WriteTurn turn(*state_);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  LogState* log = state_->FindLog(log_id);
  if (log != nullptr) {
    const auto known = log->heads.Find(KeyOf(sth.head));
    if (known != log->heads.heads().end()) {
      return turn.End<Added>(Added{known->second.id, false});
    }
  }
  Result<ByteVector> signature = CanonicalSignature(sth.signature);
  if (!signature) {
    return turn.End<Added>(
        tl::unexpected(state_->Refused("a head's " + Describe(signature.error()))));
  }
  if (log == nullptr) {
    const PoolResult<LogState*> added = state_->AddLog(log_id);
    if (!added) {
      return turn.End<Added>(tl::unexpected(added.error()));
    }
    log = *added;
  }
  PooledHead head;
  head.id = state_->next_head_id++;
  head.sth = {sth.head, *std::move(signature)};
  head.source = source;
  head.seen_ms = seen_ms;
  return turn.End(AddNewHead(*state_, *log, head));
}

PoolResult<std::optional<PooledHead>> Pool::FindHead(std::uint64_t id) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  return ReadHead(*state_, id);
}

PoolResult<std::vector<PooledHead>> Pool::FindHeads(const LogId& log_id, std::uint64_t tree_size) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kMemory);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  std::vector<std::uint64_t> ids;
  if (const LogState* log = state_->FindLog(log_id)) {
    for (auto head = log->heads.FirstOf(tree_size);
         head != log->heads.heads().end() && head->first.tree_size == tree_size; ++head) {
      ids.push_back(head->second.id);
    }
  }
  return Collect(*state_, ids);
}

PoolResult<Pool::Neighbours> Pool::FindNeighbours(const LogId& log_id, std::uint64_t tree_size) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kMemory);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  const auto is_linked = [](const auto& head) { return head.second.state == HeadState::kLinked; };
  Neighbours neighbours;
  const LogState* log = state_->FindLog(log_id);
  if (log == nullptr) {
    return neighbours;
  }
  const HeadIndex::Map& heads = log->heads.heads();
  const auto split =
      std::find_if(log->heads.FirstOf(tree_size), heads.end(),
                   [&](const auto& head) { return head.first.tree_size > tree_size; });
  const auto below = std::find_if(std::make_reverse_iterator(split), heads.rend(), is_linked);
  const auto above = std::find_if(split, heads.end(), is_linked);
  if (below != heads.rend()) {
    PoolResult<std::optional<PooledHead>> head = ReadHead(*state_, below->second.id);
    if (!head) {
      return tl::unexpected(head.error());
    }
    neighbours.below = *std::move(head);
  }
  if (above != heads.end()) {
    PoolResult<std::optional<PooledHead>> head = ReadHead(*state_, above->second.id);
    if (!head) {
      return tl::unexpected(head.error());
    }
    neighbours.above = *std::move(head);
  }
  return neighbours;
}

PoolResult<std::optional<PooledHead>> Pool::FindNewestHead(const LogId& log_id, HeadState state) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kMemory);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  if (const LogState* log = state_->FindLog(log_id)) {
    const HeadIndex::Map& heads = log->heads.heads();
    const auto newest = std::find_if(heads.rbegin(), heads.rend(),
                                     [&](const auto& head) { return head.second.state == state; });
    if (newest != heads.rend()) {
      return ReadHead(*state_, newest->second.id);
    }
  }
  return std::optional<PooledHead>();
}

PoolResult<std::vector<PooledHead>> Pool::UnlinkedHeads(const LogId& log_id, std::size_t limit) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kMemory);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  std::vector<std::pair<std::uint32_t, std::uint64_t>> attempts_and_ids;
  if (const LogState* log = state_->FindLog(log_id)) {
    const HeadIndex::Map& heads = log->heads.heads();
    for (auto head = heads.rbegin(); head != heads.rend(); ++head) {
      if (head->second.state == HeadState::kUnlinked) {
        attempts_and_ids.emplace_back(head->second.proof_attempts, head->second.id);
      }
    }
  }
  // Stable: the largest trees come first within a number of attempts.
  std::stable_sort(attempts_and_ids.begin(), attempts_and_ids.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  attempts_and_ids.resize(std::min(limit, attempts_and_ids.size()));
  std::vector<std::uint64_t> ids;
  for (const auto& [attempts, id] : attempts_and_ids) {
    ids.push_back(id);
  }
  return Collect(*state_, ids);
}

PoolResult<std::optional<PooledHead>> Pool::TrustedHead(const LogId& log_id) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kMemory);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  const LogState* log = state_->FindLog(log_id);
  if (log == nullptr || log->trusted_head == 0) {
    return std::optional<PooledHead>();
  }
  return ReadHead(*state_, log->trusted_head);
}

PoolResult<std::vector<PooledHead>> Pool::HeadsAfter(std::uint64_t id, std::size_t limit) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  return ReadHeadsAfter(*state_, id, limit);
}

}  // namespace tattle
