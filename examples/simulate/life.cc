// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/life.h"

#include <algorithm>
#include <queue>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "examples/simulate/model_outbox.h"
#include "examples/simulate/naive_outbox.h"
#include "examples/simulate/pool_outbox.h"
#include "examples/simulate/stream.h"
#include "plugin/audit/schedule.h"

namespace tattle::simulate {
namespace {

// The interval of tattled's gossip with auditors (gossip_interval).
constexpr std::uint64_t kAuditorMs = 3'600'000;

// Fetches are those of all logs, each at its own times.
class Fetches {
 public:
  Fetches(const Logs& logs, std::uint64_t seed) : logs_(logs), stream_(seed) {
    for (std::uint32_t log = 0; log < logs.logs.size(); ++log) {
      due_.emplace(FirstFetchMs(logs.logs[log], kStartMs, stream_.Unit()), log);
    }
  }

  std::uint64_t next_ms() const { return due_.top().first; }

  // Take is the log whose turn it is.
  std::uint32_t Take() {
    const auto [time_ms, log] = due_.top();
    due_.pop();
    due_.emplace(NextFetchMs(logs_.logs[log], 0, 0, time_ms, stream_.Unit()), log);
    return log;
  }

 private:
  using Due = std::pair<std::uint64_t, std::uint32_t>;
  const Logs& logs_;
  Stream stream_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

// AuditorTimes are drawn as adapters/daemon/gossip/courier_work.cc draws them.
class AuditorTimes {
 public:
  AuditorTimes(bool is_there, std::uint64_t seed) : stream_(seed) {
    next_ms_ = is_there ? kStartMs + stream_.Below(kAuditorMs / 10 + 1) : kNever;
  }
  std::uint64_t next_ms() const { return next_ms_; }
  void Take() { next_ms_ += kAuditorMs * 3 / 4 + stream_.Below(kAuditorMs / 2 + 1); }

 private:
  Stream stream_;
  std::uint64_t next_ms_;
};

// FetchedAt is the head that a log shows at a time: its last.
Head FetchedAt(const World& world, std::uint32_t client, std::uint32_t log, std::uint64_t now_ms) {
  const std::uint64_t head_ms = std::uint64_t{world.settings().head_s} * kMsPerSecond;
  const std::uint64_t time_ms = now_ms / head_ms * head_ms;
  return {log, now_ms / head_ms, time_ms,
          log == 0 ? world.FaceForClient(client, time_ms) : Face::kBoth};
}

}  // namespace

LifeCounts Life::Live(const std::uint64_t& until_ms,
                      const std::function<Heads(const Message&)>& tell) const {
  LifeCounts counts;
  const std::uint64_t seed = world.seed();
  Fetches fetches(logs, Blend({seed, kOfFetches, client}));
  AuditorTimes auditor(world.HasAuditor(client), Blend({seed, kOfAuditor, client}));
  const std::vector<Visit> visits = world.VisitsOf(client, until_ms);
  auto visit = visits.begin();
  const std::size_t num_auditors = auditor.next_ms() == kNever ? 0 : 1;
  // Renewed is a moment later, as tattled renews the outbox within seconds of any news.
  std::uint64_t moment = 0;
  const auto draw = [&] { return DrawOf(Blend({seed, kOfMoment, client, ++moment})); };
  const auto renew = [&](std::uint64_t now_ms) { outbox.Renew(num_auditors, now_ms, draw()); };
  const auto tell_all = [&](std::uint32_t server, std::uint64_t now_ms, Heads heads) {
    if (!heads.empty()) {
      const Message message = {client, server, now_ms, std::move(heads)};
      for (const Head& head : tell(message)) {
        outbox.AddLearnt(head, now_ms);
      }
    }
  };
  while (true) {
    const std::uint64_t visit_ms = visit == visits.end() ? kNever : visit->time_ms;
    const std::uint64_t now_ms = std::min({visit_ms, fetches.next_ms(), auditor.next_ms()});
    if (now_ms >= until_ms) {
      return counts;
    }
    if (now_ms == visit_ms) {
      renew(now_ms);
      tell_all(visit->server, now_ms, outbox.Carry(visit->server, now_ms, draw()));
      outbox.NoteWilling(visit->server, now_ms);
      ++counts.num_visits;
      ++visit;
    } else if (now_ms == fetches.next_ms()) {
      outbox.AddOwn(FetchedAt(world, client, fetches.Take(), now_ms), now_ms);
      ++counts.num_fetches;
    } else {
      renew(now_ms);
      tell_all(kAuditor, now_ms, outbox.GiveToAuditor(now_ms, draw()));
      auditor.Take();
    }
    renew(now_ms);
  }
}

std::unique_ptr<Outbox> MakeOutbox(const Logs& logs, const Settings& settings, Rule rule,
                                   const std::string& folder) {
  if (rule != Rule::kTattle) {
    return std::make_unique<NaiveOutbox>(logs, rule, settings.head_s);
  }
  if (!settings.is_pool_real) {
    return std::make_unique<ModelOutbox>(logs);
  }
  return std::make_unique<PoolOutbox>(logs, folder + "/pool", kStartMs);
}

}  // namespace tattle::simulate
