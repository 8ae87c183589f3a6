// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Importer: lines of another pool, believed only as far as signatures of known logs go.

#ifndef TATTLE_PLUGIN_POOL_IMPORTER_H_
#define TATTLE_PLUGIN_POOL_IMPORTER_H_

#include <cstdint>
#include <map>
#include <string_view>

#include "core/loglist/log_list.h"
#include "plugin/pool/line.h"
#include "plugin/pool/pool.h"

namespace tattle {

struct ImportCounts {
  std::uint64_t added = 0;
  std::uint64_t known = 0;
  // Why lines were refused, and how many: "malformed", "unknown_log", "denied_log",
  // "bad_signature", "evidence", "not_kept".
  std::map<std::string_view, std::uint64_t> refused;
};

// Importer borrows the pool and the list. Of what a line says beside signed things only hosts and
// the time at which something was seen are believed: a head comes in unlinked, an SCT pending.
// Evidence is not taken from a line: it has a file of its own that is verified as a whole. Not
// thread-safe.
class Importer {
 public:
  Importer(Pool& pool, const LogList& logs, std::uint64_t now_ms)
      : pool_(pool), logs_(logs), now_ms_(now_ms) {}

  // Add takes one line, without its end. Fails only when the pool cannot do its work.
  PoolResult<void> Add(std::string_view line);

  // Refuse counts a line that could not even be read.
  void Refuse(std::string_view why) { ++counts_.refused[why]; }

  const ImportCounts& counts() const { return counts_; }

 private:
  PoolResult<void> AddHead(const PooledHead& head);
  PoolResult<void> AddSct(const SctLine& line);
  const Log* FindLog(const LogId& log_id);
  PoolResult<void> Settle(const PoolResult<Added>& added);

  Pool& pool_;
  const LogList& logs_;
  std::uint64_t now_ms_;
  ImportCounts counts_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_IMPORTER_H_
