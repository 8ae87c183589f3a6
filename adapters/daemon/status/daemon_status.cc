// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/daemon_status.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "adapters/daemon/gossip/courier_settings.h"
#include "adapters/daemon/status/time_or_null.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"

namespace tattle::daemon {
namespace {

using json::Quote;

std::string TextOrNull(const std::string& text) {
  return text.empty() ? "null" : Quote(text);
}

const char* Bool(bool value) {
  return value ? "true" : "false";
}

std::string Join(const std::vector<std::string>& elements) {
  return fmt::format("{}", fmt::join(elements, ","));
}

std::string GrowthArray(const std::vector<TreePoint>& growth) {
  std::vector<std::string> points;
  points.reserve(growth.size());
  for (const TreePoint& point : growth) {
    points.push_back(
        fmt::format(R"({{"time":{},"tree_size":{}}})", TimeOrNull(point.time_ms), point.tree_size));
  }
  return fmt::format("[{}]", Join(points));
}

std::string LogObject(const LogStatus& log) {
  return fmt::format(
      R"({{"log_id":{},"log":{},"heads":{},"unlinked_heads":{},"scts":{},"pending_scts":{},)"
      R"("evidence":{},"tree_size":{},"head":{},"growth":{},"last_success":{},"failures":{},)"
      R"("last_failure":{}}})",
      Quote(EncodeBase64(log.log_id)), TextOrNull(log.description), log.num_heads,
      log.num_unlinked_heads, log.num_scts, log.num_pending_scts, log.num_evidence, log.tree_size,
      TimeOrNull(log.head_ms), GrowthArray(log.growth), TimeOrNull(log.last_success_ms),
      log.failures, TextOrNull(log.last_failure));
}

std::string EvidenceArray(const std::vector<EvidenceStatus>& evidence) {
  std::vector<std::string> pieces;
  pieces.reserve(evidence.size());
  for (const EvidenceStatus& piece : evidence) {
    pieces.push_back(fmt::format(
        R"({{"id":{},"kind":{},"conclusive":{},"log_id":{},"log":{},"found":{}}})", Quote(piece.id),
        Quote(piece.kind), Bool(piece.is_conclusive), Quote(EncodeBase64(piece.log_id)),
        TextOrNull(piece.description), TimeOrNull(piece.found_ms)));
  }
  return fmt::format("[{}]", Join(pieces));
}

std::string RefusalArray(const std::vector<Refusal>& refusals) {
  std::vector<std::string> hosts;
  hosts.reserve(refusals.size());
  for (const Refusal& refusal : refusals) {
    const HostVerdict& last = refusal.last;
    hosts.push_back(fmt::format(
        R"({{"host":{},"policy":{},"mode":{},"judged_by":"{}","first":{},"last":{},"times":{},)"
        R"("reason":{}}})",
        Quote(last.host), Quote(PolicyName(last.policy)), Quote(ModeName(last.mode)),
        JudgedByName(last.by), TimeOrNull(refusal.first_ms), TimeOrNull(refusal.last_ms),
        refusal.times, TextOrNull(last.reason)));
  }
  return fmt::format("[{}]", Join(hosts));
}

std::string VerdictsObject(const DaemonStatus& status, StatusReader reader) {
  std::vector<std::string> hours;
  hours.reserve(status.hours.size());
  for (const VerdictHour& hour : status.hours) {
    hours.push_back(fmt::format(R"({{"from":{},"compliant":{},"not_compliant":{}}})",
                                Quote(EncodeRfc3339(hour.from_ms)), hour.compliant,
                                hour.not_compliant));
  }
  const std::string out = fmt::format(
      R"({{"of":"Connections that programs here report","since":{},"compliant":{},)"
      R"("not_compliant":{},"hours":[{}])",
      Quote(EncodeRfc3339(status.started_ms)),
      status.counts.at(static_cast<std::size_t>(Count::kVerdictsCompliant)),
      status.counts.at(static_cast<std::size_t>(Count::kVerdictsNotCompliant)), Join(hours));
  return reader == StatusReader::kOperator
             ? out + fmt::format(R"(,"hosts":{}}})", RefusalArray(status.refusals))
             : out + "}";
}

std::string AuditsObject(const AuditStatus& audits) {
  return fmt::format(R"({{"on":{},"logs":{},"audited":{},"last":{},"next":{}}})",
                     Bool(audits.is_on), audits.num_logs, audits.num_audited,
                     TimeOrNull(audits.last_success_ms), TimeOrNull(audits.next_audit_ms));
}

// GossipObject has no more of an SCT than usual ones have: the rest is nobody's.
std::string GossipObject(const GossipStatus& gossip, StatusReader reader) {
  constexpr std::size_t kUsualSctSize = 1024;
  std::vector<std::string> places;
  places.reserve(gossip.places.size());
  for (const std::string& place : gossip.places) {
    places.push_back(Quote(place));
  }
  std::map<std::string, std::size_t> by_host;
  for (const InvalidSct& one : gossip.invalid_scts) {
    ++by_host[one.host];
  }
  std::vector<std::string> suspects;
  suspects.reserve(by_host.size());
  for (const auto& [host, number] : by_host) {
    suspects.push_back(fmt::format("{}:{}", Quote(host), number));
  }
  const bool is_operator = reader == StatusReader::kOperator;
  const std::string out =
      fmt::format(R"({{"listens":[{}],"suspect_scts":{{{}}},"client":{})", Join(places),
                  Join(suspects), EncodeGossipClient(gossip.client, is_operator));
  if (!is_operator) {
    return out + "}";
  }
  std::vector<std::string> scts;
  scts.reserve(gossip.invalid_scts.size());
  for (const InvalidSct& one : gossip.invalid_scts) {
    const Bytes sct = Bytes(one.sct).first(std::min(one.sct.size(), kUsualSctSize));
    scts.push_back(fmt::format(R"({{"host":{},"status":{},"leaf_sha256":{},"sct":{}}})",
                               Quote(one.host), Quote(SctStatusName(one.status)),
                               Quote(Hex(Sha256Of(one.leaf))), Quote(EncodeBase64(sct))));
  }
  return out + fmt::format(R"(,"invalid_scts":[{}]}})", Join(scts));
}

// ProblemFor is a problem as this reader may know it.
std::string_view ProblemFor(StatusReader reader, std::string_view problem) {
  return reader == StatusReader::kAnybody && problem.starts_with(kGossipWith)
             ? "gossip with a site fails: `tattle status` says with which, and why"
             : problem;
}

std::string CountsObject(const DaemonStatus& status) {
  std::vector<std::string> members;
  members.reserve(AllCounts().size());
  for (const CountRow& row : AllCounts()) {
    members.push_back(
        fmt::format("\"{}\":{}", row.name, status.counts.at(static_cast<std::size_t>(row.count))));
  }
  return fmt::format("{{{}}}", Join(members));
}

// EscapeLabel is a label's value as the format wants it.
std::string EscapeLabel(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Family is a metric with one value a log, or one.
struct Family {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};

std::string Head(const Family& family) {
  return fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name,
                     family.type);
}

std::string Single(const Family& family, std::uint64_t value) {
  return Head(family) + fmt::format("{} {}\n", family.name, value);
}

template <typename Value>
std::string OfEachLog(const Family& family, const DaemonStatus& status, Value value) {
  std::string out = status.logs.empty() ? "" : Head(family);
  for (const LogStatus& log : status.logs) {
    out += fmt::format("{}{{log_id=\"{}\",log=\"{}\"}} {}\n", family.name, EncodeBase64(log.log_id),
                       EscapeLabel(log.description), value(log));
  }
  return out;
}

std::string EvidenceMetrics(const DaemonStatus& status) {
  constexpr std::string_view kName = "tattled_evidence";
  const std::uint64_t num_indicative =
      status.num_evidence - std::min(status.num_conclusive, status.num_evidence);
  return Head({kName, "gauge", "Pieces of evidence in the pool, by what they prove."}) +
         fmt::format("{0}{{weight=\"conclusive\"}} {1}\n{0}{{weight=\"indicative\"}} {2}\n", kName,
                     status.num_conclusive, num_indicative) +
         Single({"tattled_evidence_found_timestamp_seconds", "gauge",
                 "When the latest evidence was found; 0: there is none."},
                status.last_evidence_ms / kMsPerSecond);
}

std::string LogMetrics(const DaemonStatus& status) {
  std::string out;
  out += OfEachLog({"tattled_log_heads", "gauge", "Heads of the log in the pool."}, status,
                   [](const LogStatus& log) { return log.num_heads; });
  out += OfEachLog({"tattled_log_pending_scts", "gauge", "SCTs that the log is still asked about."},
                   status, [](const LogStatus& log) { return log.num_pending_scts; });
  out += OfEachLog({"tattled_log_evidence", "gauge", "Pieces of evidence against the log."}, status,
                   [](const LogStatus& log) { return log.num_evidence; });
  out += OfEachLog({"tattled_log_tree_size", "gauge", "Size of the tree that is trusted."}, status,
                   [](const LogStatus& log) { return log.tree_size; });
  out += OfEachLog(
      {"tattled_log_failures", "gauge", "Audits of the log that failed, one after another."},
      status, [](const LogStatus& log) { return log.failures; });
  out += OfEachLog({"tattled_log_last_success_timestamp_seconds", "gauge",
                    "When the log was last audited with success; 0: never."},
                   status, [](const LogStatus& log) { return log.last_success_ms / kMsPerSecond; });
  return out;
}

}  // namespace

std::string EncodeStatus(const DaemonStatus& status, StatusReader reader) {
  std::vector<std::string> logs;
  logs.reserve(status.logs.size());
  for (const LogStatus& log : status.logs) {
    logs.push_back(LogObject(log));
  }
  std::vector<std::string> problems;
  problems.reserve(status.problems.size());
  for (const std::string& problem : status.problems) {
    problems.push_back(Quote(ProblemFor(reader, problem)));
  }
  std::string out = fmt::format(
      R"({{"program":"tattled","version":{},"time":{},"pid":{},"started":{},)"
      R"("mode":{},"policy":{},)",
      Quote(status.version), Quote(EncodeRfc3339(status.now_ms)), status.pid,
      Quote(EncodeRfc3339(status.started_ms)), Quote(status.mode), Quote(status.policy));
  out += fmt::format(R"("log_list":{{"loaded":{},"timestamp":{},"stale":{},"logs":{}}},)",
                     Bool(status.has_list), TimeOrNull(status.list_timestamp_ms.value_or(0)),
                     Bool(status.is_list_stale), status.num_logs);
  out += fmt::format(
      R"("pool":{{"bytes":{},"certificates":{},"scts":{},"pending_scts":{},"heads":{},)"
      R"("evidence":{},"conclusive_evidence":{},"peers":{},"in_memory":{}}},"queue_bytes":{},)",
      status.pool_bytes, status.num_certificates, status.num_scts, status.num_pending_scts,
      status.num_heads, status.num_evidence, status.num_conclusive, status.num_peers,
      Bool(status.is_pool_in_memory), status.queue_bytes);
  out += fmt::format(R"("evidence":{},"verdicts":{},)", EvidenceArray(status.evidence),
                     VerdictsObject(status, reader));
  out += fmt::format(R"("audits":{},"gossip":{},)", AuditsObject(status.audits),
                     GossipObject(status.gossip, reader));
  out += fmt::format(R"("counters":{},"last_lost_line":{},"logs":[{}],"problems":[{}]}})",
                     CountsObject(status), TimeOrNull(status.last_lost_line_ms), Join(logs),
                     Join(problems));
  return out;
}

std::string EncodeMetrics(const DaemonStatus& status) {
  std::string out;
  out += Head({"tattled_build_info", "gauge", "The version that runs; always 1."});
  out += fmt::format("tattled_build_info{{version=\"{}\"}} 1\n", EscapeLabel(status.version));
  out += Single({"tattled_start_timestamp_seconds", "gauge", "When the daemon was started."},
                status.started_ms / kMsPerSecond);
  out += Single({"tattled_status_timestamp_seconds", "gauge",
                 "When this was written; one that grows old is of a daemon that has ended."},
                status.now_ms / kMsPerSecond);
  out += Single({"tattled_log_list_timestamp_seconds", "gauge",
                 "The date of the log list; 0: it has none, or there is no list."},
                status.list_timestamp_ms.value_or(0) / kMsPerSecond);
  out += Single({"tattled_log_list_stale", "gauge", "1 if the log list is older than 70 days."},
                status.is_list_stale ? 1 : 0);
  out += Single({"tattled_log_list_logs", "gauge", "Logs in the log list."}, status.num_logs);
  out += Single({"tattled_problems", "gauge", "What is wrong now; see `tattle status`."},
                status.problems.size());
  out += Single({"tattled_queue_bytes", "gauge", "Observations that wait to be verified."},
                status.queue_bytes);
  out += Single({"tattled_gossip_invalid_scts", "gauge",
                 "SCTs that do not verify, of those that clients say we showed lately."},
                status.gossip.invalid_scts.size());
  const GossipClientStatus& client = status.gossip.client;
  out += Single({"tattled_gossip_peers_reached", "gauge",
                 "Sites with which heads were exchanged within a day, and the last time well."},
                client.num_reached);
  out += Single({"tattled_gossip_peers_failing", "gauge",
                 "Sites with which the last exchange of heads failed; see `tattle status`."},
                client.num_failing);
  out += Single({"tattled_gossip_peers_never", "gauge",
                 "Sites that are configured or willing, with which nothing was exchanged yet."},
                client.num_never);
  out += Single({"tattled_pool_in_memory", "gauge",
                 "1 if the pool is in memory only, since its file could not be opened."},
                status.is_pool_in_memory ? 1 : 0);
  out += Single({"tattled_pool_bytes", "gauge", "Size of the pool's file."}, status.pool_bytes);
  out += Single({"tattled_pool_scts", "gauge", "SCTs in the pool."}, status.num_scts);
  out += Single({"tattled_pool_pending_scts", "gauge", "SCTs whose log is still asked."},
                status.num_pending_scts);
  out += Single({"tattled_pool_heads", "gauge", "Tree heads in the pool."}, status.num_heads);
  out += Single({"tattled_pool_evidence", "gauge", "Pieces of evidence in the pool."},
                status.num_evidence);
  out += EvidenceMetrics(status);
  for (const CountRow& row : AllCounts()) {
    const std::string name = fmt::format("tattled_{}_total", row.name);
    out +=
        Single({name, "counter", row.help}, status.counts.at(static_cast<std::size_t>(row.count)));
  }
  return out + LogMetrics(status);
}

}  // namespace tattle::daemon
