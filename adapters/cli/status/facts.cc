// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/facts.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/enable/module_cnf.h"
#include "adapters/cli/enable/module_file.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

void Append(std::vector<std::string>& sentences, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(sentences));
}

void LookAtModule(ProgramFacts& facts) {
  const std::string& root = facts.place.root;
  auto loads = CheckModuleFile(root + facts.module_path);
  if (loads && root.empty()) {
    loads = CheckModuleLoads(facts.module_path);
  }
  if (!loads) {
    facts.problems.push_back(loads.error());
  }
}

// LookAtCnf says how a program that reads its cnf would judge.
void LookAtCnf(ProgramFacts& facts, std::uint64_t now_ms) {
  const std::string& root = facts.place.root;
  // What is included by the system's file is read with that.
  const auto cnf = ReadModuleCnf(root, facts.kind->is_included ? kSystemCnf : *facts.cnf);
  if (!cnf) {
    facts.problems.push_back(cnf.error());
    return;
  }
  if (cnf->module_path.empty()) {
    facts.problems.push_back(
        fmt::format("{} does not make OpenSSL load Tattle", Printable(root + *facts.cnf)));
    return;
  }
  if (facts.kind == &kNodeKind && !cnf->loads_in_node) {
    facts.problems.push_back(fmt::format("{} does not make Node.js load Tattle: nodejs_conf",
                                         Printable(root + *facts.cnf)));
  }
  facts.module_path = cnf->module_path;
  LookAtModule(facts);
  const auto config = EffectiveConfig(root, *cnf);
  facts.settings = LookAtSettings(
      {root + *facts.cnf, root + ConfigFileOf(*cnf), config ? root + config->public_roots : ""});
  if (!config) {
    facts.problems.push_back(config.error());
    return;
  }
  ConfigFacts judges = LookAtConfig(root, *config, now_ms);
  facts.mode = std::move(judges.mode);
  facts.policy = std::move(judges.policy);
  facts.log_list = std::move(judges.log_list);
  if (config->mode == Mode::kOff) {
    facts.problems.emplace_back("mode is off: nothing is judged");
  }
  Append(facts.problems, std::move(judges.problems));
  Append(facts.warnings, std::move(judges.warnings));
}

// DescribeLack says what to do about a process of a program that is enabled.
std::string DescribeLack(const ProgramFacts& facts, const Process& process) {
  std::string who = fmt::format("{}[{}]", Printable(process.name), process.pid);
  if (process.module_is_replaced) {
    return who + " runs with a module that was replaced since: start it again";
  }
  const bool by_variable = facts.kind == &kUnitKind || facts.kind == &kEnvKind;
  if (by_variable && process.openssl_conf == facts.cnf) {
    return who +
           " was started with the cnf and has not loaded the module: see its log, and `tattle "
           "selftest`";
  }
  return fmt::format("{} runs without the module: {}", who, facts.kind->next(facts.place));
}

// JudgeWithoutOpenSsl judges a service of which no process has OpenSSL. Most such use another
// library, or one that is built in; a few load it when they first need it.
void JudgeWithoutOpenSsl(ProgramFacts& facts) {
  const auto has = [&](const char* library) {
    return std::any_of(facts.processes.begin(), facts.processes.end(), [&](const Process& process) {
      return process.libraries.count(library) > 0;
    });
  };
  const std::string name = Printable(facts.place.program);
  if (has("libgnutls") || has("libnss3")) {
    facts.problems.push_back(fmt::format("{} uses {}, and not OpenSSL: the module cannot be loaded",
                                         name, has("libgnutls") ? "GnuTLS" : "NSS"));
  } else {
    facts.unknowns.push_back(
        fmt::format("{} runs and has not loaded OpenSSL: it has not needed it yet, or has a TLS "
                    "library of its own, built in; try `tattle selftest`",
                    name));
  }
}

ProgramFacts LookAtProgram(const Place& place, const ProgramKind& kind,
                           const std::vector<Process>& processes, std::uint64_t now_ms) {
  ProgramFacts facts;
  facts.place = place;
  facts.kind = &kind;
  auto cnf = kind.find(place);
  if (!cnf) {
    facts.unknowns.push_back(cnf.error());
  } else if (*cnf) {
    facts.cnf = **std::move(cnf);
    // What would keep it from being enabled keeps it from being in effect.
    if (const auto again = kind.enable(place, *facts.cnf); !again) {
      facts.problems.push_back(again.error());
    }
    LookAtCnf(facts, now_ms);
    LookAtProcessesOf(facts, processes, geteuid() == 0);
  }
  return facts;
}

// Loading is what a cnf makes those who read it load.
struct Loading {
  std::string module_path;
  std::vector<SettingsFile> settings;
};

// CnfModules remembers what the cnfs load that processes name.
class CnfModules {
 public:
  // Find is nothing if the cnf loads no module. One of ours that cannot be read would load one.
  const std::optional<Loading>& Find(const std::string& path) {
    const auto [known, is_new] = modules_.try_emplace(path);
    if (is_new) {
      const auto cnf = ReadModuleCnf("", path);
      if (cnf && !cnf->module_path.empty()) {
        known->second = Loading{cnf->module_path, LookAtSettings({path, ConfigFileOf(*cnf)})};
      } else if (!cnf && path.starts_with(kTattleFolder)) {
        known->second = Loading();
      }
    }
    return known->second;
  }

 private:
  std::map<std::string, std::optional<Loading>> modules_;
};

bool IsOfAProgram(const StatusFacts& facts, const Process& process) {
  return std::any_of(
      facts.programs.begin(), facts.programs.end(), [&](const ProgramFacts& program) {
        return program.cnf && program.kind->owns(program.place, *program.cnf, process);
      });
}

// FindOthers are the processes that belong to no program and have, or should have, the module.
std::vector<Process> FindOthers(const StatusFacts& facts, const std::vector<Process>& processes) {
  CnfModules modules;
  std::vector<Process> others;
  for (Process process : processes) {
    if (IsOfAProgram(facts, process)) {
      continue;
    }
    bool should_load = false;
    if (process.openssl_conf && process.has_openssl() && !process.openssl_conf->empty()) {
      const std::optional<Loading>& loading = modules.Find(*process.openssl_conf);
      should_load = loading.has_value();
      if (loading) {
        RecogniseModule(process, loading->module_path);
        process.changed_since = FindChangeSince(loading->settings, process);
      }
    }
    if (should_load || !process.module_path.empty()) {
      others.push_back(process);
    }
  }
  return others;
}

}  // namespace

void LookAtProcessesOf(ProgramFacts& facts, const std::vector<Process>& processes, bool is_root) {
  std::size_t num_hidden = 0;  // of all: what they are of, only a unit's name tells
  for (const Process& seen : processes) {
    num_hidden += seen.is_hidden ? 1 : 0;
    if (!facts.kind->owns(facts.place, *facts.cnf, seen)) {
      continue;
    }
    Process& process = facts.processes.emplace_back(seen);
    RecogniseModule(process, facts.module_path);
    if (process.is_hidden) {
      facts.unknowns.push_back(fmt::format("{}[{}] may not be looked at: run as root",
                                           Printable(process.name), process.pid));
    } else if (LacksModule(process) || process.module_is_replaced) {
      facts.problems.push_back(DescribeLack(facts, process));
    } else {
      process.changed_since = FindChangeSince(facts.settings, process);
    }
  }
  Append(facts.problems, DescribeOldSettings(facts.processes, facts.kind->again(facts.place)));
  const bool is_unit = facts.kind == &kUnitKind;
  if (num_hidden > 0 && !is_unit && !is_root) {
    facts.unknowns.push_back(fmt::format(
        "{} processes may not be looked at, which may be of it: run as root", num_hidden));
  }
  const auto says_nothing = [](const Process& process) {
    return !process.is_hidden && !process.has_openssl() && process.module_path.empty();
  };
  if (is_unit && !facts.processes.empty() &&
      std::all_of(facts.processes.begin(), facts.processes.end(), says_nothing)) {
    JudgeWithoutOpenSsl(facts);
  }
}

bool LacksModule(const Process& process) {
  return process.has_openssl() && process.module_path.empty();
}

bool IsInOrder(const Process& process) {
  return !LacksModule(process) && process.changed_since.empty();
}

int StatusFacts::exit_status() const {
  const auto has_problem = [](const ProgramFacts& program) { return !program.problems.empty(); };
  const auto is_unknown = [](const ProgramFacts& program) { return !program.unknowns.empty(); };
  if (!unknowns.empty() || should_daemon_answer ||
      std::any_of(programs.begin(), programs.end(), is_unknown)) {
    return kExitUnknown;
  }
  return std::any_of(programs.begin(), programs.end(), has_problem) ||
                 !std::all_of(others.begin(), others.end(), IsInOrder)
             ? kExitNo
             : kExitYes;
}

StatusFacts CollectStatus(const Place& place, std::uint64_t now_ms) {
  StatusFacts facts;
  // What runs here says nothing of another system's files; nor does this command, which reads no
  // cnf, whatever its environment names.
  auto processes = place.root.empty() ? LookAtProcesses() : std::vector<Process>();
  std::erase_if(processes, [](const Process& seen) { return seen.pid == getpid(); });
  if (!place.program.empty()) {
    facts.programs.push_back(
        LookAtProgram(place, FindProgramKind(place.program), processes, now_ms));
    return facts;
  }
  for (const ProgramKind* kind : AllProgramKinds()) {
    const auto places = kind->list(place.root);
    if (!places) {
      facts.unknowns.push_back(places.error());
      continue;
    }
    for (const Place& found : *places) {
      facts.programs.push_back(LookAtProgram(found, *kind, processes, now_ms));
    }
  }
  facts.others = FindOthers(facts, processes);
  // What not even root may see is not ours to enable.
  const auto num_hidden = std::count_if(processes.begin(), processes.end(),
                                        [](const Process& process) { return process.is_hidden; });
  // What they may hide is beyond what is enabled, which has remarks of its own.
  if (num_hidden > 0 && geteuid() != 0) {
    facts.notes.push_back(
        fmt::format("{} processes may not be looked at: run as root to see them", num_hidden));
  }
  return facts;
}

}  // namespace tattle::cli
