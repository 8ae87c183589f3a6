// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/daemon.h"

#include <csignal>
#include <ctime>
#include <utility>

#include "adapters/daemon/observe/store.h"
#include "adapters/daemon/pool_opening.h"
#include "core/base/time.h"
#include "plugin/capi/random_draw.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/replace_file.h"

namespace tattle::daemon {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMetricsPeriod{15'000};
constexpr milliseconds kLinesPeriod{10'000};  // how often to say what the journal left out
constexpr milliseconds kLookPeriod{10'000};
constexpr milliseconds kPrunePeriod{3'600'000};
constexpr milliseconds kListPeriod{60'000};  // how often to look whether a newer list is due
constexpr milliseconds kTryPeriod{60'000};   // and, while the pool is in memory, for its file

std::uint64_t MonotonicUs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

Daemon::Daemon(DaemonOptions options)
    : options_(std::move(options)),
      config_(options_.config),
      started_ms_(options_.clock()),
      journal_(options_.journal, options_.clock, counts_),
      list_(config_.judge.log_list, options_.clock, journal_, config_.judge.on_stale),
      limits_(config_.observe_rate, config_.observe_rate_total, started_ms_),
      base_(event_base_new()) {
  event_base_priority_init(base_.get(), kNumPriorities);
}

Outcome<std::unique_ptr<Daemon>> Daemon::Create(DaemonOptions options) {
  options.journal.syslog = options.config.judge.syslog;
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(options)));
  auto judge = daemon->MakeJudge(daemon->config_);
  if (!judge) {
    return Sorry(judge.error());
  }
  daemon->judge_ = *std::move(judge);
  if (const auto opened = daemon->OpenPool(); !opened) {
    return Sorry(opened.error());
  }
  daemon->StartCourier();
  if (const auto opened = daemon->OpenSockets(); !opened) {
    return Sorry(opened.error());
  }
  return daemon;
}

Daemon::~Daemon() {
  // What brings work goes first, then what does it, then where it goes.
  if (inbox_) {
    inbox_->Close();  // or status_ would wait for an answer
  }
  status_.reset();
  gossip_.reset();
  callbacks_.clear();
  observe_.clear();
  check_.reset();
  control_.reset();
  audit_.reset();
  courier_.reset();
  chores_.reset();
  judge_.reset();
  ingest_.reset();
  pool_.reset();
}

Outcome<std::unique_ptr<CheckJudge>> Daemon::MakeJudge(const DaemonConfig& config) {
  return CheckJudge::Create(
      config.judge, config.ca_file,
      [this](Observation observation, std::string reason) {
        ingest_->TakeJudged(std::move(observation), std::move(reason));
      },
      journal_, counts_, options_.clock());
}

Outcome<void> Daemon::OpenPool() {
  Outcome<std::unique_ptr<Pool>> pool = daemon::OpenPool(config_.pool, journal_);
  if (!pool) {
    return Sorry(pool.error());
  }
  pool_ = *std::move(pool);
  ingest_ =
      std::make_unique<Ingest>([this] { return list_.Get(); },
                               [this](std::span<const Sighting> batch) { return Store(batch); },
                               [this](GossipNote note) { courier_->TakeNote(std::move(note)); },
                               options_.clock, journal_, counts_);
  chores_ = std::make_unique<Chores>(*pool_, list_, journal_, counts_, options_.clock);
  return {};
}

// Store is called by the thread of Ingest.
Outcome<void> Daemon::Store(std::span<const Sighting> batch) {
  Outcome<void> done = StoreSightings(*pool_, batch);
  if (done && gives_feedback_) {
    done = KeepForFeedback(*pool_, batch, options_.clock());
  }
  return done;
}

void Daemon::AddTimer(milliseconds period, std::function<void()> call) {
  Callback& timer = *callbacks_.emplace_back(
      std::make_unique<Callback>(base_.get(), -1, EV_PERSIST, kUrgent, std::move(call)));
  timer.Start(period);
}

void Daemon::AddSignal(int number, std::function<void()> call) {
  Callback& signal = *callbacks_.emplace_back(std::make_unique<Callback>(
      base_.get(), number, EV_SIGNAL | EV_PERSIST, kUrgent, std::move(call)));
  signal.Start();
}

void Daemon::StartTimers() {
  AddSignal(SIGTERM, [this] { event_base_loopbreak(base_.get()); });
  AddSignal(SIGINT, [this] { event_base_loopbreak(base_.get()); });
  AddSignal(SIGHUP, [this] { Reload(); });
  AddTimer(kLookPeriod, [this] { chores_->LookAtPool(config_.hook, config_.courier); });
  AddTimer(kPrunePeriod, [this] { chores_->Prune(); });
  AddTimer(kListPeriod, [this] { chores_->UpdateList(config_); });
  AddTimer(kMetricsPeriod, [this] { WriteMetrics(); });
  AddTimer(kLinesPeriod, [this] { journal_.SayLost(); });
  if (PoolPlace(*pool_).IsInMemory()) {
    AddTimer(kTryPeriod, [this] { chores_->TryPool(config_.pool); });
  }
  if (options_.watchdog) {
    AddTimer(*options_.watchdog, [this] { options_.notifier.Alive(); });
  }
}

// StartCourier is what StartAudit is: what it forgets is in the pool, but for what programs have
// told and nobody has looked at yet. It is made before the sockets are, since they hand notes on to
// it.
void Daemon::StartCourier() {
  CourierPlan plan{config_.courier, SideOf(config_), HttpOptionsOf(config_, {}),
                   config_.judge.outbox};
  if (!MayGiveHeads()) {
    plan.settings = {};
    plan.outbox.clear();
  }
  gives_feedback_ = plan.settings.feedback;
  courier_.reset();
  courier_ = std::make_unique<GossipCourier>(
      CourierParts{*pool_, journal_, counts_, [this] { return list_.Get(); }, options_.clock,
                   RandomDraw},
      std::move(plan));
}

// MayGiveHeads: as a client each head goes to one server only, and a pool in memory does not know
// which were given before.
bool Daemon::MayGiveHeads() const {
  return !PoolPlace(*pool_).IsInMemory() || SideOf(config_) == HeadSide::kPool;
}

// StartAudit ends what is under way, if anything is: rounds are planned in the pool. What it
// forgets takes longer to be found, so it is called only where something has changed.
void Daemon::StartAudit() {
  audit_.reset();
  if (config_.audit) {
    audit_ = std::make_unique<AuditWorkers>(
        *pool_, list_,
        AuditSettings{HttpOptionsOf(config_, {}), config_.audit_skip, config_.rfc6962_inclusion},
        options_.clock, journal_, counts_);
  }
}

void Daemon::Run() {
  StartTimers();
  StartAudit();
  chores_->LookAtPool(config_.hook, config_.courier);
  chores_->Prune();
  chores_->UpdateList(config_);
  WriteMetrics();
  const std::shared_ptr<const LogList> logs = list_.Get();
  journal_.Info("version " TATTLE_VERSION " is ready, with " +
                std::to_string(logs == nullptr ? 0 : logs->content().logs.size()) + " logs and " +
                (PoolPlace(*pool_).IsInMemory() ? "" : "the pool ") + pool_->path());
  options_.notifier.Ready();
  event_base_dispatch(base_.get());
  options_.notifier.Stopping();
  journal_.Info("stops");
}

// ReadNextConfig is the configuration of a reload. One whose log list is none would have nothing
// judged, and all refused in require.
Outcome<DaemonConfig> Daemon::ReadNextConfig() {
  Outcome<DaemonConfig> config = options_.read_config();
  if (config) {
    if (const auto usable = list_.CheckNext(config->judge.log_list); !usable) {
      return Sorry(usable.error());
    }
  }
  return config;
}

// Reload keeps what there is where the new configuration cannot be.
void Daemon::Reload() {
  options_.notifier.Reloading(MonotonicUs());
  Outcome<DaemonConfig> config = ReadNextConfig();
  auto judge = config ? MakeJudge(*config) : Sorry(config.error());
  if (!judge) {
    journal_.Complain("configuration", judge.error() + "; the one from before stays in use");
    options_.notifier.Ready();
    return;
  }
  journal_.Settle("configuration");
  // Another subject than that of what is wrong: this is right, and not in force.
  if (const std::string fixed = DescribeFixed(config_, *config); !fixed.empty()) {
    journal_.Complain("changed configuration", "a restart is needed for: " + fixed);
  } else {
    journal_.Settle("changed configuration", "no restart is needed any more");
  }
  judge_ = *std::move(judge);
  if (config->judge.log_list != config_.judge.log_list) {
    list_.Reset(config->judge.log_list);
  }
  list_.SetOnStale(config->judge.on_stale);
  const bool is_same_audit = HasSameAudit(config_, *config);
  const bool is_same_courier = HasSameCourier(config_, *config);
  KeepFixed(config_, *config);
  config_ = *std::move(config);
  if (gossip_) {
    gossip_->Change(config_.gossip);
  }
  if (!is_same_audit) {
    StartAudit();
  }
  if (!is_same_courier) {
    StartCourier();
  }
  if (PoolPlace(*pool_).IsInMemory()) {
    chores_->TryPool(config_.pool);
  }
  WriteMetrics();
  journal_.Info("has read its configuration again");
  options_.notifier.Ready();
}

void Daemon::WriteMetrics() {
  if (config_.metrics.empty()) {
    return;
  }
  NoteWritten("metrics", ReplaceFile(config_.metrics, AsBytes(EncodeMetrics(Status()))));
}

void Daemon::NoteWritten(const char* subject, const Outcome<void>& written) {
  counts_.Add(written ? Count::kFilesWritten : Count::kFileFailures);
  if (written) {
    journal_.Settle(subject);
  } else {
    journal_.Complain(subject, written.error());
  }
}

}  // namespace tattle::daemon
