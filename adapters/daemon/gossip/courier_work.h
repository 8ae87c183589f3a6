// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// CourierWork: what gossip as a client does at a moment, without thread or queue.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_WORK_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_WORK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/counts.h"
#include "adapters/daemon/gossip/courier_settings.h"
#include "adapters/daemon/gossip/limits.h"
#include "adapters/daemon/journal.h"
#include "core/gossip/mix.h"
#include "core/loglist/log_list.h"
#include "plugin/gossip/head_intake.h"
#include "plugin/gossip/pollinator.h"
#include "plugin/net/http_client.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/gossip_note.h"
#include "plugin/runtime/outbox.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// CourierParts is what a courier works with: all is borrowed but the functions.
struct CourierParts {
  Pool& pool;
  Journal& journal;
  Counts& counts;
  std::function<std::shared_ptr<const LogList>()> list;  // null: there is none
  Clock clock;
  DrawUint64 draw;  // cryptographic
};

// CourierPlan is what the configuration says.
struct CourierPlan {
  CourierSettings settings;
  HeadSide side = HeadSide::kClient;  // for whom we speak
  HttpOptions http;
  std::string outbox;  // the file; empty: none is written
};

// CourierWork is for one thread, but for IsOffering. What goes wrong is in the journal, and tried
// again.
class CourierWork {
 public:
  CourierWork(CourierParts parts, CourierPlan plan);
  ~CourierWork();
  CourierWork(const CourierWork&) = delete;
  CourierWork& operator=(const CourierWork&) = delete;

  // TakeNote takes what a web server said to a program of this machine.
  void TakeNote(const GossipNote& note);

  // IsOffering says whether the outbox has heads for a host, or may have in a moment. Any thread
  // may ask.
  bool IsOffering(const std::string& host) const;

  // RenewOutbox does so now; without a log list there is nothing in it.
  void RenewOutbox();

  // Step does what is due, but no more than one exchange with somebody else: whoever is slow keeps
  // the outbox waiting for as long as that takes. Says whether there was one.
  bool Step();

  // SendTo exchanges heads with a site now.
  void SendTo(const std::string& site);

 private:
  using Times = std::map<std::string, std::uint64_t, std::less<>>;

  Outcome<void> Take(const GossipNote& note, const LogList& logs, std::uint64_t now_ms);
  Outcome<void> TakeWillingness(const GossipNote& note, std::uint64_t now_ms);
  Outcome<void> TakeHeads(const GossipNote& note, std::span<const GossipHead> heads,
                          HeadSource source, const LogList& logs, std::uint64_t now_ms);
  void TakeOffered(const std::string& host, std::uint64_t now_ms);
  Outcome<void> NoteAllCarried();
  Outcome<void> TakeOutCarried();
  Outcome<void> WriteRenewed(const LogList* logs, std::uint64_t now_ms);
  Outcome<void> WriteHosts(std::vector<OutboxHost> hosts, std::uint64_t now_ms);
  Outcome<void> WriteFile(std::vector<OutboxHost> hosts, std::uint64_t made_ms);
  void SetOffering(std::set<std::string> hosts);
  Outcome<bool> SendDue(const LogList& logs, std::uint64_t now_ms);
  Outcome<void> Send(const std::string& site, HeadAudience audience, const LogList& logs,
                     std::uint64_t now_ms);
  Outcome<bool> IsDue(const std::string& site, std::uint64_t now_ms);
  Outcome<bool> GiveDueFeedback(std::uint64_t now_ms);
  Outcome<void> PlanFeedback(std::uint64_t now_ms);
  Outcome<std::uint64_t> DrawTime(std::uint64_t from_ms, std::uint64_t span_ms) const;
  void Say(const std::string& about, const Outcome<void>& done);

  const CourierParts parts_;
  const CourierPlan plan_;
  Pollinator pollinator_;
  const GossipClient client_;
  HeadIntake intake_;
  WorkBucket checks_;  // of notes

  Times no_until_ms_;  // sites that said No, which is their word and nobody else's
  std::set<std::string> complaints_;
  Times carried_ms_;   // what was offered to these hosts, of which the pool knows nothing
                       // yet; hosts that the file had, so no more than it can have
  Times send_ms_;      // when a configured site is due
  Times feedback_ms_;  // when a host is due
  std::uint64_t planned_ms_ = 0;  // the hosts with news were read
  std::size_t num_hosts_ = 0;     // in the outbox
  bool has_news_ = true;          // for the outbox
  std::uint64_t renewed_ms_ = 0;
  std::uint64_t written_ms_ = 0;
  std::vector<OutboxHost> written_;

  mutable std::mutex mutex_;  // guards what follows
  std::set<std::string> offering_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_WORK_H_
