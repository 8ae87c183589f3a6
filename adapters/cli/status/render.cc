// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/render.h"

#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/status/refusals.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

using json::Quote;

// A system-wide module is in dozens of processes.
constexpr std::size_t kMaxNamedProcesses = 12;

std::string NameOf(const Process& process) {
  return fmt::format("{}[{}]", Printable(process.name), process.pid);
}

// DescribeOther is what is the matter with a process of no program.
std::string DescribeOther(const Process& process) {
  if (process.module_path.empty()) {
    return fmt::format("problem: reads {} and has not loaded the module",
                       Printable(process.openssl_conf.value_or("")));
  }
  if (process.module_is_replaced) {
    return "has the module, which was replaced since: start it again";
  }
  return process.changed_since.empty()
             ? "has the module"
             : fmt::format(
                   "problem: has the module, and began before {} was changed: it may run "
                   "with older settings; start it again",
                   Printable(process.changed_since));
}

// DescribeProcesses counts and names those that a program has.
std::string DescribeProcesses(const std::vector<Process>& processes) {
  std::string with;
  std::string without;
  std::size_t num_with = 0;
  std::size_t num_without = 0;
  for (const Process& process : processes) {
    const bool has = !process.module_path.empty();
    std::size_t& num = has ? num_with : num_without;
    std::string& names = has ? with : without;
    if (++num <= kMaxNamedProcesses) {
      names += ' ' + NameOf(process);
    }
  }
  const auto more = [](std::size_t num) {
    return num > kMaxNamedProcesses ? fmt::format(" and {} more", num - kMaxNamedProcesses) : "";
  };
  std::string out;
  if (num_with > 0) {
    out += fmt::format("  running   with the module:{}{}\n", with, more(num_with));
  }
  if (num_without > 0) {
    out += fmt::format("  running   without it:{}{}\n", without, more(num_without));
  }
  return out.empty() ? "  running   no\n" : out;
}

std::string DescribeList(const LogListFacts& list) {
  return fmt::format(
      "  log list  {}, {}{}\n", Printable(list.origin),
      list.timestamp_ms ? "of " + EncodeRfc3339(*list.timestamp_ms) : "without a date",
      list.is_stale ? ", stale" : "");
}

std::string DescribeJudging(const std::string& mode, const std::string& policy,
                            const std::optional<LogListFacts>& list) {
  return (mode.empty() ? "" : fmt::format("  judges    mode {}, policy {}\n", mode, policy)) +
         (list ? DescribeList(*list) : "");
}

std::string RenderLines(std::string_view what, const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) {
    out += fmt::format("  {}: {}\n", what, line);
  }
  return out;
}

std::string RenderProgramText(const ProgramFacts& facts) {
  const std::string name = Printable(facts.place.program);
  const std::string remarks = RenderLines("problem", facts.problems) +
                              RenderLines("warning", facts.warnings) +
                              RenderLines("could not tell", facts.unknowns);
  if (!facts.cnf) {
    return fmt::format("{}: {}\n", name,
                       facts.unknowns.empty() ? "not enabled" : "could not tell") +
           remarks;
  }
  std::string out = fmt::format("{}: enabled{}\n", name,
                                facts.problems.empty() ? "" : ", and not (wholly) in effect");
  out += fmt::format("  place     {}\n", Printable(facts.kind->where(facts.place)));
  out += fmt::format("  cnf       {}\n", Printable(*facts.cnf));
  if (!facts.module_path.empty()) {
    out += fmt::format("  module    {}\n", Printable(facts.module_path));
  }
  out += DescribeJudging(facts.mode, facts.policy, facts.log_list);
  if (facts.place.root.empty()) {
    out += DescribeProcesses(facts.processes);
  }
  return out + remarks;
}

std::string RenderAudits(const std::optional<AuditFacts>& audits) {
  if (!audits) {
    return {};
  }
  if (!audits->is_on) {
    return "  audits    off\n";
  }
  return fmt::format("  audits    {} of {} logs audited, last {}, next {}\n", audits->num_audited,
                     audits->num_logs, audits->last.empty() ? "never" : Printable(audits->last),
                     audits->next.empty() ? "not planned" : Printable(audits->next));
}

std::string RenderGossip(const DaemonFacts& facts) {
  if (facts.gossip_places.empty()) {
    return {};
  }
  std::string places;
  for (const std::string& place : facts.gossip_places) {
    places.append(places.empty() ? "" : ", ").append(Printable(place));
  }
  return fmt::format(
      "  gossip    at {}: {}, {}, {}; brought back and not verified: {}\n", places,
      Counted(facts.num_gossip_requests, "request"), Counted(facts.num_gossip_heads, "new head"),
      Counted(facts.num_gossip_scts, "new SCT"), Counted(facts.num_invalid_scts, "SCT"));
}

// RenderResult is how the last exchange with a peer went.
std::string RenderResult(const PeerFacts& peer) {
  if (peer.last.empty()) {
    return peer.kind == "unwilling" ? "it says No" : "nothing was exchanged yet";
  }
  if (peer.failure.empty()) {
    return "taken";
  }
  return fmt::format("failed, {}: {}",
                     peer.last_taken.empty() ? "as ever" : "last taken " + peer.last_taken,
                     peer.failure);
}

std::string RenderPeers(const GossipClientFacts& client) {
  std::vector<Row> rows = {{"HOST", "IS", "LAST EXCHANGE", "SENT", "CAME BACK", "WAIT", "RESULT"}};
  for (const PeerFacts& peer : client.peers) {
    rows.push_back({peer.host, peer.kind, peer.last.empty() ? "never" : peer.last,
                    std::to_string(peer.num_sent), std::to_string(peer.num_received),
                    std::to_string(peer.num_waiting), RenderResult(peer)});
  }
  std::string out;
  std::istringstream lines(FormatColumns(rows));
  for (std::string line; std::getline(lines, line);) {
    out += "    " + line + "\n";
  }
  if (client.num_peers() > client.peers.size()) {
    out += fmt::format("    and {} more: see `tattle gossip peers`\n",
                       client.num_peers() - client.peers.size());
  }
  return out;
}

std::string RenderGossipClient(const GossipClientFacts& client) {
  if (client.num_peers() == 0) {
    return {};
  }
  std::vector<std::string> whom;
  for (const auto& [number, noun] :
       {std::pair(client.num_servers, "server"), std::pair(client.num_auditors, "auditor"),
        std::pair(client.num_found, "site")}) {
    if (number > 0) {
      whom.push_back(Counted(number, noun));
    }
  }
  std::string out = fmt::format(
      "  gossip    as a client, with {}: {} reached within a day, {} failing, {} never reached",
      whom.empty() ? "nobody"
                   : fmt::format("{}{}", fmt::join(whom, ", "),
                                 client.num_found > 0 ? " that programs met" : ""),
      client.num_reached, client.num_failing, client.num_never);
  if (client.num_silent > 0) {
    out += fmt::format(", {} silent for longer", client.num_silent);
  }
  if (client.num_unwilling > 0) {
    out += fmt::format("; {} unwilling", client.num_unwilling);
  }
  if (client.num_waiting > 0) {
    out += fmt::format("; {} to be carried", Counted(client.num_waiting, "head"));
  }
  return out + "\n" + RenderPeers(client);
}

// DaemonWarnings are its problems, and what is the matter with logs.
std::vector<std::string> DaemonWarnings(const DaemonFacts& facts) {
  std::vector<std::string> warnings = facts.problems;
  for (const LogFacts& log : facts.logs) {
    if (log.num_evidence > 0) {
      warnings.push_back(
          fmt::format("log {}: {} of evidence", log.name, Counted(log.num_evidence, "piece")));
    }
    if (log.num_failures > 0) {
      warnings.push_back(DescribeFailures(log));
    }
  }
  for (std::string& warning : warnings) {
    warning = Sanitize(warning, 500);
  }
  return warnings;
}

std::string RenderDaemonText(const DaemonFacts& facts) {
  std::string out = "tattled: running\n";
  out += fmt::format("  process   {}, version {}, since {}\n", facts.pid, Printable(facts.version),
                     Printable(facts.started));
  out += fmt::format("  judges    mode {}, policy {}, for those who ask: {}, {} refused\n",
                     Printable(facts.mode), Printable(facts.policy),
                     Counted(facts.num_checks, "chain"), facts.num_refused);
  out += facts.has_list
             ? fmt::format("  log list  of {}, {}{}\n", Printable(facts.list_timestamp),
                           Counted(facts.num_logs, "log"), facts.is_list_stale ? ", stale" : "")
             : "  log list  none\n";
  out += fmt::format("  seen      {}; SCTs kept: {}, {} of them not yet settled\n",
                     Counted(facts.num_observations, "observation"), facts.num_scts,
                     facts.num_pending_scts);
  out += fmt::format("  verdicts  {} compliant, {} not compliant\n", facts.num_compliant,
                     facts.num_not_compliant);
  out += RenderAudits(facts.audits);
  out += RenderGossip(facts);
  out += RenderGossipClient(facts.gossip_client);
  out += fmt::format("  evidence  {}{}\n", facts.num_evidence,
                     facts.num_evidence > 0 ? "; see `tattle evidence list`" : "");
  out += RenderRefusals(facts.refusals);
  return out + RenderLines("warning", DaemonWarnings(facts));
}

std::string Array(const std::vector<std::string>& elements) {
  std::string out = "[";
  for (const std::string& element : elements) {
    out.append(out.size() > 1 ? "," : "").append(element);
  }
  return out + ']';
}

std::string TextArray(const std::vector<std::string>& texts) {
  std::vector<std::string> elements;
  elements.reserve(texts.size());
  for (const std::string& text : texts) {
    elements.push_back(Quote(text));
  }
  return Array(elements);
}

std::string ProcessArray(const std::vector<Process>& processes) {
  std::vector<std::string> elements;
  for (const Process& process : processes) {
    const bool known = !process.is_hidden;
    std::string out = "{\"pid\":" + std::to_string(process.pid);
    out += JsonMember("name", Quote(process.name));
    out += JsonMember("openssl_conf",
                      process.openssl_conf ? Quote(*process.openssl_conf) : JsonNull());
    out += JsonMember("uses_openssl", known ? JsonBool(process.has_openssl()) : JsonNull());
    out += JsonMember("module", JsonTextOrNull(process.module_path));
    out += JsonMember("started",
                      process.started_ms ? Quote(EncodeRfc3339(*process.started_ms)) : JsonNull());
    out += JsonMember("changed_since", JsonTextOrNull(process.changed_since));
    elements.push_back(out + '}');
  }
  return Array(elements);
}

std::string ListObject(const std::optional<LogListFacts>& list) {
  if (!list) {
    return JsonNull();
  }
  std::string out = "{\"origin\":" + Quote(list->origin);
  out += JsonMember("timestamp",
                    list->timestamp_ms ? Quote(EncodeRfc3339(*list->timestamp_ms)) : JsonNull());
  return out + JsonMember("stale", JsonBool(list->is_stale)) + '}';
}

std::string ProgramObject(const ProgramFacts& facts) {
  const bool known = facts.unknowns.empty();
  const bool enabled = facts.cnf.has_value();
  std::string out = "{\"program\":" + Quote(facts.place.program);
  out += JsonMember("kind", Quote(facts.kind == &kUnitKind ? "unit" : facts.kind->name));
  out += JsonMember("file", JsonTextOrNull(facts.place.file));
  out += JsonMember("enabled", known || enabled ? JsonBool(enabled) : JsonNull());
  out += JsonMember("place", enabled ? Quote(facts.kind->where(facts.place)) : JsonNull());
  out += JsonMember("cnf", enabled ? Quote(*facts.cnf) : JsonNull());
  out += JsonMember("module", JsonTextOrNull(facts.module_path));
  out += JsonMember("mode", JsonTextOrNull(facts.mode));
  out += JsonMember("policy", JsonTextOrNull(facts.policy));
  out += JsonMember("log_list", ListObject(facts.log_list));
  out += JsonMember("in_effect", known ? JsonBool(enabled && facts.problems.empty()) : JsonNull());
  out += JsonMember("problems", TextArray(facts.problems));
  out += JsonMember("warnings", TextArray(facts.warnings));
  out += JsonMember("unknowns", TextArray(facts.unknowns));
  return out + JsonMember("processes", ProcessArray(facts.processes)) + '}';
}

}  // namespace

std::string RenderStatusText(const StatusFacts& facts) {
  std::string out;
  for (const ProgramFacts& program : facts.programs) {
    out += (out.empty() ? "" : "\n") + RenderProgramText(program);
  }
  if (facts.programs.empty()) {
    out += "no program is enabled to take Tattle from OpenSSL: see `tattle enable --help`\n";
  }
  if (!facts.others.empty()) {
    out += "\nother processes\n";
  }
  for (const Process& process : facts.others) {
    out += fmt::format("  {} {}\n", NameOf(process), DescribeOther(process));
  }
  if (facts.daemon) {
    out += "\n" + RenderDaemonText(*facts.daemon);
  } else if (!facts.daemon_silence.empty()) {
    out += fmt::format("\ntattled: {}\n", facts.daemon_silence);
  }
  for (const std::string& unknown : facts.unknowns) {
    out += fmt::format("could not tell: {}\n", unknown);
  }
  for (const std::string& note : facts.notes) {
    out += fmt::format("note: {}\n", note);
  }
  return out;
}

std::string RenderStatusJson(const StatusFacts& facts) {
  std::vector<std::string> programs;
  for (const ProgramFacts& program : facts.programs) {
    programs.push_back(ProgramObject(program));
  }
  std::string out = "{\"programs\":" + Array(programs);
  out += JsonMember("other_processes", ProcessArray(facts.others));
  out += JsonMember("daemon", facts.daemon ? facts.daemon->json : JsonNull());
  out += JsonMember("daemon_silence", JsonTextOrNull(facts.daemon_silence));
  out += JsonMember("unknowns", TextArray(facts.unknowns));
  return out + JsonMember("notes", TextArray(facts.notes)) + "}\n";
}

std::string RenderConfigText(const std::string& path, const ConfigFacts& facts) {
  std::string out = fmt::format("{}: {}\n", Printable(path),
                                facts.problems.empty() ? "good" : "not to be used like this");
  out += DescribeJudging(facts.mode, facts.policy, facts.log_list);
  if (!facts.exempt_hosts.empty() || !facts.exempt_spki.empty()) {
    out += fmt::format("  exempt    {}, {}\n", Counted(facts.exempt_hosts.size(), "host"),
                       Counted(facts.exempt_spki.size(), "key"));
  }
  return out + RenderLines("problem", facts.problems) + RenderLines("warning", facts.warnings);
}

std::string RenderConfigJson(const std::string& path, const ConfigFacts& facts) {
  std::string out = "{\"config\":" + Quote(path);
  out += JsonMember("good", JsonBool(facts.problems.empty()));
  out += JsonMember("mode", JsonTextOrNull(facts.mode));
  out += JsonMember("policy", JsonTextOrNull(facts.policy));
  out += JsonMember("log_list", ListObject(facts.log_list));
  out += JsonMember("exempt_hosts", TextArray(facts.exempt_hosts));
  out += JsonMember("exempt_spki", TextArray(facts.exempt_spki));
  out += JsonMember("problems", TextArray(facts.problems));
  return out + JsonMember("warnings", TextArray(facts.warnings)) + "}\n";
}

}  // namespace tattle::cli
