// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Importer: lines of another pool and files of evidence, believed only as far as signatures of
// known logs go.

#ifndef TATTLE_PLUGIN_AUDIT_IMPORTER_H_
#define TATTLE_PLUGIN_AUDIT_IMPORTER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "core/loglist/log_list.h"
#include "plugin/audit/evidence_desk.h"
#include "plugin/pool/line.h"
#include "plugin/pool/pool.h"

namespace tattle {

struct ImportCounts {
  std::uint64_t added = 0;
  std::uint64_t known = 0;
  // Why records were refused, and how many: "malformed", "unknown_log", "denied_log",
  // "bad_signature", "bad_evidence", "impossible_time", "not_kept".
  std::map<std::string_view, std::uint64_t> refused;
  std::uint64_t splits = 0;  // heads that came, and have another root than one of their size
};

// Imported is what became of a record.
struct Imported {
  std::string_view refused;        // why, a word of ImportCounts; empty: it was taken
  std::optional<HeadSplit> split;  // the head that came and one that disagrees with it
};

// Importer borrows the pool and the list. Of what a line says beside signed things only hosts and
// the time at which something was seen are believed: a head comes in unlinked, an SCT pending.
// Evidence is verified anew and weighed by the list, whatever its line says; there is room for as
// much as EvidenceDesk has. Not thread-safe.
class Importer {
 public:
  Importer(Pool& pool, const LogList& logs, std::uint64_t now_ms)
      : pool_(pool), logs_(logs), now_ms_(now_ms), desk_(pool, nullptr) {}

  // Add takes one record: a line without its end, or a whole file of evidence. A head is compared
  // with those of its size that the pool has: where the roots differ, that is filed as the auditor
  // files it. Fails only when the pool cannot do its work.
  PoolResult<Imported> Add(std::string_view record);

  // Refuse counts a record that could not even be read.
  void Refuse(std::string_view why);

  const ImportCounts& counts() const { return counts_; }

 private:
  PoolResult<void> AddRecord(std::string_view record);
  PoolResult<void> AddHead(const PooledHead& head);
  PoolResult<void> CompareHead(const Log& log, const TreeHead& head);
  PoolResult<void> AddSct(const SctLine& line);
  PoolResult<void> AddEvidence(std::string_view json);
  const Log* FindLog(const LogId& log_id);
  PoolResult<void> Settle(const PoolResult<Filed>& filed);

  Pool& pool_;
  const LogList& logs_;
  std::uint64_t now_ms_;
  EvidenceDesk desk_;
  ImportCounts counts_;
  Imported last_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_IMPORTER_H_
