// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipCourier: gossip as a client, in a thread of its own. It hears from programs what web
// servers say, fills the outbox, and talks to those whom the configuration names.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "adapters/daemon/counts.h"
#include "adapters/daemon/gossip/courier_work.h"
#include "plugin/runtime/gossip_note.h"

namespace tattle::daemon {

class GossipCourier {
 public:
  // Notes that wait are at most so many bytes together; sites of SendSoon so many. That heads were
  // offered is no such note: it waits in any case, once for each host that the outbox has had.
  static constexpr std::size_t kMaxNoteBytes = 4U << 20U;
  static constexpr std::size_t kMaxWanted = 16;

  GossipCourier(CourierParts parts, CourierPlan plan);

  // Ends what is under way.
  ~GossipCourier();
  GossipCourier(const GossipCourier&) = delete;
  GossipCourier& operator=(const GossipCourier&) = delete;

  // TakeNote takes what a web server said to a program of this machine. Any thread may call it.
  void TakeNote(GossipNote note);

  // SendSoon exchanges heads with a site once, as with those of gossip_servers. False when too many
  // wait. Any thread may call it.
  bool SendSoon(const std::string& site);

 private:
  void Run();
  bool Wait(bool is_busy);
  void TakeOffer(GossipNote note);
  void TakeWaiting();

  Counts& counts_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<GossipNote> notes_;
  std::size_t note_bytes_ = 0;
  std::set<std::string> offered_;
  std::deque<std::string> wanted_;
  std::stop_source stop_;

  CourierWork work_;  // of the thread
  std::thread thread_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_H_
