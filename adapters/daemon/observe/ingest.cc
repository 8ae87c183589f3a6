// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/observe/ingest.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/merkle/hash.h"
#include "core/verify/verify.h"
#include "core/wire/merkle_leaf.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

// How long a batch that the pool did not take waits for its next try.
constexpr std::chrono::milliseconds kRetry{5'000};

// Leaf and issuer, which is all that logs sign and proofs name. What stands behind them nobody has
// looked at: it could be anything.
constexpr std::size_t kKeptCertificates = 2;

// An observation in the queue, beside its bytes.
constexpr std::size_t kOverhead = 512;

void HashWithLength(Sha256& sha256, Bytes part) {
  sha256.Update(AsBytes(std::to_string(part.size()) + " ")).Update(part);
}

std::size_t SizeOf(const Observation& observation) {
  std::size_t size = kOverhead + observation.host.size() + observation.tls_scts.size() +
                     observation.ocsp_response.size();
  for (const ByteVector& certificate : observation.chain) {
    size += certificate.size();
  }
  return size;
}

HostVerdict VerdictOf(const Observation& observation, JudgedBy by) {
  return {observation.host, observation.policy, observation.mode, by, observation.compliant, ""};
}

}  // namespace

std::optional<PooledSct> MakePooledSct(Bytes item, const Sct& sct, const SignedEntry& entry,
                                       const Log& log, std::uint64_t now_ms) {
  const Result<ByteVector> leaf =
      EncodeMerkleTreeLeaf(TimestampedEntry{sct.timestamp_ms, entry, sct.extensions});
  if (!leaf) {
    return std::nullopt;
  }
  PooledSct out;
  out.log_id = sct.log_id;
  out.sct = ToVector(item);
  out.leaf_hash = HashLeaf(*leaf);
  out.timestamp_ms = sct.timestamp_ms;
  out.leaf_index = sct.leaf_index;
  out.is_precert = entry.type == EntryType::kPrecert;
  out.seen_ms = now_ms;
  out.next_try_ms = sct.timestamp_ms + log.mmd_s * kMsPerSecond;
  return out;
}

Hash ObservationKey(const Observation& observation) {
  Sha256 sha256;
  for (const ByteVector& certificate : observation.chain) {
    HashWithLength(sha256, certificate);
  }
  HashWithLength(sha256, {});  // the chain's end
  HashWithLength(sha256, AsBytes(observation.host));
  HashWithLength(sha256, observation.tls_scts);
  HashWithLength(sha256, observation.ocsp_response);
  return sha256.Finish();
}

Sighting FindSighting(Observation observation, const LogList& logs, std::uint64_t now_ms,
                      std::size_t& num_others) {
  Sighting sighting;
  sighting.host = std::move(observation.host);
  sighting.chain = std::move(observation.chain);
  sighting.chain.resize(std::min(sighting.chain.size(), kKeptCertificates));
  Evidence evidence;
  evidence.leaf = sighting.chain.front();
  evidence.issuer = sighting.chain.size() > 1 ? Bytes(sighting.chain[1]) : Bytes();
  evidence.tls_scts = observation.tls_scts;
  evidence.ocsp_response = observation.ocsp_response;
  const Result<Report> report = Verify(evidence, logs, now_ms, [&](const ShownSct& seen) {
    if (seen.facts.status != SctStatus::kValid) {
      sighting.bad_scts.push_back(ToVector(seen.item));
      return;
    }
    if (std::optional<PooledSct> sct =
            MakePooledSct(seen.item, seen.sct, seen.entry, *seen.facts.log, now_ms)) {
      sighting.scts.push_back(*std::move(sct));
    }
  });
  num_others += report ? report->scts.size() - sighting.scts.size() : 0;
  return sighting;
}

Ingest::Ingest(CurrentList list, Store store, TakeNote take_note, Clock clock, Journal& journal,
               Counts& counts)
    : list_(std::move(list)),
      store_(std::move(store)),
      take_note_(std::move(take_note)),
      clock_(std::move(clock)),
      journal_(journal),
      counts_(counts),
      thread_([this] { Run(); }) {}

Ingest::~Ingest() {
  {
    const std::lock_guard lock(mutex_);
    must_stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Ingest::TakeDatagram(Bytes datagram) {
  if (Result<Observation> observation = DecodeObservation(datagram)) {
    Take(*std::move(observation));
  } else if (Result<GossipNote> note = DecodeGossipNote(datagram)) {
    take_note_(*std::move(note));
  } else {
    counts_.Add(Count::kObservationsBad);
  }
}

void Ingest::Take(Observation observation) {
  counts_.AddVerdict(VerdictOf(observation, JudgedBy::kProgram), clock_());
  Queue(std::move(observation));
}

void Ingest::TakeJudged(Observation observation, std::string reason) {
  HostVerdict verdict = VerdictOf(observation, JudgedBy::kTattled);
  verdict.reason = std::move(reason);
  counts_.AddVerdict(verdict, clock_());
  Queue(std::move(observation));
}

void Ingest::Queue(Observation observation) {
  const Hash key = ObservationKey(observation);
  const std::size_t size = SizeOf(observation);
  {
    const std::lock_guard lock(mutex_);
    if (queue_bytes_ + size > kMaxQueueBytes) {
      counts_.Add(Count::kObservationsQueueFull);
      return;
    }
    if (!recent_.Insert(key)) {
      counts_.Add(Count::kObservationsRepeated);
      return;
    }
    queue_bytes_ += size;
    queue_.push_back({key, size, std::move(observation)});
  }
  changed_.notify_all();
}

std::size_t Ingest::queue_bytes() const {
  const std::lock_guard lock(mutex_);
  return queue_bytes_;
}

bool Ingest::Flush(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return queue_.empty() && !is_busy_; });
}

// WaitForBatch is empty only when it is time to stop.
std::vector<Ingest::Waiting> Ingest::WaitForBatch() {
  std::unique_lock lock(mutex_);
  is_busy_ = false;
  changed_.notify_all();
  changed_.wait(lock, [this] { return must_stop_ || !queue_.empty(); });
  std::vector<Waiting> batch;
  while (!queue_.empty() && batch.size() < kBatch) {
    queue_bytes_ -= queue_.front().size;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  is_busy_ = true;
  return batch;
}

bool Ingest::WaitForStop(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return must_stop_; });
}

std::vector<Sighting> Ingest::Verify(std::vector<Waiting> batch) {
  const std::shared_ptr<const LogList> logs = list_();
  std::vector<Sighting> out;
  std::size_t num_others = 0;
  for (Waiting& one : batch) {
    if (logs == nullptr) {
      const std::lock_guard lock(mutex_);
      recent_.Forget(one.key);  // it may come again when there is a list
      continue;
    }
    Sighting sighting = FindSighting(std::move(one.observation), *logs, clock_(), num_others);
    counts_.Add(Count::kObservationsVerified);
    if (!sighting.scts.empty() || !sighting.bad_scts.empty()) {
      out.push_back(std::move(sighting));
    }
  }
  counts_.Add(Count::kSctsNotValid, num_others);
  return out;
}

// StoreBatch tries until the pool takes it, or it is time to stop. What waits meanwhile is bounded.
void Ingest::StoreBatch(std::span<const Sighting> batch) {
  while (true) {
    const Outcome<void> stored = store_(batch);
    if (stored) {
      journal_.Settle("pool");
      for (const Sighting& sighting : batch) {
        counts_.Add(Count::kSctsStored, sighting.scts.size());
      }
      return;
    }
    counts_.Add(Count::kStoreFailures);
    journal_.Complain("pool", stored.error());
    if (WaitForStop(kRetry)) {
      return;
    }
  }
}

void Ingest::Run() {
  while (true) {
    std::vector<Waiting> batch = WaitForBatch();
    if (batch.empty()) {
      return;
    }
    const std::vector<Sighting> sightings = Verify(std::move(batch));
    if (!sightings.empty()) {
      StoreBatch(sightings);
    }
  }
}

}  // namespace tattle::daemon
