// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle status`.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/status/config_facts.h"
#include "adapters/cli/status/daemon_facts.h"
#include "adapters/cli/status/facts.h"
#include "adapters/cli/status/monitor.h"
#include "adapters/cli/status/render.h"

namespace tattle::cli {
namespace {

// How long tattled may take to answer.
constexpr std::chrono::seconds kDaemonPatience{5};

constexpr std::uint32_t kMaxEvidenceDays = 36'500;

struct StatusOptions {
  Place place;
  std::string config;
  bool json = false;
  bool monitor = false;
  std::uint32_t evidence_days = MonitorRules().evidence_days;
  std::string control_socket;  // empty: the usual one
};

// IsDaemonSetUp: somebody switched tattled on, or configured it. That it is installed is no sign.
bool IsDaemonSetUp() {
  constexpr const char* kSigns[] = {"/etc/tattle/tattled.conf",
                                    "/etc/systemd/system/multi-user.target.wants/tattled.service"};
  return std::any_of(std::begin(kSigns), std::end(kSigns), [](const char* path) {
    std::error_code error;
    return std::filesystem::exists(std::filesystem::symlink_status(path, error));
  });
}

// AskOurDaemon adds what tattled says, where the whole of this system is asked for.
void AskOurDaemon(const StatusOptions& options, StatusFacts& facts) {
  if (!options.place.root.empty() || !options.place.program.empty()) {
    return;
  }
  const bool is_named = !options.control_socket.empty();
  auto daemon =
      AskDaemon(is_named ? options.control_socket : kControlSocket, Deadline(kDaemonPatience));
  if (daemon) {
    facts.daemon = *std::move(daemon);
    return;
  }
  facts.should_daemon_answer = is_named || !daemon.error().has_no_socket || IsDaemonSetUp();
  facts.daemon_silence =
      facts.should_daemon_answer ? std::move(daemon.error().sentence) : "not running";
}

int PrintAnswer(const MonitorAnswer& answer) {
  fmt::print("{}", answer.text);
  return answer.exit_status();
}

// Refuse says why nothing is looked at, to whoever asks.
int Refuse(const StatusOptions& options, const std::string& sentence) {
  return options.monitor ? PrintAnswer(MonitorFailure(sentence)) : Complain(sentence);
}

// StatusOfConfig looks at one file before programs read it.
int StatusOfConfig(const StatusOptions& options) {
  const Place& place = options.place;
  if (!place.program.empty() || !place.file.empty() || !place.root.empty() || options.monitor) {
    return Complain("--config looks at one file and at no program: leave the rest away");
  }
  const auto facts = LookAtConfigFile(options.config, NowMs());
  if (!facts) {
    return Complain(facts.error());
  }
  fmt::print("{}", options.json ? RenderConfigJson(options.config, *facts)
                                : RenderConfigText(options.config, *facts));
  return facts->problems.empty() ? kExitYes : kExitNo;
}

int Status(const StatusOptions& options) {
  if (!options.config.empty()) {
    return StatusOfConfig(options);
  }
  const Place& place = options.place;
  std::error_code error;
  if (!place.root.empty() && !std::filesystem::is_directory(place.root, error)) {
    return Refuse(options, place.root + " is no folder: check --root");
  }
  const bool takes_file = place.program == kEnvKind.name || place.program == kNodeKind.name;
  if (takes_file == place.file.empty()) {
    return Refuse(options, "env and node are asked with --file FILE, and nothing else is");
  }
  const std::uint64_t now_ms = NowMs();
  StatusFacts facts = CollectStatus(place, now_ms);
  AskOurDaemon(options, facts);
  if (options.monitor) {
    return PrintAnswer(
        EvaluateMonitor(facts, {now_ms, options.evidence_days, !place.program.empty()}));
  }
  fmt::print("{}", options.json ? RenderStatusJson(facts) : RenderStatusText(facts));
  const int exit_status = facts.exit_status();
  const bool asked_and_off = !place.program.empty() && !facts.programs.front().cnf;
  return asked_and_off && exit_status == kExitYes ? kExitNo : exit_status;
}

}  // namespace

void AddStatusCommand(Verb program, int& exit_status) {
  const auto options = std::make_shared<StatusOptions>();
  const Verb verb = program.AddVerb(
      "status", "say for which programs CT is switched on, and whether it is in effect");
  verb.AddOption("PROGRAM", options->place.program, "as tattle enable takes it; by default all")
      .TypeName("");
  verb.AddOption("--file", options->place.file, "with env or node: the file to look at")
      .TypeName("FILE");
  verb.AddOption("--root", options->place.root,
                 "look at the system below this folder, such as an image, not at this one")
      .TypeName("DIR");
  verb.AddOption("--config", options->config,
                 "look at this file of settings (tattle.conf) before programs read it, and at "
                 "nothing else")
      .TypeName("FILE");
  verb.AddOption("--control", options->control_socket,
                 "the control socket of tattled; by default /run/tattle/control.sock")
      .TypeName("SOCKET");
  const VerbOption json =
      verb.AddFlag("--json", options->json, "print one JSON object on one line");
  verb.AddFlag("--monitor", options->monitor,
               "be a check of Nagios, Icinga and their like: their output and exit statuses")
      .NotWith(json);
  verb.AddOption("--evidence-days", options->evidence_days,
                 fmt::format("with --monitor: evidence is an alarm for so many days after it was "
                             "found; by default {}",
                             options->evidence_days))
      .TypeName("DAYS")
      .InRange(0U, kMaxEvidenceDays);
  verb.Footer(
      "Looks at all places that `tattle enable` writes to: drop-ins of systemd units, Postfix,\n"
      "/etc/environment, /etc/profile, /etc/profile.d, /etc/default, /etc/crontab, /etc/cron.d,\n"
      "root's profile, and /etc/ssl/openssl.cnf. Of each it says\n"
      "  place     the file with the setting\n"
      "  cnf       the configuration of OpenSSL that it names\n"
      "  module    the module that this loads; that it can be loaded was tried\n"
      "  judges    mode and policy, by tattle.conf and the cnf together\n"
      "  log list  by which it judges, and whether that is stale (older than 70 days); a warning\n"
      "            from day 56 on\n"
      "  running   which processes have the module in memory, and which do not\n"
      "and what is the matter: a problem keeps it from being in effect, a warning weakens it.\n"
      "A program that does not load the module runs on without CT and, mostly, says nothing of\n"
      "it: that is why processes are looked at. Not counted are those that have no shared OpenSSL\n"
      "in memory; where that is every process of a unit, it is a problem or nobody can tell.\n"
      "Settings are read once: a process that began before the cnf, tattle.conf or public_roots\n"
      "was changed (written, replaced, or given another owner or mode) may run with older ones,\n"
      "which is a problem too.\n"
      "Other processes are listed if they have the module, or OPENSSL_CONF names a file that\n"
      "loads it. Without root, most processes may not be looked at.\n"
      "\n"
      "What tattled says of itself comes behind that, also with whom it gossips as a client and\n"
      "how that went, and which hosts would be refused, since their last verdict was not\n"
      "compliant; its warnings do not change the exit status.\n"
      "That it does not answer is \"could not tell\", unless nobody has set it up: no socket is\n"
      "there, no /etc/tattle/tattled.conf, and its unit is not enabled.\n"
      "\n"
      "With --root, files are looked at and neither processes nor whether the module can be "
      "loaded.\n"
      "\n"
      "With --config, one file is read as programs would read it, with the log list and the roots\n"
      "that it names: edit a copy of tattle.conf, look at that, and rename it.\n"
      "\n"
      "With --monitor, one line says what is the matter, with performance data behind it, and\n"
      "the lines below say all of it. Critical are new conclusive evidence, a log list that is\n"
      "missing, and what is not in effect though its mode is require; what else is wrong with\n"
      "programs and with tattled is a warning. man tattle-status has the list.\n"
      "\n"
      "Exit status: 0 all is well, also where nothing is enabled; 1 something that is enabled is\n"
      "not in effect, PROGRAM is not enabled, or FILE has a fault; 2 could not tell. With\n"
      "--monitor: 0 OK, also where nothing is set up; 1 WARNING; 2 CRITICAL; 3 UNKNOWN, it could\n"
      "not look.\n"
      "\n"
      "Examples:\n"
      "  tattle status\n"
      "  tattle status --config tattle.conf.new\n"
      "  tattle status prosody --json | jq '.programs[0].in_effect'\n"
      "  tattle status --monitor");
  verb.OnCall([options, &exit_status] { exit_status = Status(*options); });
}

}  // namespace tattle::cli
