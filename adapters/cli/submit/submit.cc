// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle submit`.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/commands.h"
#include "adapters/cli/log/http_settings.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/submit/job.h"
#include "adapters/cli/submit/report.h"

namespace tattle::cli {
namespace {

// A log that has not answered by then is waited for, but no longer relied upon.
constexpr std::uint32_t kSlowAfterMs = 4000;

struct SubmitOptions {
  std::string chain;
  std::string out;
  std::vector<std::string> renew;
  std::string policy;  // empty: chrome
  std::string log_list;
  std::vector<std::string> logs;
  HttpSettings http;
  std::string evidence_dir;
  bool dry_run = false;
  bool verbose = false;
  bool json = false;
  bool progress = false;
};

Outcome<SubmitJob> DecodeJob(const SubmitOptions& options, const LogList& logs) {
  SubmitJob job;
  job.chain_file = options.chain;
  job.folder = options.out;
  const std::optional<Policy> policy =
      options.policy.empty() ? Policy::kChrome : FindPolicy(options.policy);
  if (!policy) {
    std::string names;
    for (const Policy each : AllPolicies()) {
      names.append(names.empty() ? "" : ", ").append(PolicyName(each));
    }
    return Sorry("no policy has the name " + Sanitize(options.policy) + ": use one of " + names);
  }
  job.policy = *policy;
  for (const std::string& name : options.logs) {
    const Outcome<const Log*> log = FindLog(logs, name);
    if (!log) {
      return Sorry("--logs: " + log.error());
    }
    job.only.push_back((*log)->log_id);
  }
  return job;
}

// CheckCombination says what is missing or too much on the command line.
Outcome<void> CheckCombination(const SubmitOptions& options) {
  if (!options.renew.empty()) {
    if (!options.chain.empty() || !options.out.empty() || !options.logs.empty() ||
        !options.policy.empty()) {
      return Sorry(
          "--renew reads from the folder what it holds: name no chain, --out, --policy or --logs");
    }
    return {};
  }
  if (options.chain.empty()) {
    return Sorry("name the file with the certificate and its chain, or folders with --renew");
  }
  if (options.out.empty() && !options.dry_run) {
    return Sorry("--out DIR is missing: the folder that the SCTs are written to");
  }
  return {};
}

int ReportSubmit(const SubmitResult& result, const SubmitOptions& options) {
  if (options.json) {
    Write(stdout, RenderSubmitJson(result));
  } else {
    Write(stdout, RenderSubmit(result, Style(ColourWanted(STDOUT_FILENO)), options.verbose));
  }
  std::fflush(stdout);
  if (!result.error.empty() && !options.json) {
    Complain(result.error);
  }
  return result.exit_status();
}

int RunSubmit(const SubmitOptions& options) {
  const Outcome<void> good = CheckCombination(options);
  if (!good) {
    return ComplainOf("submit", good.error());
  }
  const Outcome<LoadedLogList> loaded = LoadLogList(options.log_list);
  if (!loaded) {
    return Complain(loaded.error());
  }
  const Outcome<SubmitJob> job = DecodeJob(options, *loaded->list);
  if (!job) {
    return ComplainOf("submit", job.error());
  }
  WarnAboutLogList(*loaded->list, loaded->origin, NowMs());

  SubmitSetup setup;
  setup.logs = loaded->list;
  setup.http = MakeHttpOptions(options.http);
  setup.http.retries = 1;  // there are other logs
  setup.slow_after = std::chrono::milliseconds(std::min(kSlowAfterMs, setup.http.timeout_ms / 2));
  setup.dry_run = options.dry_run;
  setup.evidence_dir = options.evidence_dir;
  if (options.progress || (!options.json && isatty(STDERR_FILENO) == 1)) {
    setup.tell = [](const Attempt& attempt) { Write(stderr, RenderProgress(attempt)); };
  }
  AcceptedRoots roots;
  if (options.renew.empty()) {
    return ReportSubmit(RunSubmitJob(*job, roots, setup), options);
  }
  int exit_status = kExitYes;
  for (const std::string& folder : options.renew) {
    exit_status =
        std::max(exit_status, ReportSubmit(RenewSctFolder(folder, roots, setup), options));
  }
  return exit_status;
}

constexpr const char* kSubmitManual =
    "Logs that take the certificate are asked until the policy is satisfied even when any one SCT\n"
    "goes, if there are logs for that: usable or qualified ones, for the certificate's end, of as\n"
    "many operators as there are. Four are asked at a time; one that fails, is slow, or does not\n"
    "take the CA's root is replaced by the next. Each SCT is verified twice, and the verdict is\n"
    "the policy's on SCTs that come by the TLS extension. A precertificate gets SCTs for its\n"
    "certificate.\n\n"
    "DIR is made if it is not there, and tried before any log is asked. It gets, each replaced at\n"
    "one stroke, and only if the policy is satisfied:\n"
    "  LOG_ID.sct        one SCT a log, for servers that take a folder\n"
    "  scts.sctlist      the list as TLS sends it; tattle check CHAIN --tls-scts reads it\n"
    "  CHAIN.sctl        the same for HAProxy\n"
    "  serverinfo.pem    the same for nginx and all that load OpenSSL's ServerInfoFile\n"
    "  scts.json         what is there, for which certificate, policy and time\n"
    "One folder is for one certificate: a server with an RSA and an ECDSA one needs two.\n\n"
    "--renew does nothing while the certificate file is the same and its SCTs satisfy the\n"
    "policy by today's log list; else it asks anew and replaces the files. It is for timers and\n"
    "for hooks of ACME clients. The server must be told to read its files again afterwards.\n\n"
    "What is submitted is public from then on, with all names in the certificate.\n\n"
    "Exit status: 0 enough SCTs, or nothing to do; 1 the policy is not satisfied, and what is\n"
    "missing is said; 2 a file could not be read or written, or a setting is wrong. Of several\n"
    "folders the highest.\n\n"
    "Examples:\n"
    "  tattle submit fullchain.pem --policy strict --out /etc/tattle/scts/example.org\n"
    "  tattle submit fullchain.pem --dry-run\n"
    "  tattle submit --renew /etc/tattle/scts/*";

}  // namespace

void AddSubmitCommand(Verb program, int& exit_status) {
  const auto options = std::make_shared<SubmitOptions>();
  const Verb submit = program.AddVerb(
      "submit", "get SCTs for a certificate from logs, and write them as servers take them");
  submit
      .AddOption("CHAIN", options->chain,
                 "certificate (PEM or DER), its issuers behind it; or a precertificate")
      .TypeName("");
  submit.AddOption("--out", options->out, "folder for the SCTs; made if it is not there")
      .TypeName("DIR");
  submit.AddOption("--renew", options->renew, "folders to look after, in place of CHAIN")
      .TypeName("DIR");
  submit
      .AddOption("--policy", options->policy,
                 "chrome (default), apple, mozilla, android, rfc6962, or strict for all browsers")
      .TypeName("NAME");
  submit.AddOption("--log-list", options->log_list, "log list to use").TypeName("FILE");
  submit
      .AddOption("--logs", options->logs,
                 "ask all of these logs and no others: a description or a part of it, a log_id "
                 "or a URL")
      .TypeName("NAME");
  submit
      .AddOption("--evidence-dir", options->evidence_dir,
                 "folder for evidence of SCTs that a log did not sign; made if it is not there")
      .TypeName("DIR");
  AddHttpOptions(submit, options->http);
  submit.AddFlag("--dry-run", options->dry_run, "say which logs would be asked, ask none");
  submit.AddFlag("-v,--verbose", options->verbose,
                 "name each log that takes no such certificate, and say why");
  submit.AddFlag("--json", options->json, "print one JSON object a certificate, one a line");
  submit.AddFlag("--progress", options->progress,
                 "a line on stderr for each log as things happen, as on a terminal");
  submit.Footer(kSubmitManual);
  submit.OnCall([options, &exit_status] { exit_status = RunSubmit(*options); });
}

}  // namespace tattle::cli
