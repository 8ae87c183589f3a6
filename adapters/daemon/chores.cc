// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/chores.h"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "adapters/daemon/hook.h"
#include "adapters/daemon/list_keeper.h"
#include "adapters/daemon/observe/store.h"
#include "adapters/daemon/pool_opening.h"
#include "plugin/gossip/peer_list.h"
#include "plugin/net/http_client.h"
#include "plugin/runtime/log_list_file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/public_root_set.h"

namespace tattle::daemon {
namespace {

constexpr std::chrono::seconds kHookPatience{60};

// ToFetch asks over HTTP.
Fetch ToFetch(HttpClient& client) {
  return [&client](const std::string& url, std::size_t max_size) -> Outcome<ByteVector> {
    Answer<HttpAnswer> answer = client.Get(url, max_size);
    if (!answer) {
      return tl::unexpected(answer.error().sentence);
    }
    if (answer->status != 200) {
      return tl::unexpected(url + ": status " + std::to_string(answer->status));
    }
    return std::move(answer->body);
  };
}

}  // namespace

HttpOptions HttpOptionsOf(const DaemonConfig& config, const std::stop_token& stop) {
  HttpOptions options;
  options.ca_file = config.ca_file;
  options.proxy = config.proxy;
  options.stop = stop;
  return options;
}

Chores::Chores(Pool& pool, ListSource& list, Journal& journal, Counts& counts, Clock clock)
    : pool_(pool),
      list_(list),
      journal_(journal),
      counts_(counts),
      clock_(std::move(clock)),
      started_ms_(clock_()) {}

DaemonStatus Chores::SeenOfPool() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void Chores::LookAtHook(const std::string& hook) {
  // Another subject than that of its runs: one may be well and the other not.
  if (const auto fine = CheckHook(hook); !fine) {
    journal_.Complain("hook's program", fine.error());
  } else {
    journal_.Settle("hook's program");
  }
}

void Chores::LookAtRoots() {
  if (const std::string warning = WarningOfRoots(clock_()); !warning.empty()) {
    journal_.Complain("public roots", warning);
  } else {
    journal_.Settle("public roots");
  }
}

void Chores::LookAtPool(const std::string& hook, const CourierSettings& courier) {
  disk_.Post("look", [this, hook, courier](const std::stop_token& /*stop*/) {
    LookAtHook(hook);
    LookAtRoots();
    CheckPoolFiles(pool_, journal_);
    Outcome<DaemonStatus> seen = Look(courier);
    if (!seen) {
      journal_.Complain("pool counts", seen.error());
      return;
    }
    journal_.Settle("pool counts");
    // One that only indicated may have become conclusive, which is news too.
    const std::uint64_t num_evidence = seen->num_evidence + seen->num_conclusive;
    {
      const std::lock_guard lock(mutex_);
      seen_ = *std::move(seen);
    }
    TellOfEvidence(hook, num_evidence);
  });
}

Outcome<DaemonStatus> Chores::Look(const CourierSettings& courier) {
  const std::shared_ptr<const LogList> logs = list_.Get();
  DaemonStatus seen;
  if (auto looked = daemon::LookAtPool(pool_, logs.get(), seen); !looked) {
    return Sorry(looked.error());
  }
  // Evidence never goes, and a piece may be large.
  const DaemonStatus before = SeenOfPool();
  if (seen.num_evidence == before.num_evidence && seen.num_conclusive == before.num_conclusive) {
    seen.evidence = before.evidence;
  } else if (auto looked = LookAtEvidence(pool_, seen); !looked) {
    return Sorry(looked.error());
  }
  for (EvidenceStatus& piece : seen.evidence) {
    const Log* const log = logs == nullptr ? nullptr : logs->Find(piece.log_id);
    piece.description = log == nullptr ? std::string() : log->description;
  }
  const std::uint64_t now_ms = clock_();
  const PoolResult<GossipPeers> peers = ReadGossipPeers(pool_);
  if (!peers) {
    return Sorry(peers.error().sentence);
  }
  seen.gossip.client = SummarizePeers(*peers, courier, now_ms);
  if (const auto recalled = growth_.Recall(pool_, now_ms); !recalled) {
    return Sorry(recalled.error().sentence);
  }
  for (LogStatus& log : seen.logs) {
    if (log.head_ms != 0) {
      growth_.Note(log.log_id, {.tree_size = log.tree_size, .timestamp_ms = log.head_ms});
    }
    log.growth = growth_.Look(log.log_id, now_ms);
  }
  return seen;
}

void Chores::TellOfEvidence(const std::string& hook, std::uint64_t number) {
  // Taken before the pool is asked: what a hook has taken since then is not untold any more.
  const std::set<std::string> at_hook = AtHook();
  const auto news = evidence_.Look(pool_, number, clock_());
  if (!news) {
    journal_.Complain("pool evidence", news.error().sentence);
    return;
  }
  journal_.Settle("pool evidence");
  for (const EvidenceWatch::News& one : *news) {
    // What is found while we run is in the journal already, by whoever found it.
    if (one.is_first && one.evidence.found_ms < started_ms_) {
      journal_.Error("evidence " + one.evidence.claim_id + ": " + one.evidence.kind +
                     ", from before this start; see `tattle evidence`");
    }
    if (at_hook.count(one.evidence.claim_id) == 0) {
      RunHookFor(hook, one.evidence);
    }
  }
}

std::set<std::string> Chores::AtHook() const {
  const std::lock_guard lock(mutex_);
  return at_hook_;
}

// SetTold: what was told to nobody stays untold, and is told later.
void Chores::SetTold(const PooledEvidence& evidence) {
  if (const PoolResult<void> done = pool_.SetEvidenceTold(evidence.claim_id); !done) {
    journal_.Complain("pool evidence told", done.error().sentence);
  } else {
    journal_.Settle("pool evidence told");
  }
}

void Chores::RunHookFor(const std::string& hook, const PooledEvidence& evidence) {
  if (hook.empty()) {
    SetTold(evidence);  // in the journal
    return;
  }
  HookRun run{hook,
              {"evidence", evidence.claim_id, evidence.kind,
               evidence.is_conclusive ? "conclusive" : "indicative"},
              evidence.json};
  {
    const std::lock_guard lock(mutex_);
    at_hook_.insert(evidence.claim_id);
  }
  hooks_.Post("hook " + evidence.claim_id, [this, run, evidence](const std::stop_token& stop) {
    counts_.Add(Count::kHooksRun);
    if (const auto done = RunHook(run, kHookPatience, stop); !done) {
      counts_.Add(Count::kHookFailures);
      journal_.Complain("hook", done.error());
    } else {
      journal_.Settle("hook");
      SetTold(evidence);
    }
    const std::lock_guard lock(mutex_);
    at_hook_.erase(evidence.claim_id);
  });
}

void Chores::Prune() {
  disk_.Post("prune", [this](const std::stop_token& /*stop*/) {
    if (const PoolResult<PruneCounts> pruned = pool_.Prune(clock_()); !pruned) {
      journal_.Complain("pool pruning", pruned.error().sentence);
    } else {
      journal_.Settle("pool pruning");
    }
  });
}

void Chores::TryPool(const std::string& path) {
  disk_.Post("try",
             [this, path](const std::stop_token& /*stop*/) { daemon::TryPool(path, journal_); });
}

void Chores::UpdateList(const DaemonConfig& config) {
  {
    const std::lock_guard lock(mutex_);
    if (config.log_list_url.empty() || clock_() < next_list_ms_) {
      return;
    }
  }
  network_.Post("list", [this, config](const std::stop_token& stop) { FetchList(config, stop); });
}

void Chores::FetchList(const DaemonConfig& config, const std::stop_token& stop) {
  HttpClient client(HttpOptionsOf(config, stop));
  const std::string& named = config.judge.log_list;
  const auto update = FetchLogList(
      {config.log_list_url, config.log_list_key, named.empty() ? kDefaultLogListFile : named},
      ToFetch(client), clock_());
  if (stop.stop_requested()) {
    return;
  }
  const bool failed = !update || update->outcome == UpdateOutcome::kRefused;
  if (failed) {
    counts_.Add(Count::kListUpdateFailures);
    journal_.Complain("log_list_url", update
                                          ? config.log_list_url + " is refused: " + update->refusal
                                          : update.error());
  } else {
    journal_.Settle("log_list_url");
  }
  if (!failed && update->outcome == UpdateOutcome::kReplaced) {
    counts_.Add(Count::kListUpdates);
    journal_.Info("log_list_url: a newer log list is in force, with " +
                  std::to_string(update->after.content().logs.size()) + " logs");
  }
  const std::lock_guard lock(mutex_);
  list_failures_ = failed ? list_failures_ + 1 : 0;
  next_list_ms_ = clock_() + static_cast<std::uint64_t>(
                                 std::chrono::milliseconds(NextFetch(list_failures_)).count());
}

}  // namespace tattle::daemon
