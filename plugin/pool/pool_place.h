// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// PoolPlace: where a pool is kept, which is in its file, or in memory.

#ifndef TATTLE_PLUGIN_POOL_POOL_PLACE_H_
#define TATTLE_PLUGIN_POOL_POOL_PLACE_H_

#include <memory>
#include <optional>
#include <string>

#include "plugin/pool/pool.h"

namespace tattle {

// PoolPlace borrows the pool, and is thread-safe.
class PoolPlace {
 public:
  // OpenInMemory makes an empty pool that is gone with the object, for those who have to go on
  // while their file cannot be opened. It takes at most kMemoryPoolSize, and knows nothing of what
  // was given to whom.
  static PoolResult<std::unique_ptr<Pool>> OpenInMemory();

  explicit PoolPlace(Pool& pool) : pool_(pool) {}

  bool IsInMemory() const;

  // migration is what Open did to the file; nothing: its schema was ours.
  const std::optional<SchemaMigration>& migration() const;

  // FindLostFile is which of a writer's files was removed, or replaced by another, while it is
  // open: what is written there is gone with the process. Nothing: all are in their place.
  std::optional<std::string> FindLostFile() const;

 private:
  Pool& pool_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_POOL_PLACE_H_
