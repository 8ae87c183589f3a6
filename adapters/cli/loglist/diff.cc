// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/diff.h"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/loglist/verbs.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/data/pinned_log_list.h"
#include "plugin/service/log_list_update.h"

namespace tattle::cli {
namespace {

struct DiffOptions {
  std::string older;
  std::string newer;
  bool json = false;
};

// Load reads a list as every command does: what the built-in list denies is denied in each.
Outcome<LogList> Load(const std::string& path) {
  const Outcome<ByteVector> text = ReadListFile(path);
  if (!text) {
    return Sorry(text.error());
  }
  Result<LogList> list = DecodeTrustedLogList(*text);
  if (!list) {
    return Sorry(DescribeLogListError(path, list.error()));
  }
  return *std::move(list);
}

// DescribeDifference is the line without its mark: "LOG (OPERATOR): state: A -> B".
std::string DescribeDifference(const LogDifference& difference) {
  std::string log = EncodeBase64(difference.log_id);
  if (!difference.description.empty()) {
    log = fmt::format("{} ({})", difference.description, difference.operator_name);
  }
  switch (difference.change) {
    case LogChange::kAdded:
      return fmt::format("{}: {}", log, difference.after);
    case LogChange::kRemoved:
      return fmt::format("{}: was {}", log, difference.before);
    case LogChange::kDenied:
      return fmt::format("{}: its key is denied now: {}", log, difference.after);
    case LogChange::kNoLongerDenied:
      return fmt::format("{}: its key is NO LONGER denied; it was: {}", log, difference.after);
    default:
      break;
  }
  const auto or_none = [](const std::string& text) { return text.empty() ? "(none)" : text; };
  return fmt::format("{}: {}: {} -> {}", log, LogChangeName(difference.change),
                     or_none(difference.before), or_none(difference.after));
}

char Mark(LogChange change) {
  switch (change) {
    case LogChange::kAdded:
      return '+';
    case LogChange::kRemoved:
      return '-';
    case LogChange::kKey:
    case LogChange::kDenied:
    case LogChange::kNoLongerDenied:
      return '!';
    default:
      return '~';
  }
}

std::string ListJson(const LogList& list, const std::string& path) {
  const LogList::Content& content = list.content();
  return fmt::format(
      R"({{"origin":{},"version":{},"timestamp":{}}})", json::Quote(path),
      json::Quote(content.version),
      content.timestamp_ms ? json::Quote(EncodeRfc3339(*content.timestamp_ms)) : "null");
}

void PrintDifferencesJson(const DiffOptions& options, const LogList& older, const LogList& newer,
                          const std::vector<LogDifference>& differences) {
  std::string changes;
  for (const LogDifference& difference : differences) {
    changes += fmt::format(
        R"({}{{"change":"{}","log_id":"{}","log":{},"operator":{},"before":{},"after":{}}})",
        changes.empty() ? "" : ",", LogChangeName(difference.change),
        EncodeBase64(difference.log_id), json::Quote(difference.description),
        json::Quote(difference.operator_name), json::Quote(difference.before),
        json::Quote(difference.after));
  }
  fmt::print("{{\"old\":{},\"new\":{},\"changes\":[{}]}}\n", ListJson(older, options.older),
             ListJson(newer, options.newer), changes);
}

int Diff(const DiffOptions& options) {
  const Outcome<LogList> older = Load(options.older);
  if (!older) {
    return Complain(older.error());
  }
  const Outcome<LogList> newer = Load(options.newer);
  if (!newer) {
    return Complain(newer.error());
  }
  const std::vector<LogDifference> differences = DiffLogLists(*older, *newer);
  if (options.json) {
    PrintDifferencesJson(options, *older, *newer, differences);
  } else {
    fmt::print("old: {}\nnew: {}\n", DescribeLogList(*older, options.older),
               DescribeLogList(*newer, options.newer));
    PrintDifferences(*older, *newer);
  }
  return differences.empty() ? kExitYes : kExitNo;
}

}  // namespace

void PrintDifferences(const LogList& older, const LogList& newer) {
  const std::vector<LogDifference> differences = DiffLogLists(older, newer);
  for (const LogDifference& difference : differences) {
    fmt::print("{} {}\n", Mark(difference.change), Printable(DescribeDifference(difference)));
  }
  if (differences.empty()) {
    fmt::print("no differences\n");
  } else {
    fmt::print("{} difference{}\n", differences.size(), differences.size() == 1 ? "" : "s");
  }
}

void AddDiffVerb(Verb loglist, int& exit_status) {
  const auto options = std::make_shared<DiffOptions>();
  const Verb verb = loglist.AddVerb("diff", "say what changed from one list to another");
  verb.AddOption("OLD", options->older, "the older list").Required();
  verb.AddOption("NEW", options->newer, "the newer list").Required();
  verb.AddFlag("--json", options->json, "print one JSON object instead of lines");
  verb.Footer(
      "Logs are compared by their key: states, operators, intervals, types, URLs, merge delays "
      "and\n"
      "final tree heads, and which keys are denied. Version and date are shown but are no\n"
      "difference, nor is the order of entries. Lines begin with + for a new log, - for one that\n"
      "is gone, ! where a key changed or is denied, ~ for the rest.\n\n"
      "Exit status: 0 the same, 1 different, 2 a list could not be read.\n\n"
      "Example:\n"
      "  tattle loglist diff /var/lib/tattle/log_list.json log_list.json");
  verb.OnCall([options, &exit_status] { exit_status = Diff(*options); });
}

}  // namespace tattle::cli
