// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the daemon does with its pool.

#ifndef TATTLE_ADAPTERS_DAEMON_OBSERVE_STORE_H_
#define TATTLE_ADAPTERS_DAEMON_OBSERVE_STORE_H_

#include <cstdint>
#include <span>
#include <string>

#include "adapters/daemon/observe/ingest.h"
#include "adapters/daemon/status/daemon_status.h"
#include "core/loglist/log_list.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// StoreSightings makes a batch durable as a whole. What the pool refuses to keep is left out: it
// would refuse it the next time too.
Outcome<void> StoreSightings(Pool& pool, std::span<const Sighting> batch);

// KeepForFeedback keeps what hosts showed that are to be told: those that are willing, and any that
// showed an SCT which does not verify.
Outcome<void> KeepForFeedback(Pool& pool, std::span<const Sighting> batch, std::uint64_t now_ms);

// LookAtPool fills in what the pool knows. `logs` gives the logs their names; null: there are none.
Outcome<void> LookAtPool(Pool& pool, const LogList* logs, DaemonStatus& status);

// LookAtEvidence lists kMaxListedEvidence pieces, without the names of their logs: what is proven
// is not pushed out by what comes later and is not.
Outcome<void> LookAtEvidence(Pool& pool, DaemonStatus& status);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_OBSERVE_STORE_H_
