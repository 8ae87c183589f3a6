// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// All records of a pool, one after the other. Private to `tattle pool`.

#ifndef TATTLE_ADAPTERS_CLI_POOL_WALK_H_
#define TATTLE_ADAPTERS_CLI_POOL_WALK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/pool/pool.h"

namespace tattle::cli {

// Walk goes through the records that `after` gives in the order of their ids, such as
// Pool::HeadsAfter, for as long as `visit` answers true.
template <typename Record, typename Visit>
PoolResult<void> Walk(Pool& pool,
                      PoolResult<std::vector<Record>> (Pool::*after)(std::uint64_t, std::size_t),
                      const Visit& visit) {
  constexpr std::size_t kPage = 1000;
  std::uint64_t last = 0;
  while (true) {
    const PoolResult<std::vector<Record>> records = (pool.*after)(last, kPage);
    if (!records) {
      return tl::unexpected(records.error());
    }
    if (records->empty()) {
      return {};
    }
    for (const Record& record : *records) {
      last = record.id;
      const PoolResult<bool> goes_on = visit(record);
      if (!goes_on) {
        return tl::unexpected(goes_on.error());
      }
      if (!*goes_on) {
        return {};
      }
    }
  }
}

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_POOL_WALK_H_
