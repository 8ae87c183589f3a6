// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle check`.

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/cli/bounds.h"
#include "adapters/cli/chain/tls_context.h"
#include "adapters/cli/check/json.h"
#include "adapters/cli/check/run_in_order.h"
#include "adapters/cli/check/table.h"
#include "adapters/cli/check/target.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

// Targets that are asked at once: enough to hide the slow ones, few enough for any machine.
constexpr std::size_t kMaxCheckThreads = 16;

struct CheckOptions {
  std::vector<std::string> targets;
  std::string tls_scts;
  std::string ocsp;
  std::string starttls;
  std::string cafile;
  std::string public_roots;
  std::string config;
  std::string policy;  // empty: that of the configuration
  std::string log_list;
  std::string time;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  double timeout_s = 10;
};

Outcome<std::vector<Policy>> FindPolicies(const std::string& name) {
  if (name == "all") {
    return std::vector<Policy>(AllPolicies().begin(), AllPolicies().end());
  }
  if (const std::optional<Policy> policy = FindPolicy(name)) {
    return std::vector<Policy>{*policy};
  }
  std::string sentence = "no policy has the name " + Sanitize(name) + ": use all";
  for (const Policy policy : AllPolicies()) {
    sentence.append(", ").append(PolicyName(policy));
  }
  return Sorry(std::move(sentence));
}

// DecodeConfig reads the file of --config, over which other options go.
Outcome<Config> DecodeConfig(const CheckOptions& options) {
  Config config;
  if (!options.config.empty()) {
    if (const auto set = SetConfigFile(config, options.config); !set) {
      return Sorry("--config: " + Printable(set.error()));
    }
  }
  config.log_list = options.log_list.empty() ? config.log_list : options.log_list;
  config.public_roots = options.public_roots.empty() ? config.public_roots : options.public_roots;
  return config;
}

// DecodeOptions turns words into a setup; what it refuses is a mistake on the command line.
Outcome<CheckSetup> DecodeOptions(const CheckOptions& options) {
  CheckSetup setup;
  Outcome<Config> config = DecodeConfig(options);
  if (!config) {
    return Sorry(config.error());
  }
  const Outcome<std::vector<Policy>> policies =
      options.policy.empty() ? std::vector<Policy>{config->policy} : FindPolicies(options.policy);
  if (!policies) {
    return Sorry(policies.error());
  }
  setup.policies = *policies;
  setup.config = *std::move(config);
  setup.config.policy = setup.policies.front();
  const Outcome<std::uint64_t> now_ms = options.time.empty() ? NowMs() : DecodeMoment(options.time);
  if (!now_ms) {
    return Sorry("--time: " + now_ms.error());
  }
  setup.now_ms = *now_ms;
  if (!options.starttls.empty()) {
    const std::optional<StartTls> starttls = FindStartTls(options.starttls);
    if (!starttls) {
      return Sorry("--starttls knows smtp, imap, pop3, xmpp, xmpp-server and ftp, not " +
                   Sanitize(options.starttls));
    }
    setup.starttls = *starttls;
  }
  if (!(options.timeout_s > 0 && options.timeout_s <= kMaxTimeoutS)) {
    return Sorry("--timeout takes seconds, more than 0 and at most 3600");
  }
  setup.timeout = std::chrono::milliseconds(std::lround(std::ceil(options.timeout_s * 1000)));
  if (options.targets.size() > 1 && !(options.tls_scts.empty() && options.ocsp.empty())) {
    return Sorry("--tls-scts and --ocsp belong to one certificate: name one file");
  }
  setup.tls_scts = options.tls_scts;
  setup.ocsp = options.ocsp;
  return setup;
}

// Printer says results in the way that was asked for.
class Printer {
 public:
  Printer(const CheckOptions& options, const CheckSetup& setup)
      : options_(options),
        setup_(setup),
        style_(ColourWanted(STDOUT_FILENO)),
        progress_(options.targets.size() > 1 && !options.quiet && isatty(STDERR_FILENO) == 1) {}

  void Print(const CheckResult& result) {
    ClearProgress();
    if (options_.json && !options_.quiet) {
      Write(stdout, RenderJson(result, setup_.logs.get(), setup_.now_ms));
    } else if (!options_.quiet) {
      const std::string table = RenderTable(result, {setup_.now_ms, options_.verbose}, style_);
      Write(stdout, any_table_ && !table.empty() ? "\n" + table : table);
      any_table_ = any_table_ || !table.empty();
    }
    std::fflush(stdout);
    if (!result.error.empty() && (!options_.json || options_.quiet)) {
      ComplainOf(result.target, result.error);
    }
  }

  void ShowProgress(std::size_t num_done) {
    if (progress_ && num_done < options_.targets.size()) {
      Write(stderr, "\r" + std::to_string(num_done) + " of " +
                        std::to_string(options_.targets.size()) + " checked");
    }
  }

 private:
  void ClearProgress() const {
    if (progress_) {
      Write(stderr, "\r\x1b[K");
    }
  }

  const CheckOptions& options_;
  const CheckSetup& setup_;
  Style style_;
  bool progress_;
  bool any_table_ = false;
};

// FailAll answers for every target where not even the setup could be made.
int FailAll(const CheckOptions& options, const CheckSetup& setup, const std::string& sentence) {
  for (const std::string& target : options.targets) {
    if (options.json && !options.quiet) {
      CheckResult result;
      result.target = target;
      result.error = sentence;
      Write(stdout, RenderJson(result, setup.logs.get(), setup.now_ms));
    }
  }
  return Complain(sentence);
}

int RunCheck(const CheckOptions& options) {
  Outcome<CheckSetup> setup = DecodeOptions(options);
  if (!setup) {
    return ComplainOf("check", setup.error());
  }
  const auto loaded = LoadLogList(setup->config.log_list);
  if (!loaded) {
    return FailAll(options, *setup, loaded.error());
  }
  setup->logs = loaded->list;
  const TlsSettings settings{options.cafile, setup->config, setup->logs, setup->now_ms};
  const Outcome<SslCtxPtr> context = CreateTlsContext(settings);
  if (!context) {
    return FailAll(options, *setup, context.error());
  }
  setup->context = context->get();
  // Not even --quiet hides it: with a stale list, verdicts are lenient.
  WarnAboutLogList(*setup->logs, loaded->origin, setup->now_ms, setup->config.on_stale);

  std::vector<std::optional<CheckResult>> results(options.targets.size());
  int exit_status = kExitYes;
  Printer printer(options, *setup);
  printer.ShowProgress(0);
  RunInOrder({
      .num_items = options.targets.size(),
      .max_threads = kMaxCheckThreads,
      .work = [&](std::size_t i) { results[i] = CheckTarget(options.targets[i], *setup); },
      .emit =
          [&](std::size_t i) {
            printer.Print(*results[i]);
            exit_status = std::max(exit_status, results[i]->exit_status());
            results[i].reset();
          },
      .progress = [&](std::size_t num_done) { printer.ShowProgress(num_done); },
  });
  return exit_status;
}

constexpr const char* kCheckFooter =
    "Exit status: 0 every policy asked for is complied with, 1 it is not, 2 nobody can tell,\n"
    "also where it took SCTs of logs that a stale list does not know; of several targets the\n"
    "highest. Whether the chain validates is said beside it and has no part in it. What the "
    "file\n"
    "of --config exempts passes (0), whatever the policy says.\n\n"
    "The log list is the file of --log-list, else of --config, else of TATTLE_LOG_LIST, else\n"
    "/var/lib/tattle/log_list.json, else the one that is built in. Ports: 443, and with "
    "--starttls\n"
    "smtp 25, imap 143, pop3 110, xmpp 5222, xmpp-server 5269, ftp 21.\n\n"
    "Examples:\n"
    "  tattle check mail.example.org --starttls smtp --policy all\n"
    "  tattle check fullchain.pem --json\n"
    "  tattle check wiki.example.org --config /etc/tattle/tattle.conf";

}  // namespace

void AddCheckCommand(Verb program, int& exit_status) {
  const auto options = std::make_shared<CheckOptions>();
  const Verb check = program.AddVerb(
      "check",
      "say which SCTs of a certificate file or a live server are good, and what policies "
      "make of them");
  check
      .AddOption("TARGET", options->targets,
                 "a file (PEM or DER chain, the server's certificate first) or host[:port]")
      .Required()
      .TypeName("");
  // As of most commands, so that an alias can be overruled; flags do so anyway.
  check.LastCounts();
  check
      .AddOption("--tls-scts", options->tls_scts,
                 "SCT list as sent in TLS extension 18, beside a certificate file")
      .TypeName("FILE");
  check.AddOption("--ocsp", options->ocsp, "OCSP response (DER), beside a certificate file")
      .TypeName("FILE");
  check
      .AddOption("--starttls", options->starttls,
                 "begin in clear text: smtp, imap, pop3, xmpp, xmpp-server or ftp")
      .TypeName("PROTOCOL");
  check
      .AddOption("--cafile,--ca-file", options->cafile,
                 "CA certificates (PEM) to validate chains with, in place of the system's")
      .TypeName("FILE");
  check
      .AddOption("--public-roots", options->public_roots,
                 "CAs that count as public beside the built-in ones (PEM), so that programs "
                 "judge what they sign")
      .TypeName("FILE|DIR");
  check
      .AddOption("--config", options->config,
                 "judge as programs with this tattle.conf would, whatever its mode; the options "
                 "here overrule it")
      .TypeName("FILE");
  check
      .AddOption("--policy", options->policy,
                 "chrome (default), apple, mozilla, android, rfc6962, strict, or all")
      .TypeName("NAME");
  check.AddOption("--log-list", options->log_list, "log list to use").TypeName("FILE");
  check
      .AddOption("--time", options->time,
                 "judge as at this time (2026-04-15T00:00:00Z, or seconds since 1970), not now")
      .TypeName("T");
  check.AddFlag("--json", options->json, "print one JSON object a target, one a line");
  check.AddFlag("--quiet", options->quiet,
                "print nothing but errors and warnings; the exit status says the rest");
  check.AddFlag("-v,--verbose", options->verbose,
                "print more of SCTs and chain, and the SHA-256 of the server's key");
  check.AddOption("--timeout", options->timeout_s, "seconds for each target (default 10)")
      .TypeName("SECONDS");
  check.Footer(kCheckFooter);
  check.OnCall([options, &exit_status] { exit_status = RunCheck(*options); });
}

}  // namespace tattle::cli
