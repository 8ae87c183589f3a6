// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "adapters/cli/pool/verbs.h"
#include "core/base/base64.h"
#include "core/base/json.h"

namespace tattle::cli {
namespace {

struct Stats {
  PoolCounts counts;
  std::vector<LogProgress> progress;  // of each log
  std::vector<PooledCounter> counters;
};

PoolResult<Stats> Collect(Pool& pool) {
  Stats stats;
  PoolResult<PoolCounts> counts = pool.Counts();
  PoolResult<std::vector<PooledCounter>> counters = pool.Counters();
  if (!counts || !counters) {
    return tl::unexpected(counts ? counters.error() : counts.error());
  }
  stats.counts = *std::move(counts);
  stats.counters = *std::move(counters);
  for (const LogCounts& log : stats.counts.logs) {
    PoolResult<LogProgress> progress = pool.Progress(log.log_id);
    if (!progress) {
      return tl::unexpected(progress.error());
    }
    stats.progress.push_back(*std::move(progress));
  }
  return stats;
}

void PrintTable(const Stats& stats, const LogList& list, const std::string& path) {
  const PoolCounts& counts = stats.counts;
  fmt::print("pool: {}, {} kB\n", Printable(path), counts.file_size / 1024);
  fmt::print("{} logs, {} chains of {} certificates, {} peers\n\n", counts.logs.size(),
             counts.chains, counts.certificates, counts.peers);
  std::vector<Row> rows = {{"LOG", "TRUSTED SIZE", "UNLINKED", "LINKED", "CONFLICTING", "SCTS",
                            "PENDING", "EVIDENCE", "LAST SUCCESS"}};
  const std::uint64_t now_ms = NowMs();
  for (std::size_t i = 0; i < counts.logs.size(); ++i) {
    const LogCounts& log = counts.logs.at(i);
    const LogProgress& progress = stats.progress.at(i);
    rows.push_back(
        {LogName(list, log.log_id),
         log.trusted ? std::to_string(log.trusted->sth.head.tree_size) : "none",
         std::to_string(log.unlinked), std::to_string(log.linked), std::to_string(log.conflicting),
         std::to_string(log.scts), std::to_string(log.pending_scts), std::to_string(log.evidence),
         progress.last_success_ms == 0 ? "never"
                                       : FormatAge(progress.last_success_ms, now_ms) + " ago"});
  }
  fmt::print("{}", FormatColumns(rows));
  for (std::size_t i = 0; i < counts.logs.size(); ++i) {
    const LogProgress& progress = stats.progress.at(i);
    if (progress.failures != 0) {
      fmt::print("{}: {} failures in a row: {}\n", Printable(LogName(list, progress.log_id)),
                 progress.failures, Printable(progress.last_failure));
    }
  }
  for (const PooledCounter& counter : stats.counters) {
    fmt::print("{}: {}\n", Printable(counter.name), counter.value);
  }
}

void PrintJson(const Stats& stats, const LogList& list, const std::string& path) {
  std::string logs;
  for (std::size_t i = 0; i < stats.counts.logs.size(); ++i) {
    const LogCounts& log = stats.counts.logs.at(i);
    const LogProgress& progress = stats.progress.at(i);
    logs += fmt::format(
        R"({}{{"log_id":"{}","log":{},"trusted_size":{},"unlinked":{},"linked":{},)"
        R"("conflicting":{},"scts":{},"pending_scts":{},"evidence":{},"last_success":{},)"
        R"("failures":{},"last_failure":{}}})",
        i == 0 ? "" : ",", EncodeBase64(log.log_id), json::Quote(LogName(list, log.log_id)),
        log.trusted ? std::to_string(log.trusted->sth.head.tree_size) : "null", log.unlinked,
        log.linked, log.conflicting, log.scts, log.pending_scts, log.evidence,
        progress.last_success_ms, progress.failures, json::Quote(progress.last_failure));
  }
  std::string counters;
  for (const PooledCounter& counter : stats.counters) {
    counters += fmt::format("{}{}:{}", counters.empty() ? "" : ",", json::Quote(counter.name),
                            counter.value);
  }
  fmt::print(R"({{"pool":{},"file_size":{},"chains":{},"certificates":{},"peers":{},"logs":[{}],)"
             R"("counters":{{{}}}}})"
             "\n",
             json::Quote(path), stats.counts.file_size, stats.counts.chains,
             stats.counts.certificates, stats.counts.peers, logs, counters);
}

int ShowStats(const NamedPoolOptions& options) {
  const Outcome<NamedPool> opened = OpenNamedPool(options);
  if (!opened) {
    return Complain(opened.error());
  }
  const PoolResult<Stats> stats = Collect(*opened->pool);
  if (!stats) {
    return Complain(stats.error().sentence);
  }
  (options.json ? PrintJson : PrintTable)(*stats, opened->list(), opened->pool->path());
  return kExitYes;
}

}  // namespace

void AddPoolStatsVerb(Verb pool, int& exit_status) {
  const auto options = std::make_shared<NamedPoolOptions>();
  const Verb verb = pool.AddVerb("stats", "count what a pool holds of each log");
  AddNamedPoolOptions(verb, *options, "the list that names the logs",
                      "print one JSON object instead of a table");
  verb.Footer(
      "UNLINKED heads are signed, and no proof has tied them to the trusted one yet; CONFLICTING\n"
      "ones are of a proven split view. PENDING SCTs are not proven to be in their log yet.\n\n"
      "Examples:\n"
      "  tattle pool stats\n"
      "  tattle pool stats --json | jq '.logs[] | select(.evidence > 0)'");
  verb.OnCall([options, &exit_status] { exit_status = ShowStats(*options); });
}

}  // namespace tattle::cli
