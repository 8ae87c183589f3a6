// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Ingest: observations in, verified SCTs with their chains out, to be asked for at their logs.

#ifndef TATTLE_ADAPTERS_DAEMON_OBSERVE_INGEST_H_
#define TATTLE_ADAPTERS_DAEMON_OBSERVE_INGEST_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/counts.h"
#include "adapters/daemon/journal.h"
#include "adapters/daemon/observe/recent_set.h"
#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"
#include "plugin/pool/records.h"
#include "plugin/runtime/gossip_note.h"
#include "plugin/runtime/observation.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// Sighting is what is left of an observation: its valid SCTs, and leaf and issuer, which they are
// for.
struct Sighting {
  std::string host;
  std::vector<ByteVector> chain;
  std::vector<PooledSct> scts;
  std::vector<ByteVector> bad_scts;  // of known logs, not signed by them, or from the future
};

// FindSighting verifies an observation and keeps the SCTs that are valid; each is due once its log
// has had time to merge it. `num_others` counts those that are not.
Sighting FindSighting(Observation observation, const LogList& logs, std::uint64_t now_ms,
                      std::size_t& num_others);

// MakePooledSct is a valid SCT of a log over an entry as the pool keeps it; nothing where no leaf
// can be made of it. `item` is the SCT as received.
std::optional<PooledSct> MakePooledSct(Bytes item, const Sct& sct, const SignedEntry& entry,
                                       const Log& log, std::uint64_t now_ms);

// ObservationKey is what makes two observations the same: the chain, what came with it, and the
// host: each that has a certificate is worth knowing.
Hash ObservationKey(const Observation& observation);

// Ingest verifies and stores in a thread of its own. Take may be called by any thread.
class Ingest {
 public:
  // Observations that wait are at most so many bytes together.
  static constexpr std::size_t kMaxQueueBytes = 16U << 20U;
  static constexpr std::size_t kRemembered = 65'536;
  static constexpr std::size_t kBatch = 256;

  // Store puts a batch on disk as a whole, or fails with a sentence: then it is tried again.
  using Store = std::function<Outcome<void>(std::span<const Sighting> batch)>;

  // CurrentList is the log list of this moment; null if there is none, and nothing is taken then.
  using CurrentList = std::function<std::shared_ptr<const LogList>()>;

  // TakeNote gets the datagrams that tell of gossip; it is called where TakeDatagram is.
  using TakeNote = std::function<void(GossipNote note)>;

  Ingest(CurrentList list, Store store, TakeNote take_note, Clock clock, Journal& journal,
         Counts& counts);

  // Stops, after what waits was stored, if that succeeds at once.
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  // TakeDatagram decodes and takes.
  void TakeDatagram(Bytes datagram);
  void Take(Observation observation);

  // TakeJudged takes what we judged ourselves, and why so.
  void TakeJudged(Observation observation, std::string reason);

  // Flush waits until what was taken is stored, or the time is up; for tests.
  bool Flush(std::chrono::milliseconds patience);

  std::size_t queue_bytes() const;

 private:
  struct Waiting {
    Hash key = {};
    std::size_t size = 0;
    Observation observation;
  };

  void Queue(Observation observation);
  void Run();
  std::vector<Waiting> WaitForBatch();
  std::vector<Sighting> Verify(std::vector<Waiting> batch);
  void StoreBatch(std::span<const Sighting> batch);
  bool WaitForStop(std::chrono::milliseconds time);

  const CurrentList list_;
  const Store store_;
  const TakeNote take_note_;
  const Clock clock_;
  Journal& journal_;
  Counts& counts_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  std::size_t queue_bytes_ = 0;
  RecentSet recent_{kRemembered};
  bool is_busy_ = false;
  bool must_stop_ = false;

  std::thread thread_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_OBSERVE_INGEST_H_
