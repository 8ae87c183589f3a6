// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "adapters/cli/pool/verbs.h"
#include "adapters/cli/pool/walk.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "plugin/pool/line.h"

namespace tattle::cli {
namespace {

struct ListOptions {
  std::string what;
  NamedPoolOptions named;
  std::string log;
  std::string state;
  std::size_t limit = 1000;
};

// Listing is what is printed: rows for people, or one JSON object a line.
struct Listing {
  const ListOptions& options;
  const LogList& logs;
  std::optional<LogId> only;  // of this log; none: of all
  std::vector<Row> rows;
  std::vector<std::string> lines;
  bool is_cut = false;

  bool IsWanted(const LogId& log_id, std::string_view state) const {
    return (!only || *only == log_id) && (options.state.empty() || options.state == state);
  }

  // Add answers whether there is room for more.
  bool Add(Row row, std::string line) {
    if (lines.size() == options.limit) {
      is_cut = true;
      return false;
    }
    rows.push_back(std::move(row));
    lines.push_back(std::move(line));
    return true;
  }
};

std::string ShortRoot(const Hash& root) {
  return Hex(Bytes(root).first(8));
}

PoolResult<void> ListHeads(Pool& pool, Listing& listing) {
  listing.rows.push_back({"ID", "LOG", "SIZE", "TIME", "ROOT", "STATE", "SOURCE", "FAILURES"});
  return Walk(pool, &Pool::HeadsAfter, [&](const PooledHead& head) -> PoolResult<bool> {
    const std::string_view state = HeadStateName(head.state);
    const TreeHead& tree = head.sth.head;
    return !listing.IsWanted(head.log_id, state) ||
           listing.Add(
               {std::to_string(head.id), LogName(listing.logs, head.log_id),
                std::to_string(tree.tree_size), EncodeRfc3339(tree.timestamp_ms),
                ShortRoot(tree.sha256_root_hash), std::string(state),
                std::string(HeadSourceName(head.source)), std::to_string(head.proof_failures)},
               EncodeLine(head));
  });
}

std::string SctJson(const PooledSct& sct) {
  return fmt::format(
      R"({{"log_id":"{}","sct":"{}","leaf_hash":"{}","timestamp":{},"leaf_index":{},"state":"{}",)"
      R"("seen":{},"next_try":{},"attempts":{}}})",
      EncodeBase64(sct.log_id), EncodeBase64(sct.sct), EncodeBase64(sct.leaf_hash),
      sct.timestamp_ms, sct.leaf_index ? std::to_string(*sct.leaf_index) : "null",
      SctStateName(sct.state), sct.seen_ms, sct.next_try_ms, sct.attempts + sct.silences);
}

PoolResult<void> ListScts(Pool& pool, Listing& listing) {
  listing.rows.push_back({"ID", "LOG", "TIME", "LEAF", "STATE", "NEXT TRY", "ATTEMPTS", "HOSTS"});
  return Walk(pool, &Pool::SctsAfter, [&](const PooledSct& sct) -> PoolResult<bool> {
    const std::string_view state = SctStateName(sct.state);
    if (!listing.IsWanted(sct.log_id, state)) {
      return true;
    }
    const PoolResult<std::vector<std::string>> hosts = pool.SctHosts(sct.id);
    if (!hosts) {
      return tl::unexpected(hosts.error());
    }
    return listing.Add(
        {std::to_string(sct.id), LogName(listing.logs, sct.log_id), EncodeRfc3339(sct.timestamp_ms),
         ShortRoot(sct.leaf_hash), std::string(state),
         sct.state == SctState::kPending ? EncodeRfc3339(sct.next_try_ms) : "",
         std::to_string(sct.attempts + sct.silences), fmt::format("{}", fmt::join(*hosts, " "))},
        SctJson(sct));
  });
}

PoolResult<void> ListEvidence(Pool& pool, Listing& listing) {
  listing.rows.push_back({"CLAIM", "KIND", "WEIGHT", "LOG", "FOUND"});
  const PoolResult<std::vector<PooledEvidence>> all = pool.ListEvidence();
  if (!all) {
    return tl::unexpected(all.error());
  }
  for (const PooledEvidence& evidence : *all) {
    const std::string weight = evidence.is_conclusive ? "conclusive" : "indicative";
    if (listing.IsWanted(evidence.log_id, weight) &&
        !listing.Add({evidence.claim_id, evidence.kind, weight,
                      LogName(listing.logs, evidence.log_id), EncodeRfc3339(evidence.found_ms)},
                     EncodeLine(evidence))) {
      return {};
    }
  }
  return {};
}

PoolResult<void> ListPeers(Pool& pool, Listing& listing) {
  listing.rows.push_back({"HOST", "WILLING", "UNTIL", "LAST CONTACT"});
  const PoolResult<std::vector<PooledPeer>> peers = pool.ListPeers();
  if (!peers) {
    return tl::unexpected(peers.error());
  }
  for (const PooledPeer& peer : *peers) {
    if (!listing.Add({peer.host, peer.is_willing ? "yes" : "no", EncodeRfc3339(peer.expires_ms),
                      EncodeRfc3339(peer.last_contact_ms)},
                     fmt::format(R"({{"host":{},"willing":{},"expires":{},"last_contact":{}}})",
                                 json::Quote(peer.host), peer.is_willing, peer.expires_ms,
                                 peer.last_contact_ms))) {
      return {};
    }
  }
  return {};
}

struct StatesOf {
  std::string_view what;
  std::vector<std::string_view> states;
};

// CheckState refuses a state that nothing of the kind can be in: an empty answer would pass for
// one.
Outcome<void> CheckState(const ListOptions& options) {
  const StatesOf all[] = {
      {"heads",
       {HeadStateName(HeadState::kUnlinked), HeadStateName(HeadState::kLinked),
        HeadStateName(HeadState::kConflicting)}},
      {"scts",
       {SctStateName(SctState::kPending), SctStateName(SctState::kIncluded),
        SctStateName(SctState::kNotIncluded), SctStateName(SctState::kSkipped)}},
      {"evidence", {"conclusive", "indicative"}},
      {"peers", {}},
  };
  const auto* const kind = std::find_if(std::begin(all), std::end(all), [&](const StatesOf& each) {
    return each.what == options.what;
  });
  const std::vector<std::string_view>& states = kind->states;
  if (states.empty() && !(options.state.empty() && options.log.empty())) {
    return Sorry("peers are of no log and in no state: leave --log and --state out");
  }
  if (!options.state.empty() &&
      std::find(states.begin(), states.end(), options.state) == states.end()) {
    return Sorry(fmt::format("--state: {} are in no state \"{}\": use one of {}", options.what,
                             Sanitize(options.state), fmt::join(states, ", ")));
  }
  return {};
}

// FindWantedLog takes a log by its names in the list, or by the id of one that only the pool has.
Outcome<LogId> FindWantedLog(Pool& pool, const LogList& list, const std::string& text) {
  const Outcome<const Log*> listed = FindLog(list, text);
  if (listed) {
    return (*listed)->log_id;
  }
  const PoolResult<PoolCounts> counts = pool.Counts();
  if (!counts) {
    return Sorry(counts.error().sentence);
  }
  std::string names;
  for (const LogCounts& log : counts->logs) {
    if (EncodeBase64(log.log_id) == text) {
      return log.log_id;
    }
    names += (names.empty() ? "\"" : ", \"") + LogName(list, log.log_id) + '"';
  }
  return Sorry(
      fmt::format("--log: {}; the pool has {}", listed.error(), names.empty() ? "no log" : names));
}

int List(const ListOptions& options) {
  if (const Outcome<void> good = CheckState(options); !good) {
    return Complain(good.error());
  }
  const Outcome<NamedPool> opened = OpenNamedPool(options.named);
  if (!opened) {
    return Complain(opened.error());
  }
  Listing listing = {options, opened->list(), std::nullopt, {}, {}};
  if (!options.log.empty()) {
    const Outcome<LogId> log_id = FindWantedLog(*opened->pool, opened->list(), options.log);
    if (!log_id) {
      return Complain(log_id.error());
    }
    listing.only = *log_id;
  }
  const auto list_them = options.what == "heads"   ? ListHeads
                         : options.what == "scts"  ? ListScts
                         : options.what == "peers" ? ListPeers
                                                   : ListEvidence;
  if (const PoolResult<void> listed = list_them(*opened->pool, listing); !listed) {
    return Complain(listed.error().sentence);
  }
  if (options.named.json) {
    for (const std::string& line : listing.lines) {
      fmt::print("{}\n", line);
    }
  } else {
    fmt::print("{}", FormatColumns(listing.rows));
  }
  if (listing.is_cut) {
    fmt::print(stderr, "tattle: only the first {} are shown: see --limit\n", options.limit);
  }
  return kExitYes;
}

}  // namespace

void AddPoolListVerb(Verb pool, int& exit_status) {
  const auto options = std::make_shared<ListOptions>();
  const Verb verb = pool.AddVerb("list", "list the heads, SCTs, evidence or peers of a pool");
  verb.AddOption("WHAT", options->what, "heads, scts, evidence or peers")
      .Required()
      .OneOf({"heads", "scts", "evidence", "peers"});
  AddNamedPoolOptions(verb, options->named, "the list that names the logs",
                      "print one JSON object a line instead of a table");
  verb.AddOption("--log", options->log,
                 "only of this log: its description or a part of it, its log_id or its URL")
      .TypeName("LOG");
  verb.AddOption("--state", options->state,
                 "only in this state: of heads unlinked, linked, conflicting; of SCTs pending, "
                 "included, not_included, skipped; of evidence conclusive, indicative")
      .TypeName("STATE");
  verb.AddOption("--limit", options->limit, "so many at most").TypeName("N").ShowDefault();
  verb.Footer(
      "Heads and evidence in JSON are lines as tattle pool export writes them.\n\n"
      "Examples:\n"
      "  tattle pool list evidence --state conclusive\n"
      "  tattle pool list heads --log \"Google 'Argon2026h2' log\" --json");
  verb.OnCall([options, &exit_status] { exit_status = List(*options); });
}

}  // namespace tattle::cli
