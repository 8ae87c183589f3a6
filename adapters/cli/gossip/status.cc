// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/gossip/verbs.h"
#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/site_book.h"

namespace tattle::cli {
namespace {

struct GossipStatusOptions {
  NamedPoolOptions named;
  std::uint64_t limit = 20;
};

// Stock is how many heads of a log there are to give away.
struct Stock {
  std::uint64_t own = 0;     // fetched by us, and given to nobody yet
  std::uint64_t given = 0;   // or promised
  std::uint64_t learnt = 0;  // from others
  std::uint64_t conflicting = 0;
};

struct GossipState {
  std::map<LogId, Stock> stock;
  std::vector<PromisedHead> promised;
  std::vector<GossipExchange> exchanges;
  std::uint64_t num_untold = 0;  // chains that sites showed and were not told yet
};

Stock& CountHead(Stock& stock, const KnownHead& head) {
  if (head.is_conflicting) {
    ++stock.conflicting;
  } else if (head.given_to_web_server || head.given_to_auditor) {
    ++stock.given;
  } else {
    ++(head.source == HeadSource::kLog ? stock.own : stock.learnt);
  }
  return stock;
}

PoolResult<GossipState> Look(Pool& pool, std::uint64_t limit, std::uint64_t now_ms) {
  GossipState state;
  const auto heads = GossipView(pool).HeadsSince(now_ms - std::min(now_ms, kHeadFreshnessMs));
  auto promised = GossipBook(pool).Promised();
  auto exchanges = GossipBook(pool).Exchanges(limit);
  const auto sites = SiteBook(pool).ListSites();
  if (!heads || !promised || !exchanges || !sites) {
    return tl::unexpected(!heads       ? heads.error()
                          : !promised  ? promised.error()
                          : !exchanges ? exchanges.error()
                                       : sites.error());
  }
  for (const KnownHead& head : *heads) {
    CountHead(state.stock[head.log_id], head);
  }
  for (const SiteSummary& site : *sites) {
    state.num_untold += site.num_unreported;
  }
  state.promised = *std::move(promised);
  state.exchanges = *std::move(exchanges);
  return state;
}

std::string StockTable(const GossipState& state, const LogList& list) {
  std::vector<Row> rows = {{"LOG", "OWN", "GIVEN", "LEARNT", "CONFLICTING"}};
  for (const auto& [log_id, stock] : state.stock) {
    rows.push_back({LogName(list, log_id), std::to_string(stock.own), std::to_string(stock.given),
                    std::to_string(stock.learnt), std::to_string(stock.conflicting)});
  }
  return FormatColumns(rows);
}

std::string OutboxTable(const GossipState& state, const LogList& list, std::uint64_t now_ms) {
  std::vector<Row> rows = {{"WAITS FOR", "LOG", "SIZE", "TIME", "SINCE"}};
  for (const PromisedHead& one : state.promised) {
    rows.push_back(
        {one.host, LogName(list, one.head.log_id), std::to_string(one.head.sth.head.tree_size),
         EncodeRfc3339(one.head.sth.head.timestamp_ms), FormatAge(one.since_ms, now_ms) + " ago"});
  }
  return FormatColumns(rows);
}

std::string ExchangeTable(const GossipState& state) {
  std::vector<Row> rows = {{"WHEN", "WITH", "WHAT", "SENT", "CAME BACK", "NEW", "RESULT"}};
  for (const GossipExchange& one : state.exchanges) {
    rows.push_back({EncodeRfc3339(one.at_ms), one.host, std::string(ExchangeKindName(one.kind)),
                    std::to_string(one.num_sent), std::to_string(one.num_received),
                    std::to_string(one.num_new), one.failure.empty() ? "taken" : one.failure});
  }
  return FormatColumns(rows);
}

void PrintGossipState(const GossipState& state, const LogList& list, const std::string& path,
                      std::uint64_t now_ms) {
  fmt::print("pool: {}\n\n", Printable(path));
  if (state.stock.empty()) {
    fmt::print("no heads: nothing was audited yet, or all is older than 14 days\n");
  } else {
    fmt::print("{}", StockTable(state, list));
  }
  if (state.promised.empty()) {
    fmt::print("\nnothing waits to be carried\n");
  } else {
    fmt::print("\n{}", OutboxTable(state, list, now_ms));
  }
  if (state.num_untold > 0) {
    fmt::print("\n{} chains wait to be told to the sites that showed them\n", state.num_untold);
  }
  if (state.exchanges.empty()) {
    fmt::print("\nnothing was exchanged yet\n");
  } else {
    fmt::print("\n{}", ExchangeTable(state));
  }
}

std::string Joined(const std::vector<std::string>& parts) {
  return fmt::format("[{}]", fmt::join(parts, ","));
}

void PrintGossipJson(const GossipState& state, const LogList& list, const std::string& path) {
  std::vector<std::string> logs;
  for (const auto& [log_id, stock] : state.stock) {
    logs.push_back(fmt::format(
        R"({{"log_id":"{}","log":{},"own":{},"given":{},"learnt":{},"conflicting":{}}})",
        EncodeBase64(log_id), json::Quote(LogName(list, log_id)), stock.own, stock.given,
        stock.learnt, stock.conflicting));
  }
  std::vector<std::string> waiting;
  for (const PromisedHead& one : state.promised) {
    waiting.push_back(
        fmt::format(R"({{"host":{},"log_id":"{}","tree_size":{},"timestamp":{},"since":{}}})",
                    json::Quote(one.host), EncodeBase64(one.head.log_id),
                    one.head.sth.head.tree_size, one.head.sth.head.timestamp_ms, one.since_ms));
  }
  std::vector<std::string> exchanges;
  for (const GossipExchange& one : state.exchanges) {
    exchanges.push_back(fmt::format(
        R"({{"time":{},"host":{},"what":"{}","sent":{},"received":{},"new":{},"failure":{}}})",
        one.at_ms, json::Quote(one.host), ExchangeKindName(one.kind), one.num_sent,
        one.num_received, one.num_new, JsonTextOrNull(one.failure)));
  }
  fmt::print(R"({{"pool":{},"logs":{},"waiting":{},"untold":{},"exchanges":{}}})"
             "\n",
             json::Quote(path), Joined(logs), Joined(waiting), state.num_untold, Joined(exchanges));
}

int ShowGossipStatus(const GossipStatusOptions& options) {
  const Outcome<NamedPool> opened = OpenNamedPool(options.named);
  if (!opened) {
    return Complain(opened.error());
  }
  const std::uint64_t now_ms = NowMs();
  const PoolResult<GossipState> state = Look(*opened->pool, options.limit, now_ms);
  if (!state) {
    return Complain(state.error().sentence);
  }
  if (options.named.json) {
    PrintGossipJson(*state, opened->list(), opened->pool->path());
  } else {
    PrintGossipState(*state, opened->list(), opened->pool->path(), now_ms);
  }
  return kExitYes;
}

}  // namespace

void AddGossipStatusVerb(Verb gossip, int& exit_status) {
  const auto options = std::make_shared<GossipStatusOptions>();
  const Verb verb =
      gossip.AddVerb("status", "count heads that can be given or wait, and list exchanges");
  AddNamedPoolOptions(verb, options->named, "the list that names the logs",
                      "print one JSON object instead of tables");
  verb.AddOption("--limit", options->limit, "show so many exchanges, the newest first")
      .ShowDefault();
  verb.Footer(
      "OWN heads were fetched from their log by this machine and given to nobody: for a client "
      "each\n"
      "goes to one server only, so that no two servers can tell that they met the same machine.\n"
      "LEARNT ones came from others and go to auditors only. CONFLICTING ones prove a split view,\n"
      "and go to everybody. What waits is carried by programs that go there anyway (WHAT says\n"
      "carried), the rest is sent by tattled.\n\n"
      "Example:\n"
      "  tattle gossip status --json | jq .exchanges[0]");
  verb.OnCall([options, &exit_status] { exit_status = ShowGossipStatus(*options); });
}

}  // namespace tattle::cli
