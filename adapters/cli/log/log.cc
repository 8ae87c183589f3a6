// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/lower_case.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kMaxNamedLogs = 5;  // of the logs that a word may mean

std::string WithoutSlash(std::string_view url) {
  while (url.ends_with('/')) {
    url.remove_suffix(1);
  }
  return LowerCase(url);
}

bool IsExactly(const Log& log, std::string_view text) {
  const std::string url = WithoutSlash(text);
  return log.description == text || EncodeBase64(log.log_id) == text ||
         Hex(log.log_id) == LowerCase(text) ||
         (!url.empty() &&
          (WithoutSlash(log.url) == url || WithoutSlash(log.monitoring_url) == url));
}

std::string NameLogs(const std::vector<const Log*>& logs) {
  std::string out;
  for (std::size_t i = 0; i < logs.size() && i < kMaxNamedLogs; ++i) {
    out += (i == 0 ? "\"" : ", \"") + logs[i]->description + "\"";
  }
  return logs.size() > kMaxNamedLogs ? out + ", ..." : out;
}

// IsToBlame: the log signed, or served as its own, what does not hold.
bool IsToBlame(FailureKind kind) {
  return kind == FailureKind::kWrong || kind == FailureKind::kBadSignature;
}

}  // namespace

Outcome<const Log*> FindLog(const LogList& list, std::string_view text) {
  std::vector<const Log*> exact;
  std::vector<const Log*> partial;
  for (const Log& log : list.content().logs) {
    if (IsExactly(log, text)) {
      exact.push_back(&log);
    }
    if (LowerCase(log.description).find(LowerCase(text)) != std::string::npos) {
      partial.push_back(&log);
    }
  }
  const std::vector<const Log*>& found = exact.empty() ? partial : exact;
  if (text.empty() || found.empty()) {
    return Sorry(fmt::format(
        "no log is called \"{}\": name one by its description, a part of it, its log_id or its "
        "URL, as `tattle loglist show` has them",
        text));
  }
  if (found.size() > 1) {
    return Sorry(fmt::format("\"{}\" may mean {} logs: {}; say more of its name", text,
                             found.size(), NameLogs(found)));
  }
  return found.front();
}

void AddLogOptions(Verb verb, LogOptions& options) {
  verb.AddOption("LOG", options.log, "description of a log or a part of it, its log_id or its URL")
      .Required();
  verb.AddOption("--log-list", options.log_list, "the log list that has it").TypeName("FILE");
  verb.AddFlag("--json", options.json, "print JSON");
  AddHttpOptions(verb, options.http);
}

Outcome<OpenedLog> OpenLog(const LogOptions& options) {
  Outcome<LoadedLogList> list = LoadLogList(options.log_list);
  if (!list) {
    return Sorry(list.error());
  }
  const Outcome<const Log*> log = FindLog(*list->list, options.log);
  if (!log) {
    return Sorry(list->origin + ": " + log.error());
  }
  const bool is_static = (*log)->kind == LogKind::kStaticCt;
  if ((*log)->url.empty() || (is_static && (*log)->monitoring_url.empty())) {
    return Sorry(fmt::format("{}: the log list has no URL of this log", (*log)->description));
  }
  if (const DeniedLog* denied = list->list->FindDenied((*log)->log_id)) {
    fmt::print(stderr, "tattle: warning: the key of this log is denied: {}\n",
               Printable(denied->reason));
  }
  OpenedLog opened;
  opened.log = *log;
  opened.list = *std::move(list);
  opened.http = std::make_unique<HttpClient>(MakeHttpOptions(options.http));
  opened.client = LogClient::Create(*opened.log, *opened.http);
  return opened;
}

Fields HeadFields(const Log& log, const TreeHead& head) {
  return Fields()
      .Text("log", log.description)
      .Text("log_id", EncodeBase64(log.log_id))
      .Number("tree_size", head.tree_size)
      .Text("time", EncodeRfc3339(head.timestamp_ms))
      .Number("timestamp", head.timestamp_ms)
      .Text("sha256_root_hash", EncodeBase64(head.sha256_root_hash));
}

void Print(const Fields& fields, bool json) {
  fmt::print("{}", json ? fields.RenderJson() + '\n' : fields.RenderText());
}

int ReportFailure(const Log& log, const Failure& failure, bool json) {
  const int complained = ComplainOf(log.description, failure.sentence);
  if (json) {
    Fields fields = Fields()
                        .Text("log", log.description)
                        .Text("log_id", EncodeBase64(log.log_id))
                        .Text("failure", FailureKindName(failure.kind))
                        .Text("reason", failure.sentence);
    if (failure.http_status != 0) {
      fields.Number("http_status", static_cast<std::uint64_t>(failure.http_status));
    }
    Print(fields, true);
  }
  return IsToBlame(failure.kind) ? kExitNo : complained;
}

int ReportWrong(const Log& log, const WrongAnswer& wrong, bool json) {
  ComplainOf(log.description, wrong.evidence_file.empty()
                                  ? wrong.sentence
                                  : wrong.sentence + "; evidence: " + wrong.evidence_file);
  if (json) {
    Fields fields = Fields()
                        .Text("log", log.description)
                        .Text("log_id", EncodeBase64(log.log_id))
                        .Text("failure", FailureKindName(FailureKind::kWrong))
                        .Text("claim", ClaimKindName(wrong.kind))
                        .Text("reason", wrong.sentence);
    if (!wrong.evidence_file.empty()) {
      fields.Text("evidence", wrong.evidence_file);
    }
    Print(fields, true);
  }
  return kExitNo;
}

void AddLogCommand(Verb program, int& exit_status) {
  const Verb log = program.AddVerb("log", "ask a CT log, and verify what it answers");
  log.RequireVerb();
  log.Footer(
      "Both kinds of logs are asked alike: those of RFC 6962, and those that serve tiles\n"
      "(static-ct-api). Nothing is printed that was not verified: signatures with the key that "
      "the\n"
      "log list has, proofs down to a signed head. Failures that are the network's are tried "
      "again\n"
      "a few times.\n\n"
      "Exit status: 0 yes, 1 no: the log did not sign, prove or have it, 2 could not tell.\n\n"
      "Examples:\n"
      "  tattle log sth 'Argon2026h1' --out head.json\n"
      "  tattle log consistency 'Argon2026h1' head.json\n"
      "  tattle log inclusion 'Argon2026h1' chain.pem\n"
      "  tattle log entries 'Argon2026h1' 1000-1009");
  AddSthVerb(log, exit_status);
  AddConsistencyVerb(log, exit_status);
  AddInclusionVerb(log, exit_status);
  AddEntriesVerb(log, exit_status);
  AddRootsVerb(log, exit_status);
}

}  // namespace tattle::cli
