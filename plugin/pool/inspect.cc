// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The pool as a whole: how much there is, and whether it is sound.

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/crypto/sha256.h"
#include "core/wire/canonical_signature.h"
#include "core/wire/sct.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxFaults = 100;
constexpr std::size_t kPage = 1000;

PoolResult<LogCounts> CountLog(PoolState& state, const LogId& log_id, const KnownLog& log) {
  LogCounts counts;
  counts.log_id = log_id;
  counts.unlinked = log.heads.CountOf(HeadState::kUnlinked);
  counts.linked = log.heads.CountOf(HeadState::kLinked);
  counts.conflicting = log.heads.CountOf(HeadState::kConflicting);
  counts.evidence = log.num_evidence;
  Query query = state.database.Prepare(
      "SELECT count(*), count(*) FILTER (WHERE state = 1) FROM scts "
      "WHERE log = ? AND state IN (1, 2, 3, 4)");
  const PoolResult<bool> row = query.Number(log.number).Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  counts.scts = query.NumberAt(0);
  counts.pending_scts = query.NumberAt(1);
  PoolResult<std::optional<PooledHead>> trusted = ReadHead(state, log.trusted_head);
  if (!trusted) {
    return tl::unexpected(trusted.error());
  }
  counts.trusted = *std::move(trusted);
  return counts;
}

PoolResult<void> CountTables(Database& database, PoolCounts& counts) {
  const std::array<std::pair<std::string_view, std::uint64_t*>, 6> questions = {{
      {"SELECT count(*) FROM certificates", &counts.certificates},
      {"SELECT count(*) FROM chains", &counts.chains},
      {"SELECT count(*) FROM peers", &counts.peers},
      {"SELECT count(*) FROM evidence WHERE is_conclusive", &counts.conclusive_evidence},
      {"SELECT coalesce(max(found_ms), 0) FROM evidence", &counts.last_evidence_ms},
      {"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", &counts.file_size},
  }};
  for (const auto& [sql, count] : questions) {
    const PoolResult<std::uint64_t> answer = database.Prepare(sql).Answer();
    if (!answer) {
      return tl::unexpected(answer.error());
    }
    *count = *answer;
  }
  return {};
}

using Faults = std::vector<std::string>;

void AddFault(Faults& faults, std::string fault) {
  if (faults.size() < kMaxFaults) {
    faults.push_back(std::move(fault));
  }
}

// AddTexts adds the texts of the rows of a query but "ok".
PoolResult<void> AddTexts(Query query, const std::string& before, Faults& faults) {
  return query.ForEachRow([&](const Query& row) -> PoolResult<void> {
    if (row.TextAt(0) != "ok") {
      AddFault(faults, before + std::string(row.TextAt(0)));
    }
    return {};
  });
}

PoolResult<void> CheckStructure(Database& database, Faults& faults) {
  PoolResult<void> done = AddTexts(database.Prepare("PRAGMA integrity_check"), "SQLite: ", faults);
  if (done) {
    done =
        AddTexts(database.Prepare(
                     "SELECT \"table\" || ' ' || coalesce(rowid, '') || ' refers to nothing in ' "
                     "|| parent FROM pragma_foreign_key_check"),
                 "", faults);
  }
  return done;
}

// CheckHeads: rows are ours, and signatures in the form in which we keep them.
PoolResult<void> CheckHeads(PoolState& state, Faults& faults) {
  PoolResult<std::vector<PooledHead>> heads = ReadHeadsAfter(state, kNoRow, kPage);
  while (heads && !heads->empty()) {
    for (const PooledHead& head : *heads) {
      const Result<ByteVector> canonical = CanonicalSignature(head.sth.signature);
      if (!canonical || *canonical != head.sth.signature) {
        AddFault(faults, fmt::format("head {}: its signature is not canonical", head.id));
      }
    }
    heads = ReadHeadsAfter(state, heads->back().id, kPage);
  }
  return heads ? PoolResult<void>() : tl::unexpected(heads.error());
}

// CheckBlobs: certificates have their hashes, and SCTs can be read.
PoolResult<void> CheckBlobs(Database& database, Faults& faults) {
  PoolResult<void> done =
      database.Prepare("SELECT id, sha256, der FROM certificates")
          .ForEachRow([&](const Query& row) -> PoolResult<void> {
            if (!Equal(Sha256Of(row.BlobAt(2)), row.BlobAt(1))) {
              AddFault(faults,
                       fmt::format("certificate {}: is not what its hash says", row.NumberAt(0)));
            }
            return {};
          });
  if (!done) {
    return done;
  }
  return database.Prepare("SELECT id, sct, timestamp_ms FROM scts")
      .ForEachRow([&](const Query& row) -> PoolResult<void> {
        const Result<Sct> sct = DecodeSct(row.BlobAt(1));
        if (!sct || sct->timestamp_ms != row.NumberAt(2)) {
          AddFault(faults, fmt::format("SCT {}: cannot be read", row.NumberAt(0)));
        }
        return {};
      });
}

PoolResult<Faults> CheckAll(PoolState& state) {
  Faults faults;
  PoolResult<void> done = CheckStructure(state.database, faults);
  if (done) {
    done = CheckHeads(state, faults);
  }
  if (done) {
    done = CheckBlobs(state.database, faults);
  }
  if (!done && done.error().fault != PoolFault::kCorrupt) {
    return tl::unexpected(done.error());
  }
  if (!done) {
    AddFault(faults, done.error().sentence);
  }
  return faults;
}

PoolResult<PoolCounts> CountAll(PoolState& state) {
  PoolCounts counts;
  if (PoolResult<void> counted = CountTables(state.database, counts); !counted) {
    return tl::unexpected(counted.error());
  }
  std::map<std::uint64_t, LogId> in_order;
  for (const auto& [log_id, log] : state.logs) {
    in_order.emplace(log.number, log_id);
  }
  for (const auto& [number, log_id] : in_order) {
    PoolResult<LogCounts> log = CountLog(state, log_id, state.logs.at(log_id));
    if (!log) {
      return tl::unexpected(log.error());
    }
    counts.logs.push_back(*std::move(log));
  }
  return counts;
}

}  // namespace

PoolResult<PoolCounts> Pool::Counts() {
  return ReadInTurn(*state_, ReadTurn::Needs::kMemory, [&] { return CountAll(*state_); });
}

PoolResult<std::vector<std::string>> Pool::Check() {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] { return CheckAll(*state_); });
}

}  // namespace tattle
