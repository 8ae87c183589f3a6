// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GrowthBook: how large each log's tree was when, of two weeks.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_GROWTH_BOOK_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_GROWTH_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "core/base/bytes.h"
#include "core/wire/tree_head.h"
#include "plugin/pool/pool.h"

namespace tattle::daemon {

// TreePoint is a head without its root.
struct TreePoint {
  std::uint64_t time_ms = 0;
  std::uint64_t tree_size = 0;

  friend bool operator==(const TreePoint&, const TreePoint&) = default;
};

// GrowthBook is for one thread.
class GrowthBook {
 public:
  // Points of a log. Of more than that the one goes whose neighbours are closest.
  static constexpr std::size_t kMaxPoints = 32;

  // Recall takes from the pool what heads it has that are linked; for the first time only, since
  // those that come later are noted. It asks for kMaxPoints heads a log.
  PoolResult<void> Recall(Pool& pool, std::uint64_t now_ms);

  // Note adds a head that is trusted.
  void Note(const LogId& log_id, const TreeHead& head);

  // Look has a log's points by time, and forgets those of more than two weeks ago.
  std::vector<TreePoint> Look(const LogId& log_id, std::uint64_t now_ms);

 private:
  bool has_recalled_ = false;
  std::map<LogId, std::map<std::uint64_t, std::uint64_t>> sizes_;  // by time
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_GROWTH_BOOK_H_
