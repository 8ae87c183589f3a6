// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle audit`.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/cli/audit/report.h"
#include "adapters/cli/audit/target.h"
#include "adapters/cli/chain/tls_context.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/log/http_settings.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "plugin/runtime/config.h"

namespace tattle::cli {
namespace {

struct AuditOptions {
  std::vector<std::string> targets;
  std::string tls_scts;
  std::string ocsp;
  std::string starttls;
  std::string policy = "chrome";
  std::string log_list;
  std::string evidence_dir;
  HttpSettings http;
  bool ask_rfc6962 = false;
  bool json = false;
  bool progress = false;
};

Outcome<AuditSetup> DecodeOptions(const AuditOptions& options) {
  AuditSetup setup;
  const std::optional<Policy> policy = FindPolicy(options.policy);
  if (!policy) {
    return Sorry("no policy has the name " + Sanitize(options.policy) +
                 ": use chrome, apple, mozilla, android, rfc6962 or strict");
  }
  setup.check.policies = {*policy};
  if (!options.starttls.empty()) {
    const std::optional<StartTls> starttls = FindStartTls(options.starttls);
    if (!starttls) {
      return Sorry("--starttls knows smtp, imap, pop3, xmpp, xmpp-server and ftp, not " +
                   Sanitize(options.starttls));
    }
    setup.check.starttls = *starttls;
  }
  if (options.targets.size() > 1 && !(options.tls_scts.empty() && options.ocsp.empty())) {
    return Sorry("--tls-scts and --ocsp belong to one certificate: name one file");
  }
  setup.check.tls_scts = options.tls_scts;
  setup.check.ocsp = options.ocsp;
  setup.check.now_ms = NowMs();
  setup.check.timeout = std::chrono::seconds(options.http.timeout_s);
  setup.http = MakeHttpOptions(options.http);
  setup.http.retries = 1;  // somebody waits for the answer
  setup.ask_rfc6962 = options.ask_rfc6962;
  setup.evidence_dir = options.evidence_dir;
  if (options.progress || (!options.json && isatty(STDERR_FILENO) == 1)) {
    setup.tell = [](const AuditedSct& sct) { Write(stderr, RenderAuditProgress(sct)); };
  }
  return setup;
}

int ReportAudit(const AuditResult& result, bool json) {
  if (json) {
    Write(stdout, RenderAuditJson(result));
  } else {
    Write(stdout, RenderAudit(result, Style(ColourWanted(STDOUT_FILENO))));
  }
  std::fflush(stdout);
  for (const std::string& error : {result.check.error, result.error}) {
    if (!error.empty() && !json) {
      ComplainOf(result.check.target, error);
    }
  }
  return result.exit_status();
}

int RunAudit(const AuditOptions& options) {
  Outcome<AuditSetup> setup = DecodeOptions(options);
  if (!setup) {
    return ComplainOf("audit", setup.error());
  }
  const Outcome<LoadedLogList> loaded = LoadLogList(options.log_list);
  if (!loaded) {
    return Complain(loaded.error());
  }
  setup->check.logs = loaded->list;
  Config config;
  config.policy = setup->check.policies.front();
  const TlsSettings settings{"", std::move(config), setup->check.logs, setup->check.now_ms};
  const Outcome<SslCtxPtr> context = CreateTlsContext(settings);
  if (!context) {
    return Complain(context.error());
  }
  setup->check.context = context->get();
  WarnAboutLogList(*loaded->list, loaded->origin, setup->check.now_ms);
  int exit_status = kExitYes;
  for (const std::string& target : options.targets) {
    exit_status = std::max(exit_status, ReportAudit(AuditTarget(target, *setup), options.json));
  }
  return exit_status;
}

constexpr const char* kAuditManual =
    "Each SCT is verified; then the log of each valid one is asked for its newest head, which\n"
    "its key must have signed, and for a proof that the certificate is in that tree:\n"
    "  included         proven, at index N of a tree of M\n"
    "  not merged yet   not there, but the log's maximum merge delay is not over\n"
    "  NOT INCLUDED     not there although it is: the log broke its promise\n"
    "  WRONG LEAF       another certificate stands at the index that the SCT names\n"
    "  WRONG ANSWER     the log signed two different trees of one size\n"
    "  no proof         it is over, and the log says that it has no such certificate\n"
    "  wrong answer     a head, proof or tile that does not hold\n"
    "  missing index    an SCT of a static-ct log that does not say where, as it must\n"
    "  not asked        see below\n"
    "  cannot be asked  the network, or a server that does not answer as a log does\n"
    "  gone             the same of a log that is retired or rejected\n"
    "Capitals say that what the log signed proves it. The rest may be the doing of a front end\n"
    "that lags, or of a network: ask again later.\n\n"
    "A static-ct log is asked for tiles, which tells it next to nothing. A log of RFC 6962 must\n"
    "be told the very certificate, and so learns that somebody at your address has seen it.\n"
    "That is no secret of a site's own operator, but it is of a visitor: such logs are asked\n"
    "with --ask-rfc6962 only.\n\n"
    "With --evidence-dir, misbehaviour that can be shown is written there, one file each;\n"
    "tattle evidence verify checks it with the log's key and, where a log was late, the maximum\n"
    "merge delay that the log list has for it.\n\n"
    "Exit status: 0 the policy is complied with and all SCTs that count are proven to be in\n"
    "their logs; 1 a log is proven to misbehave or the policy is not complied with; 2 nobody\n"
    "can tell, also where a stale list does not know a log, whose SCTs it lets count. Of several\n"
    "targets the highest.\n\n"
    "Examples:\n"
    "  tattle audit example.org\n"
    "  tattle audit fullchain.pem --ask-rfc6962 --evidence-dir evidence\n"
    "  tattle audit fullchain.pem --tls-scts scts/scts.sctlist --json";

}  // namespace

void AddAuditCommand(Verb program, int& exit_status) {
  const auto options = std::make_shared<AuditOptions>();
  const Verb audit =
      program.AddVerb("audit", "check SCTs, and prove that their logs have the certificate, now");
  audit
      .AddOption("TARGET", options->targets,
                 "a file (PEM or DER chain, the server's certificate first) or host[:port]")
      .Required()
      .TypeName("");
  audit
      .AddOption("--tls-scts", options->tls_scts,
                 "SCT list as sent in TLS extension 18, beside a certificate file")
      .TypeName("FILE");
  audit.AddOption("--ocsp", options->ocsp, "OCSP response (DER), beside a certificate file")
      .TypeName("FILE");
  audit
      .AddOption("--starttls", options->starttls,
                 "begin in clear text: smtp, imap, pop3, xmpp, xmpp-server or ftp")
      .TypeName("PROTOCOL");
  audit
      .AddOption("--policy", options->policy,
                 "chrome (default), apple, mozilla, android, rfc6962 or strict")
      .TypeName("NAME");
  audit.AddOption("--log-list", options->log_list, "log list to use").TypeName("FILE");
  audit.AddFlag("--ask-rfc6962", options->ask_rfc6962,
                "ask logs of RFC 6962 too, which tells them which certificate was seen");
  audit
      .AddOption("--evidence-dir", options->evidence_dir,
                 "folder for evidence of misbehaviour; made if it is not there")
      .TypeName("DIR");
  AddHttpOptions(audit, options->http);
  audit.AddFlag("--json", options->json, "print one JSON object a target, one a line");
  audit.AddFlag("--progress", options->progress,
                "a line on stderr for each SCT as logs answer, as on a terminal");
  audit.Footer(kAuditManual);
  audit.OnCall([options, &exit_status] { exit_status = RunAudit(*options); });
}

}  // namespace tattle::cli
