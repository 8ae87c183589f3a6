// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/daemon_facts.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "adapters/cli/bounds.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

constexpr std::string_view kQuestion = "{\"ask\":\"status\"}\n";

std::string Text(const json::Value& value, std::string_view key) {
  return std::string(value.FindString(key).value_or(""));
}

std::uint64_t Number(const json::Value& value, std::string_view key) {
  return value.FindUint64(key).value_or(0);
}

bool IsTrue(const json::Value& value, std::string_view key) {
  const std::optional<json::Value> member = value.Find(key);
  return member && member->AsBool().value_or(false);
}

// Part is a member that is an object; an empty value where there is none.
json::Value Part(const json::Value& value, std::string_view key) {
  return value.Find(key).value_or(json::Value());
}

// LogName is the name of the log that `value` is about.
std::string LogName(const json::Value& value) {
  return value.FindString("log") ? Text(value, "log") : Text(value, "log_id");
}

// Time is 0 where there is none.
std::uint64_t Time(const json::Value& value, std::string_view key) {
  return DecodeRfc3339(Text(value, key)).value_or(0);
}

void ReadLogs(DaemonFacts& facts, const json::Value& root) {
  Part(root, "logs").ForEachElement([&facts](const json::Value& log) {
    facts.logs.push_back({LogName(log), Number(log, "evidence"), Number(log, "failures"),
                          Text(log, "last_failure")});
    return true;
  });
  Part(root, "evidence").ForEachElement([&facts](const json::Value& piece) {
    facts.evidence.push_back(
        {LogName(piece), Text(piece, "kind"), IsTrue(piece, "conclusive"), Time(piece, "found")});
    return true;
  });
}

std::optional<AuditFacts> ReadAudits(const json::Value& root) {
  const json::Value audits = Part(root, "audits");
  if (!audits.IsObject()) {
    return std::nullopt;
  }
  return AuditFacts{IsTrue(audits, "on"), Number(audits, "logs"), Number(audits, "audited"),
                    Text(audits, "last"), Text(audits, "next")};
}

GossipClientFacts ReadGossipClient(const json::Value& client) {
  GossipClientFacts facts;
  facts.num_servers = Number(client, "servers");
  facts.num_auditors = Number(client, "auditors");
  facts.num_found = Number(client, "found");
  facts.num_unwilling = Number(client, "unwilling");
  facts.num_reached = Number(client, "reached");
  facts.num_failing = Number(client, "failing");
  facts.num_silent = Number(client, "silent");
  facts.num_never = Number(client, "never");
  facts.num_waiting = Number(client, "waiting");
  Part(client, "peers").ForEachElement([&facts](const json::Value& peer) {
    facts.peers.push_back({Text(peer, "host"), Text(peer, "kind"), Text(peer, "last"),
                           Text(peer, "last_taken"), Text(peer, "failure"), Number(peer, "sent"),
                           Number(peer, "received"), Number(peer, "waiting")});
    return true;
  });
  return facts;
}

void ReadGossip(DaemonFacts& facts, const json::Value& root) {
  const json::Value gossip = Part(root, "gossip");
  Part(gossip, "listens").ForEachElement([&facts](const json::Value& place) {
    facts.gossip_places.emplace_back(place.AsString().value_or(""));
    return true;
  });
  Part(gossip, "invalid_scts").ForEachElement([&facts](const json::Value& /*sct*/) {
    ++facts.num_invalid_scts;
    return true;
  });
  facts.gossip_client = ReadGossipClient(Part(gossip, "client"));
  const json::Value counters = Part(root, "counters");
  facts.num_gossip_requests = Number(counters, "gossip_requests");
  facts.num_gossip_heads = Number(counters, "gossip_heads_stored");
  facts.num_gossip_scts = Number(counters, "gossip_scts");
}

}  // namespace

std::string DescribeFailures(const LogFacts& log) {
  return log.num_failures == 1
             ? fmt::format("log {}: its last audit failed: {}", log.name, log.last_failure)
             : fmt::format("log {}: {} audits in a row failed, the last: {}", log.name,
                           log.num_failures, log.last_failure);
}

Outcome<DaemonFacts> DecodeDaemonFacts(Bytes answer) {
  const Result<json::Document> document = json::Document::Decode(answer, kMaxControlAnswerSize);
  if (!document || !document->root().IsObject()) {
    return Sorry("its answer is not JSON");
  }
  const json::Value root = document->root();
  if (root.Find("error")) {
    return Sorry("it did not understand the question; it may be of another version");
  }
  DaemonFacts facts;
  facts.json = AsText(answer);
  std::erase(facts.json, '\n');  // in no JSON string
  facts.version = Text(root, "version");
  facts.pid = Number(root, "pid");
  facts.started = Text(root, "started");
  facts.mode = Text(root, "mode");
  facts.policy = Text(root, "policy");
  const json::Value list = Part(root, "log_list");
  facts.has_list = IsTrue(list, "loaded");
  facts.list_timestamp = Text(list, "timestamp");
  facts.is_list_stale = IsTrue(list, "stale");
  facts.num_logs = Number(list, "logs");
  const json::Value pool = Part(root, "pool");
  facts.num_scts = Number(pool, "scts");
  facts.num_pending_scts = Number(pool, "pending_scts");
  facts.num_evidence = Number(pool, "evidence");
  const json::Value counters = Part(root, "counters");
  facts.num_observations = Number(counters, "observations");
  facts.num_checks = Number(counters, "checks");
  facts.num_refused = Number(counters, "checks_refused");
  facts.num_compliant = Number(counters, "verdicts_compliant");
  facts.num_not_compliant = Number(counters, "verdicts_not_compliant");
  facts.num_lost_lines = Number(counters, "log_lines_lost");
  facts.last_lost_line_ms = Time(root, "last_lost_line");
  facts.refusals = ReadRefusals(root);
  facts.audits = ReadAudits(root);
  ReadGossip(facts, root);
  Part(root, "problems").ForEachElement([&facts](const json::Value& problem) {
    facts.problems.emplace_back(problem.AsString().value_or(""));
    return true;
  });
  ReadLogs(facts, root);
  return facts;
}

tl::expected<DaemonFacts, DaemonSilence> AskDaemon(const std::string& socket,
                                                   const Deadline& deadline) {
  const auto answer = AskControl(socket, kQuestion, deadline);
  if (!answer) {
    return tl::unexpected(answer.error());
  }
  Outcome<DaemonFacts> facts = DecodeDaemonFacts(*answer);
  if (!facts) {
    return tl::unexpected(SilentAt(socket, facts.error()));
  }
  return *std::move(facts);
}

}  // namespace tattle::cli
