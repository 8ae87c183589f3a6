// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/gossip/verbs.h"
#include "adapters/cli/log/http_settings.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "adapters/cli/status/control_socket.h"
#include "core/base/json.h"
#include "plugin/capi/random_draw.h"
#include "plugin/gossip/head_choice.h"
#include "plugin/gossip/pollinator.h"
#include "plugin/net/gossip_client.h"
#include "plugin/pool/gossip_book.h"

namespace tattle::cli {
namespace {

struct GossipSendOptions {
  NamedPoolOptions named;
  HttpSettings http;
  std::string site;
  std::string control;
  std::string side = "client";
  bool is_auditor = false;
  bool dry_run = false;

  HeadSide head_side() const { return side == "server" ? HeadSide::kPool : HeadSide::kClient; }
  HeadAudience audience() const {
    return is_auditor ? HeadAudience::kAuditor : HeadAudience::kWebServer;
  }
};

constexpr std::chrono::seconds kGrace{5};
constexpr std::chrono::milliseconds kLookPause{100};
constexpr std::size_t kMaxExchangesLookedAt = 64;

// SiteOf is the site without the slash that people write behind it.
std::string SiteOf(std::string site) {
  while (site.ends_with('/')) {
    site.pop_back();
  }
  return site;
}

Pollinator PollinatorFor(Pool& pool, const GossipSendOptions& options) {
  return Pollinator(pool, MakeHttpOptions(options.http), options.head_side(), RandomDraw,
                    [](LogLevel /*level*/, const std::string& line) { Complain(line); });
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
    fmt::print(stderr, "\ntattle: {}; nothing was sent{}\n", Counted(heads->size(), "head"),
               heads->empty()
                   ? ": there are none that this site may be given; see tattle gossip status"
                   : "");
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
    fmt::print("{}: took {}; {} came back, {} of them new and good\n", Printable(exchange.host),
               Counted(exchange.num_sent, "head"), exchange.num_received, exchange.num_new);
  } else {
    Complain(exchange.failure);
  }
  return exchange.failure.empty() ? kExitYes : kExitUnknown;
}

// WaitForExchange looks into tattled's pool until it has noted what came of it.
int WaitForExchange(const GossipSendOptions& options, const std::string& host,
                    std::uint64_t since_ms) {
  const auto pool = OpenPoolForReading(options.named.pool);
  if (!pool) {
    return Complain("tattled was asked to; what came of it cannot be seen: " + pool.error() +
                    " (name its pool with --pool)");
  }
  const Deadline deadline(std::chrono::seconds(options.http.timeout_s) + kGrace);
  while (!deadline.HasPassed()) {
    const auto last = GossipBook(**pool).Exchanges(kMaxExchangesLookedAt);
    if (!last) {
      return Complain(last.error().sentence);
    }
    const auto found = std::find_if(last->begin(), last->end(), [&](const GossipExchange& one) {
      return one.kind == ExchangeKind::kHeads && one.host == host && one.at_ms >= since_ms;
    });
    if (found != last->end()) {
      return PrintExchange(options, *found);
    }
    std::this_thread::sleep_for(kLookPause);
  }
  return Complain("tattled was asked to, and has not done it yet: see tattle gossip status");
}

// AskTattled is nothing where no tattled is.
std::optional<int> AskTattled(const GossipSendOptions& options, const std::string& site,
                              const std::string& host) {
  const bool is_named = !options.control.empty();
  if (!is_named && !options.named.pool.empty()) {
    return std::nullopt;
  }
  const std::string socket = is_named ? options.control : kControlSocket;
  const std::uint64_t now_ms = NowMs();
  const auto answer =
      AskControl(socket, fmt::format("{{\"ask\":\"gossip\",\"site\":{}}}\n", json::Quote(site)),
                 Deadline(kGrace));
  if (!answer) {
    return answer.error().has_no_socket && !is_named
               ? std::nullopt
               : std::optional(Complain("tattled: " + answer.error().sentence));
  }
  if (options.is_auditor || options.side != "client") {
    fmt::print(stderr,
               "tattle: tattled does it, by its own settings: --auditor and --as have no effect\n");
  }
  const Result<json::Document> document = json::Document::Decode(*answer, kMaxControlAnswerSize);
  if (!document) {
    return Complain("tattled: its answer is not JSON");
  }
  if (const auto error = document->root().FindString("error")) {
    return Complain("tattled: " + Printable(*error));
  }
  return WaitForExchange(options, host, now_ms);
}

int SendHeads(const GossipSendOptions& options) {
  const std::string site = SiteOf(options.site);
  const Outcome<std::string> host = HostOfSite(site);
  if (!host) {
    return ComplainOf(options.site, host.error());
  }
  if (options.dry_run) {
    return ShowRequest(options, site);
  }
  if (const std::optional<int> asked = AskTattled(options, site, *host)) {
    return *asked;
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
  const auto sent = heads ? pollinator.Send(site, options.audience(), *heads, *logs->list, now_ms)
                          : Outcome<GossipSent>(Sorry(heads.error()));
  return sent ? PrintExchange(options, sent->exchange) : Complain(sent.error());
}

}  // namespace

void AddGossipSendVerb(Verb gossip, int& exit_status) {
  const auto options = std::make_shared<GossipSendOptions>();
  const Verb verb = gossip.AddVerb("send", "exchange tree heads with a server or auditor, once");
  verb.AddOption("SITE", options->site, "https://HOST[:PORT]").Required();
  AddNamedPoolOptions(verb, options->named, "the list that names the logs, and has their keys",
                      "print one JSON object");
  AddHttpOptions(verb, options->http);
  verb.AddOption("--control", options->control,
                 std::string("the control socket of the tattled that is to do it; by default ") +
                     kControlSocket + ", if it is there and no --pool is named")
      .TypeName("SOCKET");
  verb.AddFlag("--dry-run", options->dry_run,
               "print the request as HTTP/1.1 has it, byte for byte, and send nothing");
  verb.AddFlag("--auditor", options->is_auditor,
               "the site is an auditor: it also gets what servers told us");
  verb.AddOption("--as", options->side,
                 "client: each head goes to one server only; server: all that is fresh goes out, "
                 "since nobody's visits are to be hidden")
      .OneOf({"client", "server"})
      .TypeName("SIDE")
      .ShowDefault();
  verb.Footer(
      "Up to 160 heads of the pool are drawn at random and posted to\n"
      "/.well-known/ct/v1/sth-pollination; what comes back is verified and goes to the pool. "
      "There\n"
      "is nothing else in the request: no cookies, no credentials, no name of a program. Where "
      "tattled\n"
      "runs it is asked to do it, with its own settings, since the pool is its.\n\n"
      "Exit status: 0 the site has taken them; 2 it has not, or something else went wrong.\n\n"
      "Examples:\n"
      "  tattle gossip send --dry-run https://www.example\n"
      "  tattle gossip send --auditor https://auditor.example.org");
  verb.OnCall([options, &exit_status] { exit_status = SendHeads(*options); });
}

}  // namespace tattle::cli
