// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// EvidenceWatch: finds the evidence in the pool that the operator is to be told of, whoever found
// it.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_EVIDENCE_WATCH_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_EVIDENCE_WATCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin/pool/pool.h"

namespace tattle::daemon {

// EvidenceWatch is for one thread at a time.
class EvidenceWatch {
 public:
  // How long it waits before it names a piece again that is still untold: its hook failed.
  static constexpr std::uint64_t kAgainMs = 600'000;

  struct News {
    PooledEvidence evidence;
    bool is_first = true;  // not named before by this process
  };

  // Look answers with what is to be told now: what the pool calls untold, also from before this
  // process began. `number` grows with each piece, and where one becomes conclusive: while it stays
  // and nothing is untold, the pool is not asked.
  PoolResult<std::vector<News>> Look(Pool& pool, std::uint64_t number, std::uint64_t now_ms);

 private:
  std::optional<std::uint64_t> number_;            // when nothing was left untold
  std::map<std::string, std::uint64_t> again_ms_;  // by claim id: when it may be named again
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_EVIDENCE_WATCH_H_
