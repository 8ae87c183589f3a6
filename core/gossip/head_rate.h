// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How many heads of one log are taken.

#ifndef TATTLE_CORE_GOSSIP_HEAD_RATE_H_
#define TATTLE_CORE_GOSSIP_HEAD_RATE_H_

#include <cstdint>
#include <map>

#include "core/base/bytes.h"

namespace tattle {

// HeadRate gives each log a share of kHeadBurstPerLog heads that grows back by one in
// kHeadIntervalMs. Only good heads draw on it: else anybody could use up the share of a log with
// heads that it never signed. At most kMaxLogs logs are remembered, and a log beyond gets nothing;
// logs come from a list, which has no more. A clock that goes back refills nothing by itself; from
// there on the share grows as ever. Not thread-safe.
class HeadRate {
 public:
  // Take says whether the log has a share left, and takes one from it.
  [[nodiscard]] bool Take(const LogId& log_id, std::uint64_t now_ms);

 private:
  struct Share {
    std::uint64_t num_left = 0;
    std::uint64_t since_ms = 0;  // up to when it has grown
  };
  std::map<LogId, Share> shares_;
};

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_HEAD_RATE_H_
