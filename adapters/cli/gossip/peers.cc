// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/gossip/verbs.h"
#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/pool/open.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/gossip/feedback_site.h"
#include "plugin/gossip/peer_list.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/site_book.h"

namespace tattle::cli {
namespace {

struct GossipPeersOptions {
  std::string pool;
  bool json = false;
};

std::string WillingText(const GossipPeer& facts, std::uint64_t now_ms) {
  if (!facts.said) {
    return facts.last ? "by configuration" : "not known";
  }
  if (facts.said->expires_ms < now_ms) {
    return facts.said->is_willing ? "was, long ago" : "said no, long ago";
  }
  return facts.said->is_willing ? "yes" : "no";
}

std::string FeedbackText(const std::optional<SiteSummary>& site) {
  if (!site) {
    return "";
  }
  if (site->site.num_strikes >= kFeedbackStrikes) {
    return "given up";
  }
  return fmt::format("{} to tell, {} of {} taken", site->num_unreported, site->site.num_successes,
                     site->site.num_attempts);
}

void PrintPeers(const GossipPeers& peers) {
  if (peers.empty()) {
    fmt::print("no server has said anything about gossip, and nothing was exchanged\n");
    return;
  }
  const std::uint64_t now_ms = NowMs();
  std::vector<Row> rows = {
      {"HOST", "WILLING", "UNTIL", "LAST CONTACT", "WAITING", "FEEDBACK", "LAST EXCHANGE"}};
  for (const auto& [host, facts] : peers) {
    rows.push_back(
        {host, WillingText(facts, now_ms), facts.said ? EncodeRfc3339(facts.said->expires_ms) : "",
         facts.said ? FormatAge(facts.said->last_contact_ms, now_ms) + " ago" : "",
         std::to_string(facts.num_waiting), FeedbackText(facts.site),
         facts.last ? fmt::format("{} {} ago: {}", ExchangeKindName(facts.last->kind),
                                  FormatAge(facts.last->at_ms, now_ms),
                                  facts.last->failure.empty() ? "taken" : facts.last->failure)
                    : ""});
  }
  fmt::print("{}", FormatColumns(rows));
}

std::string PeerJson(const std::string& host, const GossipPeer& facts, std::uint64_t now_ms) {
  std::string out = fmt::format(R"({{"host":{})", json::Quote(host));
  const bool is_known = facts.said && facts.said->expires_ms >= now_ms;
  out += JsonMember("willing", is_known ? JsonBool(facts.said->is_willing) : JsonNull());
  if (facts.said) {
    out += JsonMember("expires", std::to_string(facts.said->expires_ms));
    out += JsonMember("last_contact", std::to_string(facts.said->last_contact_ms));
  }
  out += JsonMember("waiting", std::to_string(facts.num_waiting));
  if (facts.site) {
    out += fmt::format(
        R"(,"feedback":{{"chains":{},"to_tell":{},"attempts":{},"successes":{},"strikes":{}}})",
        facts.site->num_bundles, facts.site->num_unreported, facts.site->site.num_attempts,
        facts.site->site.num_successes, facts.site->site.num_strikes);
  }
  if (facts.last) {
    out += fmt::format(R"(,"last_exchange":{{"time":{},"what":"{}","sent":{},"received":{},)"
                       R"("new":{},"failure":{}}})",
                       facts.last->at_ms, ExchangeKindName(facts.last->kind), facts.last->num_sent,
                       facts.last->num_received, facts.last->num_new,
                       JsonTextOrNull(facts.last->failure));
  }
  return out + "}";
}

int ShowPeers(const GossipPeersOptions& options) {
  const auto pool = OpenPoolForReading(options.pool);
  if (!pool) {
    return Complain(pool.error());
  }
  const PoolResult<GossipPeers> peers = ReadGossipPeers(**pool);
  if (!peers) {
    return Complain(peers.error().sentence);
  }
  if (!options.json) {
    PrintPeers(*peers);
    return kExitYes;
  }
  const std::uint64_t now_ms = NowMs();
  std::vector<std::string> parts;
  for (const auto& [host, facts] : *peers) {
    parts.push_back(PeerJson(host, facts, now_ms));
  }
  fmt::print("{{\"pool\":{},\"peers\":[{}]}}\n", json::Quote((*pool)->path()),
             fmt::join(parts, ","));
  return kExitYes;
}

}  // namespace

void AddGossipPeersVerb(Verb gossip, int& exit_status) {
  const auto options = std::make_shared<GossipPeersOptions>();
  const Verb verb =
      gossip.AddVerb("peers", "list who takes part, and what was exchanged with whom last");
  AddPoolOption(verb, options->pool);
  verb.AddFlag("--json", options->json, "print one JSON object instead of a table");
  verb.Footer(
      "A server is willing that said \"TransGossipEnabled: Yes\" to a program of this machine; "
      "that\n"
      "is believed for a month. WAITING is how many heads wait to be carried there. FEEDBACK is "
      "what\n"
      "the site showed and was not told yet; it is told only with gossip_feedback = yes.\n\n"
      "Example:\n"
      "  tattle gossip peers");
  verb.OnCall([options, &exit_status] { exit_status = ShowPeers(*options); });
}

}  // namespace tattle::cli
