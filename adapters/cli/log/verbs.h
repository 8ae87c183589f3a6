// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The verbs of `tattle log`, and what they share. Private to them.

#ifndef TATTLE_ADAPTERS_CLI_LOG_VERBS_H_
#define TATTLE_ADAPTERS_CLI_LOG_VERBS_H_

#include <memory>
#include <string>
#include <string_view>

#include "adapters/cli/log/http_settings.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/fields.h"
#include "plugin/audit/evidence.h"
#include "plugin/net/failure.h"
#include "plugin/net/log_client.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {

void AddSthVerb(Verb log, int& exit_status);
void AddConsistencyVerb(Verb log, int& exit_status);
void AddInclusionVerb(Verb log, int& exit_status);
void AddEntriesVerb(Verb log, int& exit_status);
void AddRootsVerb(Verb log, int& exit_status);

// LogOptions are those of every verb.
struct LogOptions {
  std::string log;
  std::string log_list;
  HttpSettings http;
  bool json = false;
};

// AddLogOptions adds LOG, --log-list, --json and those of HTTP.
void AddLogOptions(Verb verb, LogOptions& options);

// OpenedLog is a log that can be asked.
struct OpenedLog {
  LoadedLogList list;
  const Log* log = nullptr;  // of the list
  std::unique_ptr<HttpClient> http;
  std::unique_ptr<LogClient> client;
};

// OpenLog finds the log that the options name, and says on stderr if its key is denied.
Outcome<OpenedLog> OpenLog(const LogOptions& options);

// FindLog takes a log_id (base64 or hexadecimal), a URL, a whole description, or a part of exactly
// one, whatever the case of its letters. Borrows from the list.
Outcome<const Log*> FindLog(const LogList& list, std::string_view text);

// HeadFields describes a head, with its log.
Fields HeadFields(const Log& log, const TreeHead& head);

// Print writes fields to stdout, as text or as one line of JSON.
void Print(const Fields& fields, bool json);

// ReportFailure says why the log gave no good answer: to stderr, and with --json to stdout too. The
// exit status is kExitNo where the log is to blame, else kExitUnknown.
int ReportFailure(const Log& log, const Failure& failure, bool json);

// WrongAnswer is something that the log is to blame for.
struct WrongAnswer {
  std::string sentence;
  ClaimKind kind;             // that it is, or would be, evidence of
  std::string evidence_file;  // empty: none was written
};

// ReportWrong says it as ReportFailure does. Returns kExitNo.
int ReportWrong(const Log& log, const WrongAnswer& wrong, bool json);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_LOG_VERBS_H_
