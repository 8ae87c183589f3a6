// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/gossip/verbs.h"
#include "adapters/cli/log/http_settings.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "core/base/json.h"
#include "plugin/gossip/head_choice.h"
#include "plugin/gossip/pollinator.h"
#include "plugin/net/gossip_client.h"
#include "plugin/service/random_draw.h"

namespace tattle::cli {
namespace {

struct GossipSendOptions {
  NamedPoolOptions named;
  HttpSettings http;
  std::string site;
  std::string side = "client";
  bool is_auditor = false;
  bool dry_run = false;

  HeadSide head_side() const { return side == "server" ? HeadSide::kPool : HeadSide::kClient; }
  HeadAudience audience() const {
    return is_auditor ? HeadAudience::kAuditor : HeadAudience::kWebServer;
  }
};

// SiteOf is the site without the slash that people write behind it.
std::string SiteOf(std::string site) {
  while (site.ends_with('/')) {
    site.pop_back();
  }
  return site;
}

Pollinator PollinatorFor(Pool& pool, const GossipSendOptions& options) {
  return Pollinator(pool, MakeHttpOptions(options.http), options.head_side(), RandomDraw);
}

int ShowRequest(const GossipSendOptions& options, const std::string& site) {
  const Outcome<NamedPool> opened = OpenNamedPool(options.named);
  if (!opened) {
    return Complain(opened.error());
  }
  const auto heads =
      PollinatorFor(*opened->pool, options).Choose(options.audience(), 1, opened->list(), NowMs());
  if (!heads) {
    return Complain(heads.error());
  }
  const Result<GossipRequest> request =
      MakePollination(site, GossipFamily::kCt, ToGossipHeads(*heads));
  if (!request) {
    return ComplainOf(site, Describe(request.error()));
  }
  if (options.named.json) {
    fmt::print(R"({{"url":{},"heads":{},"body":{}}})"
               "\n",
               json::Quote(request->url), heads->size(), json::Quote(request->body));
  } else {
    fmt::print("{}", FormatGossipRequest(*request));
    fmt::print(stderr, "\ntattle: {} heads; nothing was sent\n", heads->size());
  }
  return kExitYes;
}

int PrintExchange(const GossipSendOptions& options, const GossipExchange& exchange) {
  if (options.named.json) {
    fmt::print(R"({{"host":{},"sent":{},"received":{},"new":{},"failure":{}}})"
               "\n",
               json::Quote(exchange.host), exchange.num_sent, exchange.num_received,
               exchange.num_new, JsonTextOrNull(exchange.failure));
  } else if (exchange.failure.empty()) {
    fmt::print("{}: took {} heads; {} came back, {} of them new and good\n",
               Printable(exchange.host), exchange.num_sent, exchange.num_received,
               exchange.num_new);
  } else {
    Complain(exchange.failure);
  }
  return exchange.failure.empty() ? kExitYes : kExitUnknown;
}

int SendHeads(const GossipSendOptions& options) {
  const std::string site = SiteOf(options.site);
  if (const Outcome<std::string> host = HostOfSite(site); !host) {
    return ComplainOf(options.site, host.error());
  }
  if (options.dry_run) {
    return ShowRequest(options, site);
  }
  const auto pool = OpenPool(options.named.pool, PoolOptions());
  if (!pool) {
    return Complain(pool.error());
  }
  const Outcome<LoadedLogList> logs = LoadLogList(options.named.log_list);
  if (!logs) {
    return Complain(logs.error());
  }
  const std::uint64_t now_ms = NowMs();
  Pollinator pollinator = PollinatorFor(**pool, options);
  const auto heads = pollinator.Choose(options.audience(), 1, *logs->list, now_ms);
  const auto exchange = heads
                            ? pollinator.Send(site, options.audience(), *heads, *logs->list, now_ms)
                            : Outcome<GossipExchange>(Sorry(heads.error()));
  return exchange ? PrintExchange(options, *exchange) : Complain(exchange.error());
}

}  // namespace

void AddGossipSendVerb(Verb gossip, int& exit_status) {
  const auto options = std::make_shared<GossipSendOptions>();
  const Verb verb = gossip.AddVerb("send", "exchange tree heads with a server or auditor, once");
  verb.AddOption("SITE", options->site, "https://HOST[:PORT]").Required();
  AddNamedPoolOptions(verb, options->named, "the list that names the logs, and has their keys",
                      "print one JSON object");
  AddHttpOptions(verb, options->http);
  verb.AddFlag("--dry-run", options->dry_run,
               "print the request as HTTP/1.1 has it, byte for byte, and send nothing");
  verb.AddFlag("--auditor", options->is_auditor,
               "the site is an auditor: it also gets what servers told us");
  verb.AddOption("--as", options->side,
                 "client: each head goes to one server only; server: all that is fresh goes out, "
                 "since nobody's visits are to be hidden")
      .OneOf({"client", "server"})
      .ShowDefault();
  verb.Footer(
      "Up to 160 heads of the pool are drawn at random and posted to\n"
      "/.well-known/ct/v1/sth-pollination; what comes back is verified and goes to the pool. "
      "There\n"
      "is nothing else in the request: no cookies, no credentials, no name of a program.\n\n"
      "Exit status: 0 the site has taken them; 2 it has not, or something else went wrong.\n\n"
      "Examples:\n"
      "  tattle gossip send --dry-run https://www.example\n"
      "  tattle gossip send --auditor https://certspotter.com");
  verb.OnCall([options, &exit_status] { exit_status = SendHeads(*options); });
}

}  // namespace tattle::cli
