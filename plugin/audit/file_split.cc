// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/file_split.h"

#include <array>
#include <cstddef>

#include "plugin/audit/make_claim.h"

namespace tattle {

PoolResult<void> FileSplit(Pool& pool, EvidenceDesk& desk, const Log& log, const HeadSplit& split,
                           std::uint64_t now_ms) {
  const Claim claim = SplitClaim(log, split.other.sth, split.head.sth, now_ms);
  if (const PoolResult<bool> filed =
          desk.File(claim, log, std::array{split.other.id, split.head.id});
      !filed) {
    return tl::unexpected(filed.error());
  }
  if (split.head.state != HeadState::kUnlinked) {
    return {};
  }
  const PoolResult<std::size_t> marked = pool.MarkConflicting(std::array{split.head.id});
  return marked ? PoolResult<void>() : tl::unexpected(marked.error());
}

}  // namespace tattle
