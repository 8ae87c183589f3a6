// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/sct_eviction.h"

#include <algorithm>
#include <optional>
#include <string>

#include "plugin/pool/chains.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sqlite.h"

namespace tattle {
namespace {

// Excess is why one has to go.
enum class Excess : std::uint8_t { kNone = 1, kNumber, kBytes };

PoolResult<Excess> FindExcess(PoolState& state, std::size_t num_new) {
  if (state.num_scts + num_new > state.options.limits.scts) {
    return Excess::kNumber;
  }
  const PoolResult<bool> is_crowded = state.IsCrowded();
  if (!is_crowded) {
    return tl::unexpected(is_crowded.error());
  }
  return *is_crowded ? Excess::kBytes : Excess::kNone;
}

// LargestLog is the number of the log that has most.
std::uint64_t LargestLog(const PoolState& state, Excess excess) {
  const auto share_of = [&](const auto& log) {
    return excess == Excess::kNumber ? log.second.num_scts : log.second.sct_bytes;
  };
  const auto largest =
      std::max_element(state.logs.begin(), state.logs.end(),
                       [&](const auto& a, const auto& b) { return share_of(a) < share_of(b); });
  return largest == state.logs.end() ? kNoRow : largest->second.number;
}

PoolResult<std::uint64_t> FindVictim(PoolState& state, Excess excess) {
  PoolResult<std::uint64_t> settled =
      state.database.Prepare("SELECT id FROM scts WHERE state IN (2, 4) LIMIT 1").Answer();
  if (!settled || *settled != kNoRow) {
    return settled;
  }
  return state.database.Prepare("SELECT id FROM scts WHERE log = ? ORDER BY id LIMIT 1")
      .Number(LargestLog(state, excess))
      .Answer();
}

// SctPlace is what leaves with an SCT, and whose it is.
struct SctPlace {
  std::uint64_t log_number = 0;
  std::uint64_t size = 0;
  std::uint64_t chain = 0;
};

PoolResult<std::optional<SctPlace>> FindPlace(Database& database, std::uint64_t id) {
  Query query = database.Prepare("SELECT log, size, chain FROM scts WHERE id = ?");
  return query.Number(id).Find([](const Query& row) -> PoolResult<SctPlace> {
    return SctPlace{row.NumberAt(0), row.NumberAt(1), row.NumberAt(2)};
  });
}

PoolResult<void> DeleteSct(PoolState& state, std::uint64_t id) {
  const PoolResult<std::optional<SctPlace>> place = FindPlace(state.database, id);
  if (!place || !*place) {
    return tl::unexpected(place ? state.database.Corrupt("an SCT has changed under our hands")
                                : place.error());
  }
  PoolResult<void> done =
      state.database.Prepare("DELETE FROM sct_hosts WHERE sct = ?").Number(id).Run();
  if (done) {
    done = state.database.Prepare("DELETE FROM scts WHERE id = ?").Number(id).Run();
  }
  if (done) {
    done = DropChain(state.database, (*place)->chain);
  }
  const auto log = std::find_if(state.logs.begin(), state.logs.end(), [&](const auto& one) {
    return one.second.number == (*place)->log_number;
  });
  if (done && log != state.logs.end()) {
    --state.num_scts;
    --log->second.num_scts;
    log->second.sct_bytes -= (*place)->size;
  }
  return done;
}

}  // namespace

PoolResult<std::uint64_t> EvictScts(PoolState& state, std::size_t max_evicted,
                                    std::size_t num_new) {
  std::uint64_t num_evicted = 0;
  while (num_evicted < max_evicted && state.num_scts > 0) {
    const PoolResult<Excess> excess = FindExcess(state, num_new);
    if (!excess || *excess == Excess::kNone) {
      return excess ? PoolResult<std::uint64_t>(num_evicted) : tl::unexpected(excess.error());
    }
    const PoolResult<std::uint64_t> victim = FindVictim(state, *excess);
    if (!victim) {
      return tl::unexpected(victim.error());
    }
    if (const PoolResult<void> done = DeleteSct(state, *victim); !done) {
      return tl::unexpected(done.error());
    }
    ++num_evicted;
  }
  return num_evicted;
}

}  // namespace tattle
