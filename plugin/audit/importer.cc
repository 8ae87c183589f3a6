// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/importer.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/merkle/hash.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"
#include "plugin/audit/file_split.h"
#include "plugin/audit/rebuilt_entry.h"

namespace tattle {
namespace {

// EntryOf is what the SCT of a line is over. Fails where the chain does not have what it takes.
Result<RebuiltEntry> EntryOf(const SctLine& line) {
  if (line.chain.size() < (line.is_precert ? 2U : 1U)) {
    return Fail(Errc::kMissing, "chain");
  }
  return RebuildEntry(line.chain[0], line.is_precert ? Bytes(line.chain[1]) : Bytes(),
                      line.is_precert);
}

// No log was there to be blamed before the first one was (RFC 6962 is of June 2013).
constexpr std::uint64_t kFirstFoundMs = 1'356'998'400'000;  // 2013

// IsTimePossible says whether somebody may have found it then. What convicts needs no finder, and
// so no time.
bool IsTimePossible(const Claim& claim, const Finding& finding, std::uint64_t now_ms) {
  return finding.weight == Weight::kConclusive ||
         (claim.found_ms >= kFirstFoundMs && claim.found_ms <= now_ms + kClockDriftMs);
}

Filed FiledAs(const Added& added) {
  return added.is_new ? Filed::kNew : Filed::kKnown;
}

}  // namespace

// FindLog counts why there is none.
const Log* Importer::FindLog(const LogId& log_id) {
  if (logs_.FindDenied(log_id) != nullptr) {
    Refuse("denied_log");
    return nullptr;
  }
  const Log* log = logs_.Find(log_id);
  if (log == nullptr) {
    Refuse("unknown_log");
  }
  return log;
}

PoolResult<void> Importer::Settle(const PoolResult<Filed>& filed) {
  if (!filed && filed.error().fault != PoolFault::kRefused) {
    return tl::unexpected(filed.error());
  }
  if (!filed || *filed == Filed::kNoRoom) {
    Refuse("not_kept");
  } else {
    ++(*filed == Filed::kNew ? counts_.added : counts_.known);
  }
  return {};
}

PoolResult<void> Importer::AddHead(const PooledHead& head) {
  const Log* log = FindLog(head.log_id);
  if (log == nullptr) {
    return {};
  }
  const Result<bool> good = VerifyTreeHead(head.sth, *log->key);
  if (!good || !*good) {
    Refuse("bad_signature");
    return {};
  }
  PoolResult<void> settled = Settle(
      pool_.AddHead(head.log_id, head.sth, HeadSource::kImport, std::min(head.seen_ms, now_ms_))
          .map(FiledAs));
  return settled ? CompareHead(*log, head.sth.head) : settled;
}

PoolResult<void> Importer::CompareHead(const Log& log, const TreeHead& head) {
  PoolResult<std::optional<HeadSplit>> split = pool_.FindSplit(log.log_id, head);
  if (!split || !*split) {
    return split ? PoolResult<void>() : tl::unexpected(split.error());
  }
  ++counts_.splits;
  last_.split = *std::move(split);
  return FileSplit(pool_, desk_, log, *last_.split, now_ms_);
}

PoolResult<void> Importer::AddSct(const SctLine& line) {
  const Result<Sct> sct = DecodeSct(line.sct);
  const Result<RebuiltEntry> leaf = EntryOf(line);
  if (!sct || !leaf) {
    Refuse("malformed");
    return {};
  }
  const Log* log = FindLog(sct->log_id);
  if (log == nullptr) {
    return {};
  }
  const Result<Hash> digest = SctDigest(*sct, leaf->entry);
  const Result<ByteVector> merkle_leaf =
      EncodeMerkleTreeLeaf({sct->timestamp_ms, leaf->entry, sct->extensions});
  const Result<bool> good = digest ? VerifyDigitallySigned(*log->key, sct->signature, *digest)
                                   : Result<bool>(tl::unexpected(digest.error()));
  if (!merkle_leaf || !good || !*good) {
    Refuse("bad_signature");
    return {};
  }
  PooledSct record;
  record.log_id = sct->log_id;
  record.sct = line.sct;
  record.leaf_hash = HashLeaf(*merkle_leaf);
  record.timestamp_ms = sct->timestamp_ms;
  record.leaf_index = sct->leaf_index;
  record.is_precert = line.is_precert;
  record.seen_ms = std::min(line.seen_ms, now_ms_);
  // Due as a new one is: when the log must have merged it.
  record.next_try_ms = sct->timestamp_ms + log->mmd_s * kMsPerSecond;
  const PoolResult<Added> added =
      pool_.AddSct(record, line.chain, line.hosts.empty() ? "" : line.hosts.front());
  for (std::size_t i = 1; added && i < line.hosts.size(); ++i) {
    const PoolResult<Added> host = pool_.AddSct(record, line.chain, line.hosts[i]);
    if (!host) {
      return Settle(host.map(FiledAs));
    }
  }
  return Settle(added.map(FiledAs));
}

PoolResult<void> Importer::AddEvidence(std::string_view json) {
  const Result<Claim> claim = DecodeClaim(AsBytes(json));
  if (!claim) {
    Refuse("malformed");
    return {};
  }
  const Log* log = FindLog(Sha256Of(claim->log_key));
  if (log == nullptr) {
    return {};
  }
  const Result<Finding> finding = VerifyClaim(*claim, log);
  if (!finding) {
    Refuse("bad_evidence");
    return {};
  }
  if (!IsTimePossible(*claim, *finding, now_ms_)) {
    Refuse("impossible_time");
    return {};
  }
  return Settle(desk_.Keep(*claim, *finding, *log));
}

void Importer::Refuse(std::string_view why) {
  ++counts_.refused[why];
  last_.refused = why;
}

PoolResult<Imported> Importer::Add(std::string_view record) {
  last_ = {};
  const PoolResult<void> added = AddRecord(record);
  return added ? PoolResult<Imported>(last_) : tl::unexpected(added.error());
}

PoolResult<void> Importer::AddRecord(std::string_view record) {
  const Result<PoolLine> line = DecodeLine(record);
  if (!line) {
    return AddEvidence(record);  // which is malformed where it is none either
  }
  if (const auto* head = std::get_if<PooledHead>(&*line)) {
    return AddHead(*head);
  }
  if (const auto* sct = std::get_if<SctLine>(&*line)) {
    return AddSct(*sct);
  }
  return AddEvidence(std::get<PooledEvidence>(*line).json);
}

}  // namespace tattle
