// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle enable` and `tattle disable`.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/enable/help.h"
#include "adapters/cli/enable/module_cnf.h"
#include "adapters/cli/enable/module_file.h"
#include "adapters/cli/enable/program_kind.h"
#include "adapters/cli/files/file_change.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

struct EnableOptions {
  Place place;
  std::string mode;
  std::string cnf;
  std::string module;
  bool dry_run = false;
  bool yes = false;
  bool every_program = false;
};

std::string CnfPath(const EnableOptions& options, const ProgramKind& kind) {
  return fmt::format("{}{}{}{}.cnf", kTattleFolder, kind.is_included ? "system-wide" : "openssl",
                     options.mode.empty() ? "" : "-", options.mode);
}

// CheckModule finds the module that a cnf is to load; configuration comes after it.
Outcome<std::string> CheckModule(const EnableOptions& options, const std::string& path) {
  if (!IsCnfPath(path)) {
    return Sorry(fmt::format("{}: a module's path must be absolute and without # $ \\ and quotes",
                             Sanitize(path)));
  }
  if (const auto found = CheckModuleFile(options.place.root + path); !found) {
    return Sorry(found.error());
  }
  // Of another system's files nothing is run here.
  const auto loads = options.place.root.empty() ? CheckModuleLoads(path) : Outcome<void>();
  return loads ? Outcome<std::string>(path) : Sorry(loads.error());
}

// CreateCnf is the change that writes a cnf where there is none.
Outcome<FileChange> CreateCnf(const EnableOptions& options, const ProgramKind& kind) {
  const std::string& root = options.place.root;
  const auto module = CheckModule(options, ModulePath(root, options.module));
  if (!module) {
    return Sorry(module.error());
  }
  std::optional<ModuleCnf> system;
  if (std::error_code error; std::filesystem::exists(root + kSystemCnf, error)) {
    auto read = ReadModuleCnf(root, kSystemCnf);
    if (!read) {
      return Sorry(read.error());
    }
    system = *std::move(read);
  }
  CnfPlan plan{*module, kind.is_included, {}};
  if (!options.mode.empty()) {
    plan.settings.emplace_back("mode", options.mode);
  }
  return FileChange{root + CnfPath(options, kind), std::nullopt, WriteModuleCnf(plan, system)};
}

// UseForeignCnf takes what an operator has put in the place of our cnf, if it does the same. It is
// never changed.
Outcome<FileChange> UseForeignCnf(const EnableOptions& options, const ProgramKind& kind,
                                  const ModuleCnf& cnf) {
  const std::string& root = options.place.root;
  const bool does_the_same =
      !cnf.module_path.empty() && (&kind != &kNodeKind || cnf.loads_in_node) &&
      (options.mode.empty() || cnf.setting("mode") == options.mode) &&
      (options.module.empty() || ModulePath(root, options.module) == cnf.module_path);
  if (!does_the_same) {
    return Sorry(fmt::format(
        "{} was not written by tattle and does not load {} in this way: it is left as it is; move "
        "it away, or name another with --cnf",
        Printable(root + CnfPath(options, kind)),
        options.module.empty() ? "Tattle" : Sanitize(options.module)));
  }
  const auto module = CheckModule(options, cnf.module_path);
  return module ? Outcome<FileChange>(FileChange()) : Sorry(module.error());
}

// KeepCnf is the change of a cnf that is there: none, or that of the module of ours. What an
// operator has added stays.
Outcome<FileChange> KeepCnf(const EnableOptions& options, const ProgramKind& kind,
                            const std::string& text) {
  const std::string& root = options.place.root;
  const std::string path = CnfPath(options, kind);
  const auto cnf = kind.is_included ? ReadIncludedCnf(root, path) : ReadModuleCnf(root, path);
  if (!cnf) {
    return Sorry(cnf.error());
  }
  if (!cnf->is_ours) {
    return UseForeignCnf(options, kind, *cnf);
  }
  // An operator may have changed it, or the system's file that it includes.
  if (cnf->module_path.empty() || (&kind == &kNodeKind && !cnf->loads_in_node)) {
    return Sorry(fmt::format("{} does not load Tattle any more{}: move it away and enable again",
                             Printable(root + path),
                             cnf->module_path.empty() ? "" : " in Node.js (nodejs_conf)"));
  }
  if (cnf->setting("mode").value_or("") != options.mode) {
    return Sorry(fmt::format("{} says mode = {}, which its name does not: correct it",
                             Printable(root + path), Sanitize(cnf->setting("mode").value_or(""))));
  }
  const bool keeps = options.module.empty() && CheckModuleFile(root + cnf->module_path);
  const std::string wanted = keeps ? cnf->module_path : ModulePath(root, options.module);
  const auto module = CheckModule(options, wanted);
  if (!module) {
    return Sorry(module.error());
  }
  if (*module == cnf->module_path) {
    return FileChange{root + path, text, text};
  }
  const std::string changed = SetModulePath(text, *module);
  if (changed == text) {
    return Sorry(
        fmt::format("{} has another section for the module than tattle wrote: set its "
                    "path to {}",
                    Printable(root + path), Printable(*module)));
  }
  return FileChange{root + path, text, changed};
}

// CheckOwnCnf: the operator's own cnf has to load Tattle, or enabling it would change nothing.
Outcome<FileChange> CheckOwnCnf(const EnableOptions& options, const ProgramKind& kind) {
  if (!IsPlainPath(options.cnf) || kind.is_included || !options.mode.empty()) {
    return Sorry(
        "--cnf takes an absolute path of letters, digits and . _ - +, and neither --mode, which "
        "stands in that file, nor system-wide");
  }
  const auto cnf = ReadModuleCnf(options.place.root, options.cnf);
  if (!cnf) {
    return Sorry(cnf.error());
  }
  if (cnf->module_path.empty() || (&kind == &kNodeKind && !cnf->loads_in_node)) {
    return Sorry(fmt::format("{} does not load Tattle{}: see `tattle enable --help`",
                             Printable(options.cnf),
                             cnf->module_path.empty() ? "" : " in Node.js (nodejs_conf)"));
  }
  const auto module = CheckModule(options, cnf->module_path);
  return module ? Outcome<FileChange>(FileChange()) : Sorry(module.error());
}

Outcome<FileChange> PlanCnf(const EnableOptions& options, const ProgramKind& kind) {
  if (!options.cnf.empty()) {
    return CheckOwnCnf(options, kind);
  }
  const auto text = ReadText(options.place.root + CnfPath(options, kind));
  if (!text) {
    return Sorry(text.error());
  }
  return *text ? KeepCnf(options, kind, **text) : CreateCnf(options, kind);
}

// CheckOptions refuses what cannot be meant.
Outcome<void> CheckOptions(const EnableOptions& options, const ProgramKind& kind) {
  const Place& place = options.place;
  const bool takes_file = &kind == &kEnvKind || &kind == &kNodeKind;
  if (!place.file.empty() && (!takes_file || !IsPlainPath(place.file))) {
    return Sorry(
        "--file belongs to env and node, and takes an absolute path of letters, digits and . _ - "
        "+");
  }
  if (!options.mode.empty() && options.mode != "report" && options.mode != "require") {
    return Sorry("--mode is report or require; `tattle disable` switches off");
  }
  std::error_code error;
  if (!place.root.empty() && !std::filesystem::is_directory(place.root, error)) {
    return Sorry(Printable(place.root) + " is no folder: check --root");
  }
  const bool prints_only = takes_file && place.file.empty();
  if (!options.dry_run && place.root.empty() && geteuid() != 0 && !prints_only) {
    return Sorry(
        "only root may do this: run it with sudo, or with --dry-run to see what it would change");
  }
  return {};
}

// CheckWithin keeps changes below --root: a link in another system's files may lead out of it.
Outcome<void> CheckWithin(const std::string& root, const FileChange& change) {
  if (root.empty() || change.is_empty()) {
    return {};
  }
  std::error_code error;
  const std::string top = std::filesystem::canonical(root, error).string() + '/';
  const std::string path = std::filesystem::weakly_canonical(change.path, error).string();
  if (error || !path.starts_with(top)) {
    return Sorry(Printable(change.path) + " leads out of --root by a link: nothing was written");
  }
  return {};
}

bool Confirm(const EnableOptions& options) {
  if (options.yes || isatty(STDIN_FILENO) != 1) {
    return true;
  }
  fmt::print("Do this? [y/N] ");
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

// Carry shows the changes and makes them. Returns an exit status, or nothing if all is done.
std::optional<int> Carry(const EnableOptions& options, const std::vector<FileChange>& changes,
                         const std::string& warnings) {
  for (const FileChange& change : changes) {
    if (const auto ok = CheckWithin(options.place.root, change); !ok) {
      return Complain(ok.error());
    }
    fmt::print("{}", RenderDiff(change));
  }
  fmt::print("{}", warnings);
  if (options.dry_run) {
    fmt::print("nothing was written (--dry-run)\n");
    return kExitYes;
  }
  if (!Confirm(options)) {
    fmt::print("nothing was written\n");
    return kExitUnknown;
  }
  for (const FileChange& change : changes) {
    if (const auto done = ApplyChange(change); !done) {
      return Complain(done.error());
    }
  }
  return std::nullopt;
}

// NameOf is how an operator would say it again.
std::string NameOf(const Place& place) {
  std::string name = Printable(place.program);
  return place.file.empty() ? name : fmt::format("{} --file {}", name, Printable(place.file));
}

int Enable(const EnableOptions& options) {
  const Place& place = options.place;
  const ProgramKind& kind = FindProgramKind(place.program);
  if (const auto ok = CheckOptions(options, kind); !ok) {
    return Complain(ok.error());
  }
  if (kind.is_included && !options.every_program) {
    return Complain(kSystemWideRefusal);
  }
  const auto cnf_change = PlanCnf(options, kind);
  if (!cnf_change) {
    return Complain(cnf_change.error());
  }
  const std::string cnf = options.cnf.empty() ? CnfPath(options, kind) : options.cnf;
  const auto place_change = kind.enable(place, cnf);
  if (!place_change) {
    return Complain(place_change.error());
  }
  // First what is named, then what names it.
  const std::vector<FileChange> changes = {*cnf_change, *place_change};
  const bool prints_only = place_change->path.empty() && &kind != &kPostfixKind;
  if (cnf_change->is_empty() && place_change->is_empty() && !prints_only) {
    fmt::print("{} is already enabled, by {}\n", NameOf(place), Printable(cnf));
    return kExitYes;
  }
  if (prints_only && !options.dry_run && !cnf_change->is_empty() && geteuid() != 0 &&
      place.root.empty()) {
    return Complain(fmt::format("only root may write {}: run this once with sudo", cnf));
  }
  if (const auto status = Carry(options, changes, WarningsOf(kind, options.mode))) {
    return *status;
  }
  if (prints_only) {
    fmt::print("OPENSSL_CONF={}\n", cnf);
  } else {
    fmt::print("{} is enabled\n", NameOf(place));
  }
  fmt::print("now: {}\nthen: tattle status {}\n", kind.next(place), NameOf(place));
  return kExitYes;
}

int Disable(const EnableOptions& options) {
  const Place& place = options.place;
  const ProgramKind& kind = FindProgramKind(place.program);
  if (const auto ok = CheckOptions(options, kind); !ok) {
    return Complain(ok.error());
  }
  if (&kind != &kUnitKind && &kind != &kPostfixKind && !kind.is_included && place.file.empty()) {
    return Complain("name the file that sets OPENSSL_CONF with --file");
  }
  const auto cnf = kind.find(place);
  if (!cnf) {
    return Complain(cnf.error());
  }
  if (!*cnf) {
    fmt::print("{} is not enabled: nothing to do\n", NameOf(place));
    return kExitYes;
  }
  const auto change = kind.disable(place);
  if (!change) {
    return Complain(change.error());
  }
  if (const auto status = Carry(options, {*change}, "")) {
    return *status;
  }
  fmt::print("{} is disabled; {} stays, other programs may name it\nnow: {}\n", NameOf(place),
             Printable(**cnf), kind.next(place));
  return kExitYes;
}

void AddCommonOptions(Verb verb, EnableOptions& options) {
  verb.AddOption("PROGRAM", options.place.program,
                 "a unit of systemd, postfix, env, node or system-wide: see below")
      .Required()
      .TypeName("");
  verb.AddOption("--file", options.place.file, "with env or node: the file that sets OPENSSL_CONF")
      .TypeName("FILE");
  verb.AddOption("--root", options.place.root,
                 "change the system below this folder, such as an image, not this one")
      .TypeName("DIR");
  verb.AddFlag("--dry-run", options.dry_run, "show the change and write nothing");
  verb.AddFlag("-y,--yes", options.yes, "do not ask; without a terminal nobody is asked anyway");
}

}  // namespace

void AddEnableCommands(Verb program, int& exit_status) {
  const auto options = std::make_shared<EnableOptions>();
  const Verb enable = program.AddVerb("enable", "make a program load Tattle by OpenSSL's module");
  AddCommonOptions(enable, *options);
  enable.AddOption("--mode", options->mode, "report or require; without it tattle.conf says")
      .TypeName("MODE");
  enable.AddOption("--cnf", options->cnf, "a cnf of your own, in place of ours").TypeName("FILE");
  enable.AddOption("--module", options->module, "the module, in place of the installed one")
      .TypeName("FILE");
  enable.AddFlag("--load-into-every-program", options->every_program,
                 "say that system-wide is meant");
  enable.Footer(EnableHelp());
  enable.OnCall([options, &exit_status] { exit_status = Enable(*options); });

  const Verb disable = program.AddVerb("disable", "take back what tattle enable did");
  AddCommonOptions(disable, *options);
  disable.Footer(DisableHelp());
  disable.OnCall([options, &exit_status] { exit_status = Disable(*options); });
}

}  // namespace tattle::cli
