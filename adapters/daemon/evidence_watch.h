// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// EvidenceWatch: notices evidence that is new in the pool, whoever found it.

#ifndef TATTLE_ADAPTERS_DAEMON_EVIDENCE_WATCH_H_
#define TATTLE_ADAPTERS_DAEMON_EVIDENCE_WATCH_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugin/pool/pool.h"

namespace tattle::daemon {

// EvidenceWatch is for one thread at a time.
class EvidenceWatch {
 public:
  // Look answers with what is new since the last time; the first time with nothing. `number` is how
  // many there are: while it stays, the pool is not asked.
  PoolResult<std::vector<PooledEvidence>> Look(Pool& pool, std::uint64_t number);

 private:
  std::optional<std::uint64_t> number_;
  std::set<std::string> known_;  // claim ids
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_EVIDENCE_WATCH_H_
