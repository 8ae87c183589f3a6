// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The pool as a whole: how much there is, and whether it is sound.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/crypto/sha256.h"
#include "core/wire/canonical_signature.h"
#include "core/wire/sct.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxFaults = 100;
constexpr std::size_t kPage = 1000;

PoolResult<std::uint64_t> Ask(Database& database, std::string_view sql, std::uint64_t number = 0) {
  Query query = database.Prepare(sql);
  if (number != 0) {
    query.Number(number);
  }
  const PoolResult<bool> row = query.Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  return *row ? query.NumberAt(0) : 0;
}

PoolResult<LogCounts> CountLog(PoolState& state, const LogId& log_id, const LogState& log) {
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
  if (log.trusted_head != 0) {
    PoolResult<std::optional<PooledHead>> trusted = ReadHead(state, log.trusted_head);
    if (!trusted) {
      return tl::unexpected(trusted.error());
    }
    counts.trusted = *std::move(trusted);
  }
  return counts;
}

PoolResult<void> CountTables(Database& database, PoolCounts& counts) {
  const std::array<std::pair<std::string_view, std::uint64_t*>, 4> questions = {{
      {"SELECT count(*) FROM certificates", &counts.certificates},
      {"SELECT count(*) FROM chains", &counts.chains},
      {"SELECT count(*) FROM peers", &counts.peers},
      {"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", &counts.file_size},
  }};
  for (const auto& [sql, count] : questions) {
    const PoolResult<std::uint64_t> answer = Ask(database, sql);
    if (!answer) {
      return tl::unexpected(answer.error());
    }
    *count = *answer;
  }
  return {};
}

using Faults = std::vector<std::string>;

// CollectTexts adds the texts of the rows of a query, as long as there is room.
PoolResult<void> CollectTexts(Query query, const std::string& before, Faults& faults) {
  while (faults.size() < kMaxFaults) {
    const PoolResult<bool> row = query.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      break;
    }
    if (query.TextAt(0) != "ok") {
      faults.push_back(before + std::string(query.TextAt(0)));
    }
  }
  return {};
}

PoolResult<void> CheckStructure(Database& database, Faults& faults) {
  PoolResult<void> done =
      CollectTexts(database.Prepare("PRAGMA integrity_check"), "SQLite: ", faults);
  if (done) {
    done = CollectTexts(
        database.Prepare(
            "SELECT \"table\" || ' ' || coalesce(rowid, '') || ' refers to nothing in ' "
            "|| parent FROM pragma_foreign_key_check"),
        "", faults);
  }
  return done;
}

// CheckHeads: signatures are in the form in which we keep them.
PoolResult<void> CheckHeads(PoolState& state, Faults& faults) {
  std::uint64_t last = 0;
  while (faults.size() < kMaxFaults) {
    const PoolResult<std::vector<PooledHead>> heads = ReadHeadsAfter(state, last, kPage);
    if (!heads) {
      return tl::unexpected(heads.error());
    }
    if (heads->empty()) {
      break;
    }
    for (const PooledHead& head : *heads) {
      const Result<ByteVector> canonical = CanonicalSignature(head.sth.signature);
      if (!canonical || *canonical != head.sth.signature) {
        faults.push_back("head " + std::to_string(head.id) + ": its signature is not canonical");
      }
    }
    last = heads->back().id;
  }
  return {};
}

// CheckBlobs: certificates have their hashes, and SCTs can be read.
PoolResult<void> CheckBlobs(Database& database, Faults& faults) {
  Query certificates = database.Prepare("SELECT id, sha256, der FROM certificates");
  Query scts = database.Prepare("SELECT id, sct, timestamp_ms FROM scts");
  while (faults.size() < kMaxFaults) {
    const PoolResult<bool> row = certificates.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      break;
    }
    if (!Equal(Sha256Of(certificates.BlobAt(2)), certificates.BlobAt(1))) {
      faults.push_back("certificate " + std::to_string(certificates.NumberAt(0)) +
                       ": is not what its hash says");
    }
  }
  while (faults.size() < kMaxFaults) {
    const PoolResult<bool> row = scts.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      break;
    }
    const Result<Sct> sct = DecodeSct(scts.BlobAt(1));
    if (!sct || sct->timestamp_ms != scts.NumberAt(2)) {
      faults.push_back("SCT " + std::to_string(scts.NumberAt(0)) + ": cannot be read");
    }
  }
  return {};
}

}  // namespace

PoolResult<PoolCounts> Pool::Counts() {
  const ReadTurn turn(*state_, ReadTurn::Needs::kMemory);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  PoolCounts counts;
  if (PoolResult<void> counted = CountTables(state_->database, counts); !counted) {
    return tl::unexpected(counted.error());
  }
  std::vector<std::pair<std::uint64_t, LogId>> in_order;
  for (const auto& [log_id, log] : state_->logs) {
    in_order.emplace_back(log.number, log_id);
  }
  std::sort(in_order.begin(), in_order.end());
  for (const auto& [number, log_id] : in_order) {
    PoolResult<LogCounts> log = CountLog(*state_, log_id, state_->logs.at(log_id));
    if (!log) {
      return tl::unexpected(log.error());
    }
    counts.logs.push_back(*std::move(log));
  }
  return counts;
}

PoolResult<std::vector<std::string>> Pool::Check() {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Faults faults;
  PoolResult<void> done = CheckStructure(state_->database, faults);
  if (done) {
    done = CheckHeads(*state_, faults);
  }
  if (done) {
    done = CheckBlobs(state_->database, faults);
  }
  if (!done && done.error().fault != PoolFault::kCorrupt) {
    return tl::unexpected(done.error());
  }
  if (!done) {
    faults.push_back(done.error().sentence);
  }
  return faults;
}

}  // namespace tattle
