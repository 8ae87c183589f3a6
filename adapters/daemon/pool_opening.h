// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the daemon comes to its pool, also where the file cannot be opened: verdicts need none, and
// whoever waits for one is not to wait for a disk.

#ifndef TATTLE_ADAPTERS_DAEMON_POOL_OPENING_H_
#define TATTLE_ADAPTERS_DAEMON_POOL_OPENING_H_

#include <memory>
#include <string>

#include "adapters/daemon/journal.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// OpenPool opens or makes the file. Where that cannot be, the pool is in memory, which is a problem
// that lasts. Fails with a sentence where another process has the file.
Outcome<std::unique_ptr<Pool>> OpenPool(const std::string& path, Journal& journal);

// TryPool says, while the pool is in memory, whether the file could be opened by now: a restart
// would do so.
void TryPool(const std::string& path, Journal& journal);

// CheckPoolFiles looks whether the files of a pool that is open are still in their place.
void CheckPoolFiles(Pool& pool, Journal& journal);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_POOL_OPENING_H_
