// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What leaves the pool because of its age or number.

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sct_eviction.h"
#include "plugin/pool/site_prune.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"

namespace tattle {
namespace {

using Victims = std::vector<HeadIndex::Map::const_iterator>;

std::uint64_t Age(std::uint64_t seen_ms, std::uint64_t now_ms) {
  return now_ms > seen_ms ? now_ms - seen_ms : 0;  // a clock that went back makes nothing old
}

// Ages are counted from when a head was seen: its own time is the log's to choose.
bool HasExpired(const HeadNote& note, const PoolLimits& limits, std::uint64_t now_ms) {
  const bool is_suspicious = note.proof_failures > kSuspiciousProofFailures;
  return Age(note.seen_ms, now_ms) >
         (is_suspicious ? limits.suspicious_head_age_ms : limits.head_age_ms);
}

// ChooseHeads names the heads of a log that go. Those that conflict, those of evidence and the
// trusted one are not looked at.
Victims ChooseHeads(PoolState& state, const KnownLog& log, std::uint64_t now_ms) {
  const PoolLimits& limits = state.options.limits;
  Victims victims;
  Victims old;
  Victims fresh;
  for (auto head = log.heads.heads().begin(); head != log.heads.heads().end(); ++head) {
    const HeadNote& note = head->second;
    if (note.is_evidence || note.id == log.trusted_head || note.state == HeadState::kConflicting) {
      continue;
    }
    if (note.state == HeadState::kLinked) {
      (Age(note.seen_ms, now_ms) > limits.head_age_ms ? old : fresh).push_back(head);
    } else if (HasExpired(note, limits, now_ms)) {
      victims.push_back(head);
    }
  }
  // Of what is old, the first of each day stays for a while.
  std::sort(old.begin(), old.end(),
            [](const auto& a, const auto& b) { return a->second.seen_ms < b->second.seen_ms; });
  std::set<std::uint64_t> days;
  for (const auto& head : old) {
    const bool is_first_of_day = days.insert(head->second.seen_ms / kMsPerDay).second;
    if (!is_first_of_day || Age(head->second.seen_ms, now_ms) > limits.thinned_head_age_ms) {
      victims.push_back(head);
    }
  }
  if (fresh.size() > limits.linked_heads) {
    std::shuffle(fresh.begin(), fresh.end(), state.random);
    fresh.resize(fresh.size() - limits.linked_heads);
    victims.insert(victims.end(), fresh.begin(), fresh.end());
  }
  return victims;
}

PoolResult<void> PruneHeads(PoolState& state, std::uint64_t now_ms, PruneCounts& counts) {
  for (auto& [log_id, log] : state.logs) {
    for (const HeadIndex::Map::const_iterator head : ChooseHeads(state, log, now_ms)) {
      if (PoolResult<void> done = DeleteHead(state, log.heads, head); !done) {
        return done;
      }
      ++counts.heads;
    }
  }
  return {};
}

// Delete runs a statement that removes rows, and counts them.
PoolResult<std::uint64_t> Delete(Database& database, Query query) {
  const PoolResult<void> done = query.Run();
  if (!done) {
    return tl::unexpected(done.error());
  }
  return database.NumChanged();
}

std::uint64_t TimeBefore(std::uint64_t now_ms, std::uint64_t age_ms) {
  return now_ms > age_ms ? now_ms - age_ms : 0;
}

PoolResult<void> PruneScts(PoolState& state, std::uint64_t now_ms, PruneCounts& counts) {
  const PoolLimits& limits = state.options.limits;
  Query expired =
      state.database.Prepare("DELETE FROM scts WHERE seen_ms < ? OR (state <> 1 AND seen_ms < ?)");
  expired.Number(TimeBefore(now_ms, limits.pending_sct_age_ms));
  expired.Number(TimeBefore(now_ms, limits.settled_sct_age_ms));
  const PoolResult<std::uint64_t> num_scts = Delete(state.database, std::move(expired));
  if (!num_scts) {
    return tl::unexpected(num_scts.error());
  }
  counts.scts = *num_scts;
  if (PoolResult<void> added_up = state.AddUpScts(); !added_up) {
    return added_up;
  }
  return state.database
      .Prepare(
          "DELETE FROM sct_hosts WHERE NOT EXISTS (SELECT 1 FROM scts WHERE scts.id = "
          "sct_hosts.sct)")
      .Run();
}

// PruneOutbox drops what waits whose head has gone, and what hosts have had that are no peers now.
PoolResult<void> PruneOutbox(PoolState& state) {
  return state.database
      .Prepare(
          "DELETE FROM outbox WHERE NOT EXISTS (SELECT 1 FROM heads WHERE id = head) OR (is_gone = "
          "1 "
          "AND NOT EXISTS (SELECT 1 FROM peers WHERE peers.host = outbox.host))")
      .Run();
}

// PruneChains removes what neither an SCT nor a site refers to any more.
PoolResult<void> PruneChains(PoolState& state, PruneCounts& counts) {
  Database& database = state.database;
  const PoolResult<std::uint64_t> num_chains = Delete(
      database,
      database.Prepare("DELETE FROM chains WHERE id NOT IN (SELECT chain FROM scts) AND id NOT IN "
                       "(SELECT chain FROM site_bundles)"));
  if (!num_chains) {
    return tl::unexpected(num_chains.error());
  }
  counts.chains = *num_chains;
  if (PoolResult<void> done =
          database
              .Prepare("DELETE FROM chain_links WHERE NOT EXISTS "
                       "(SELECT 1 FROM chains WHERE chains.id = chain_links.chain)")
              .Run();
      !done) {
    return done;
  }
  const PoolResult<std::uint64_t> num_certificates =
      Delete(database, database.Prepare("DELETE FROM certificates WHERE id NOT IN "
                                        "(SELECT certificate FROM chain_links)"));
  if (!num_certificates) {
    return tl::unexpected(num_certificates.error());
  }
  counts.certificates = *num_certificates;
  return {};
}

PoolResult<void> PrunePeers(PoolState& state, std::uint64_t now_ms, PruneCounts& counts) {
  Query query = state.database.Prepare("DELETE FROM peers WHERE expires_ms < ?");
  const PoolResult<std::uint64_t> num_peers =
      Delete(state.database, std::move(query.Number(now_ms)));
  if (!num_peers) {
    return tl::unexpected(num_peers.error());
  }
  counts.peers = *num_peers;
  return {};
}

PoolResult<PruneCounts> PruneAll(PoolState& state, std::uint64_t now_ms) {
  PruneCounts counts;
  PoolResult<void> done = PruneHeads(state, now_ms, counts);
  if (done) {
    done = PruneScts(state, now_ms, counts);
  }
  if (done) {
    done = PruneSites(state, now_ms);
  }
  if (done) {
    done = PruneChains(state, counts);
  }
  if (done) {
    const PoolResult<std::uint64_t> num_evicted = EvictScts(state, SIZE_MAX);
    counts.scts += num_evicted.value_or(0);
    done = num_evicted ? done : tl::unexpected(num_evicted.error());
  }
  if (done) {
    done = PrunePeers(state, now_ms, counts);
  }
  if (done) {
    done = PruneOutbox(state);
  }
  if (!done) {
    return tl::unexpected(done.error());
  }
  return counts;
}

}  // namespace

PoolResult<PruneCounts> Pool::Prune(std::uint64_t now_ms) {
  return WriteInTurn(*state_, [&] { return PruneAll(*state_, now_ms); });
}

}  // namespace tattle
