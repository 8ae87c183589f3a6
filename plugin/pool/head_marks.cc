// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads of logs: what became of them.

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxHeadsOfASplit = 4;

// IfDone answers true for what was done.
PoolResult<bool> IfDone(const PoolResult<void>& done) {
  return done ? PoolResult<bool>(true) : tl::unexpected(done.error());
}

// Store writes what of a note is on disk, and changes memory.
PoolResult<void> Store(PoolState& state, const HeadPlace& place, const HeadNote& note) {
  PoolResult<void> done =
      state.database
          .Prepare(
              "UPDATE heads SET state = ?, proof_attempts = ?, proof_failures = ? WHERE id = ?")
          .Number(static_cast<std::uint64_t>(note.state))
          .Number(note.proof_attempts)
          .Number(note.proof_failures)
          .Number(note.id)
          .Run();
  if (done) {
    place.log->heads.Change(place.head, note);
  }
  return done;
}

PoolResult<void> StoreProof(PoolState& state, std::uint64_t head, const PooledProof& proof) {
  ByteVector nodes;
  for (const Hash& node : proof.nodes) {
    Append(nodes, node);
  }
  return state.database
      .Prepare(
          "INSERT OR REPLACE INTO proofs (head, older_size, newer_size, nodes) VALUES (?, ?, ?, ?)")
      .Number(head)
      .Number(proof.older_size)
      .Number(proof.newer_size)
      .Blob(nodes)
      .Run();
}

PoolResult<bool> Link(PoolState& state, std::uint64_t id, const std::optional<PooledProof>& proof) {
  return ChangeHead(state, id, [&](const HeadPlace& place) {
    HeadNote note = place.head->second;
    if (note.state == HeadState::kUnlinked) {
      note.state = HeadState::kLinked;  // what is conflicting stays that
    }
    ++note.proof_attempts;
    PoolResult<void> done = Store(state, place, note);
    if (done && proof) {
      done = StoreProof(state, id, *proof);
    }
    return IfDone(done);
  });
}

PoolResult<bool> CountTry(PoolState& state, std::uint64_t id, std::uint32_t num_failures) {
  return ChangeHead(state, id, [&](const HeadPlace& place) {
    HeadNote note = place.head->second;
    ++note.proof_attempts;
    note.proof_failures += num_failures;
    return IfDone(Store(state, place, note));
  });
}

PoolResult<bool> CountReport(PoolState& state, std::uint64_t id) {
  return ChangeHead(state, id, [&](const HeadPlace& place) {
    HeadNote note = place.head->second;
    note.is_reported = true;
    place.log->heads.Change(place.head, note);
    return IfDone(
        state.database.Prepare("UPDATE heads SET num_reports = num_reports + 1 WHERE id = ?")
            .Number(id)
            .Run());
  });
}

// HasRoomFor: of one split, and of all splits of a log together, so many are kept.
bool HasRoomFor(const PoolState& state, const HeadPlace& place) {
  const HeadIndex& heads = place.log->heads;
  const std::uint64_t tree_size = place.head->first.tree_size;
  std::size_t same_size = 0;
  for (auto head = heads.FirstOf(tree_size);
       head != heads.heads().end() && head->first.tree_size == tree_size; ++head) {
    same_size += head->second.state == HeadState::kConflicting ? 1 : 0;
  }
  return same_size < kMaxHeadsOfASplit &&
         heads.CountOf(HeadState::kConflicting) < state.options.limits.conflicting_heads;
}

// KeepConflicting says whether the head is kept as one of a split.
PoolResult<bool> KeepConflicting(PoolState& state, std::uint64_t id) {
  return ChangeHead(state, id, [&](const HeadPlace& place) -> PoolResult<bool> {
    HeadNote note = place.head->second;
    if (note.state == HeadState::kConflicting) {
      return true;
    }
    if (!HasRoomFor(state, place)) {
      return false;
    }
    note.state = HeadState::kConflicting;
    return IfDone(Store(state, place, note));
  });
}

PoolResult<std::size_t> KeepAllConflicting(PoolState& state, std::span<const std::uint64_t> ids) {
  std::size_t num_kept = 0;
  for (const std::uint64_t id : ids) {
    const PoolResult<bool> kept = KeepConflicting(state, id);
    if (!kept) {
      return tl::unexpected(kept.error());
    }
    num_kept += *kept ? 1 : 0;
  }
  return num_kept;
}

PoolResult<bool> Trust(PoolState& state, std::uint64_t id) {
  return ChangeHead(state, id, [&](const HeadPlace& place) {
    HeadNote note = place.head->second;
    PoolResult<void> done;
    if (note.state == HeadState::kUnlinked) {
      note.state = HeadState::kLinked;
      done = Store(state, place, note);
    }
    if (done) {
      place.log->trusted_head = id;
      done = state.database.Prepare("UPDATE logs SET trusted_head = ? WHERE id = ?")
                 .Number(id)
                 .Number(place.log->number)
                 .Run();
    }
    return IfDone(done);
  });
}

PoolResult<PooledProof> ProofOf(const Database& database, const Query& row) {
  PooledProof proof;
  proof.older_size = row.NumberAt(0);
  proof.newer_size = row.NumberAt(1);
  ByteReader reader(row.BlobAt(2));
  while (!reader.empty()) {
    Hash node = {};
    if (!reader.ReadArray(node)) {
      return tl::unexpected(database.Corrupt("a proof is not made of hashes"));
    }
    proof.nodes.push_back(node);
  }
  return proof;
}

}  // namespace

PoolResult<bool> Pool::MarkLinked(std::uint64_t id, const std::optional<PooledProof>& proof) {
  return WriteInTurn(*state_, [&]() -> PoolResult<bool> {
    if (proof && proof->nodes.size() > kMaxProofNodes) {
      return tl::unexpected(state_->Refused("a proof has more nodes than any has"));
    }
    return Link(*state_, id, proof);
  });
}

PoolResult<bool> Pool::MarkProofTried(std::uint64_t id) {
  return WriteInTurn(*state_, [&] { return CountTry(*state_, id, 0); });
}

PoolResult<bool> Pool::MarkProofFailed(std::uint64_t id) {
  return WriteInTurn(*state_, [&] { return CountTry(*state_, id, 1); });
}

PoolResult<bool> Pool::MarkReported(std::uint64_t id) {
  return WriteInTurn(*state_, [&] { return CountReport(*state_, id); });
}

PoolResult<std::size_t> Pool::MarkConflicting(std::span<const std::uint64_t> ids) {
  return WriteInTurn(*state_, [&] { return KeepAllConflicting(*state_, ids); });
}

PoolResult<bool> Pool::SetTrustedHead(std::uint64_t id) {
  return WriteInTurn(*state_, [&] { return Trust(*state_, id); });
}

PoolResult<std::optional<PooledProof>> Pool::FindProof(std::uint64_t head_id) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query =
        state_->database.Prepare("SELECT older_size, newer_size, nodes FROM proofs WHERE head = ?");
    return query.Number(head_id).Find(
        [&](const Query& row) { return ProofOf(state_->database, row); });
  });
}

}  // namespace tattle
