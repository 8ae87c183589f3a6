// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/loglist/verbs.h"
#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/lower_case.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

struct ShowOptions {
  std::string file;
  std::string log_list;
  std::string operator_name;
  std::vector<std::string> states;
  std::string kind;
  bool json = false;
};

// StateWord is the log's state, or that its key is denied, which outweighs any state.
std::string StateWord(const LogList& list, const Log& log) {
  return std::string(list.FindDenied(log.log_id) == nullptr ? LogStateName(log.state) : "denied");
}

bool IsWanted(const ShowOptions& options, const LogList& list, const Log& log) {
  const std::vector<std::string>& states = options.states;
  return (options.kind.empty() || options.kind == LogKindName(log.kind)) &&
         (states.empty() ||
          std::find(states.begin(), states.end(), StateWord(list, log)) != states.end()) &&
         LowerCase(log.operator_name).find(LowerCase(options.operator_name)) != std::string::npos;
}

std::vector<const Log*> WantedLogs(const ShowOptions& options, const LogList& list) {
  std::vector<const Log*> logs;
  for (const Log& log : list.content().logs) {
    if (IsWanted(options, list, log)) {
      logs.push_back(&log);
    }
  }
  return logs;
}

// Date leaves out a time of day of 00:00:00.
std::string Date(std::uint64_t time_ms) {
  const std::string text = EncodeRfc3339(time_ms);
  constexpr std::string_view kMidnight = "T00:00:00Z";
  return text.substr(0, text.size() - (text.ends_with(kMidnight) ? kMidnight.size() : 0));
}

void ShowTable(const ShowOptions& options, const LogList& list, const std::string& origin) {
  const LogList::Content& content = list.content();
  const std::vector<const Log*> logs = WantedLogs(options, list);
  fmt::print("log list: {}\n", DescribeLogList(list, origin));
  fmt::print("{} logs", content.logs.size());
  if (logs.size() != content.logs.size()) {
    fmt::print(", {} of them shown", logs.size());
  }
  fmt::print("; {} operators; {} keys denied\n\n", content.operators.size(), content.denied.size());
  std::vector<Row> rows = {
      {"OPERATOR", "LOG", "KIND", "TYPE", "STATE", "SINCE", "CERTIFICATES EXPIRING"}};
  for (const Log* log : logs) {
    const std::optional<TemporalInterval>& interval = log->temporal_interval;
    rows.push_back(
        {log->operator_name, log->description, std::string(LogKindName(log->kind)),
         std::string(LogTypeName(log->type)), StateWord(list, *log),
         log->state_since_ms == 0 ? "" : Date(log->state_since_ms),
         interval ? Date(interval->start_ms) + " to " + Date(interval->end_ms) : "any time"});
  }
  fmt::print("{}", FormatColumns(rows));
  if (!content.denied.empty()) {
    fmt::print("\ndenied keys:\n");
  }
  for (const DeniedLog& denied : content.denied) {
    fmt::print("  {}  {}\n", EncodeBase64(denied.log_id), Printable(denied.reason));
  }
}

std::string TimeJson(std::optional<std::uint64_t> time_ms) {
  return time_ms ? json::Quote(EncodeRfc3339(*time_ms)) : "null";
}

std::string LogJson(const LogList& list, const Log& log) {
  std::string interval = "null";
  if (log.temporal_interval) {
    interval = fmt::format(R"({{"start":{},"end":{}}})", TimeJson(log.temporal_interval->start_ms),
                           TimeJson(log.temporal_interval->end_ms));
  }
  const std::string since =
      log.state_since_ms == 0 ? "null" : json::Quote(EncodeRfc3339(log.state_since_ms));
  return fmt::format(
      R"({{"log_id":"{}","log":{},"operator":{},"kind":"{}","type":"{}","log_state":"{}",)"
      R"("log_state_since":{},"denied":{},"interval":{},"url":{},"monitoring_url":{},"mmd":{}}})",
      EncodeBase64(log.log_id), json::Quote(log.description), json::Quote(log.operator_name),
      LogKindName(log.kind), LogTypeName(log.type), LogStateName(log.state), since,
      list.FindDenied(log.log_id) != nullptr, interval, json::Quote(log.url),
      json::Quote(log.monitoring_url), log.mmd_s);
}

void ShowJson(const ShowOptions& options, const LogList& list, const std::string& origin) {
  const LogList::Content& content = list.content();
  std::string logs;
  for (const Log* log : WantedLogs(options, list)) {
    logs += (logs.empty() ? "" : ",") + LogJson(list, *log);
  }
  std::string denied;
  for (const DeniedLog& entry : content.denied) {
    denied += fmt::format(R"({}{{"log_id":"{}","reason":{}}})", denied.empty() ? "" : ",",
                          EncodeBase64(entry.log_id), json::Quote(entry.reason));
  }
  std::string skipped;
  for (const SkippedLog& entry : content.skipped) {
    skipped += fmt::format(R"({}{{"log":{},"code":"{}","reason":{}}})", skipped.empty() ? "" : ",",
                           json::Quote(entry.description), ErrcName(entry.error.code),
                           json::Quote(Describe(entry.error)));
  }
  fmt::print(R"({{"origin":{},"version":{},"timestamp":{},"stale":{},"logs":[{}],"denied":[{}],)"
             R"("skipped":[{}]}})"
             "\n",
             json::Quote(origin), json::Quote(content.version), TimeJson(content.timestamp_ms),
             list.IsStaleAt(NowMs()), logs, denied, skipped);
}

int Show(const ShowOptions& options) {
  const auto loaded = LoadLogList(options.file.empty() ? options.log_list : options.file);
  if (!loaded) {
    return Complain(loaded.error());
  }
  if (options.json) {
    ShowJson(options, *loaded->list, loaded->origin);
  } else {
    ShowTable(options, *loaded->list, loaded->origin);
    WarnAboutLogList(*loaded->list, loaded->origin, NowMs());
  }
  return kExitYes;
}

}  // namespace

void AddShowVerb(Verb loglist, int& exit_status) {
  const auto options = std::make_shared<ShowOptions>();
  const Verb verb = loglist.AddVerb("show", "show the logs of a list");
  const VerbOption file =
      verb.AddOption("FILE", options->file, "the list; by default the one that tattle uses");
  verb.AddOption("--log-list", options->log_list, "the same, as other verbs have it")
      .TypeName("FILE")
      .NotWith(file);
  verb.AddOption("--operator", options->operator_name,
                 "only logs of operators whose name contains this, in whatever case")
      .TypeName("NAME");
  verb.AddOption("--state", options->states,
                 "only logs in one of these states, separated by commas: none, pending, qualified, "
                 "usable, readonly, retired, rejected, unknown, denied")
      .SplitAt(',')
      .OneValueEach()
      .TypeName("STATE")
      .OneOf({"none", "pending", "qualified", "usable", "readonly", "retired", "rejected",
              "unknown", "denied"});
  verb.AddOption("--kind", options->kind, "only logs of one kind: rfc6962, static-ct")
      .OneOf({"rfc6962", "static-ct"})
      .TypeName("KIND");
  verb.AddFlag("--json", options->json, "print one JSON object instead of a table");
  verb.Footer(
      "Entries that cannot be trusted, such as one whose id is not the SHA-256 of its key, are "
      "left\n"
      "out and named on stderr (in JSON: `skipped`). Only logs of type prod that are qualified,\n"
      "usable, read-only or retired can count for a policy.\n\n"
      "Examples:\n"
      "  tattle loglist show --state usable,qualified --operator google\n"
      "  tattle loglist show log_list.json --json | jq '.logs[].log'");
  verb.OnCall([options, &exit_status] { exit_status = Show(*options); });
}

}  // namespace tattle::cli
