// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Chores: what the daemon does now and then and away from its loop, since disks and networks are
// slow.

#ifndef TATTLE_ADAPTERS_DAEMON_CHORES_H_
#define TATTLE_ADAPTERS_DAEMON_CHORES_H_

#include <cstdint>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/counts.h"
#include "adapters/daemon/daemon_config.h"
#include "adapters/daemon/journal.h"
#include "adapters/daemon/list_source.h"
#include "adapters/daemon/status/daemon_status.h"
#include "adapters/daemon/status/evidence_watch.h"
#include "adapters/daemon/status/growth_book.h"
#include "adapters/daemon/worker.h"
#include "plugin/net/http_client.h"
#include "plugin/pool/pool.h"

namespace tattle::daemon {

// HttpOptionsOf is how the daemon asks others.
HttpOptions HttpOptionsOf(const DaemonConfig& config, const std::stop_token& stop);

// Chores are posted by the main thread; each kind has a thread of its own, which waits for nothing
// but its own disk, network or program.
class Chores {
 public:
  // Borrows all but the clock.
  Chores(Pool& pool, ListSource& list, Journal& journal, Counts& counts, Clock clock);

  // LookAtPool counts what is there, for SeenOfPool, and tells of evidence by the hook, which is
  // run again later where it failed; of what was found before this process began, in the journal
  // too. A hook that cannot be run is a problem before there is evidence, and so are public roots
  // that are old and files of the pool that were removed.
  // Of gossip, those of the settings are counted with those that the pool knows.
  void LookAtPool(const std::string& hook, const CourierSettings& courier = {});
  void Prune();

  // TryPool looks, while the pool is in memory, whether its file can be opened by now.
  void TryPool(const std::string& path);

  // UpdateList fetches a newer log list if it is due and the configuration names one.
  void UpdateList(const DaemonConfig& config);

  // SeenOfPool is as of the last look.
  DaemonStatus SeenOfPool() const;

 private:
  void LookAtHook(const std::string& hook);
  void LookAtRoots();
  Outcome<DaemonStatus> Look(const CourierSettings& courier);
  void TellOfEvidence(const std::string& hook, std::uint64_t number);
  std::set<std::string> AtHook() const;
  void RunHookFor(const std::string& hook, const PooledEvidence& evidence);
  void SetTold(const PooledEvidence& evidence);
  void FetchList(const DaemonConfig& config, const std::stop_token& stop);

  Pool& pool_;
  ListSource& list_;
  Journal& journal_;
  Counts& counts_;
  const Clock clock_;
  const std::uint64_t started_ms_;

  mutable std::mutex mutex_;  // guards what follows
  DaemonStatus seen_;
  unsigned list_failures_ = 0;
  std::uint64_t next_list_ms_ = 0;
  std::set<std::string> at_hook_;  // claim ids for which the hook runs, or waits to

  EvidenceWatch evidence_;  // of the disk's thread, as is what follows
  GrowthBook growth_;

  Worker hooks_;
  Worker network_;
  Worker disk_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_CHORES_H_
