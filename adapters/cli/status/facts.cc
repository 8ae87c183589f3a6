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
#include "adapters/cli/files/file.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/time.h"
#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "core/policy/policy.h"
#include "plugin/runtime/log_list_file.h"
#include "plugin/runtime/public_root_set.h"
#include "plugin/runtime/session_line.h"

namespace tattle::cli {
namespace {

// Two weeks are left then to find out why no newer list comes.
constexpr std::uint64_t kListWarningAgeMs = 56 * kMsPerDay;

// WarningOfAge is empty for a list that is new enough.
std::string WarningOfAge(const LogList& list, OnStale on_stale, std::uint64_t now_ms) {
  if (list.IsStaleAt(now_ms)) {
    return DescribeStaleList(list, on_stale);
  }
  const std::uint64_t made_ms = list.content().timestamp_ms.value_or(now_ms);
  if (now_ms < made_ms + kListWarningAgeMs) {
    return {};
  }
  return fmt::format(
      "the log list is {} days old, stale after 70; bring in a newer one with `tattle loglist "
      "update`",
      (now_ms - made_ms) / kMsPerDay);
}

// LookAtLogList loads the list that `config` asks for. What TATTLE_LOG_LIST says to this command
// has no part in it: services have an environment of their own.
void LookAtLogList(ProgramFacts& facts, const Config& config, std::uint64_t now_ms) {
  const std::string& root = facts.place.root;
  const std::string path = root + (config.log_list.empty() ? kDefaultLogListFile : config.log_list);
  LogListFacts list;
  Outcome<LogList> loaded;
  if (config.log_list.empty() && !Exists(path)) {
    list.origin = "built-in";
    Result<LogList> pinned = DecodeTrustedLogList(PinnedLogListJson());
    loaded = pinned ? Outcome<LogList>(*std::move(pinned)) : Sorry("the built-in list is broken");
  } else {
    list.origin = path;
    const auto file = LoadLogList(path);
    loaded = file ? Outcome<LogList>(*file->list) : Sorry(file.error());
  }
  if (!loaded) {
    facts.problems.push_back(fmt::format(
        "{}; without it {}", loaded.error(),
        config.mode == Mode::kRequire ? "every connection is refused" : "nothing can be judged"));
    return;
  }
  list.timestamp_ms = loaded->content().timestamp_ms;
  list.is_stale = loaded->IsStaleAt(now_ms);
  if (std::string warning = WarningOfAge(*loaded, config.on_stale, now_ms); !warning.empty()) {
    facts.warnings.push_back(std::move(warning));
  }
  facts.log_list = std::move(list);
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
  facts.mode = ModeName(config->mode);
  facts.policy = PolicyName(config->policy);
  if (config->mode == Mode::kOff) {
    facts.problems.emplace_back("mode is off: nothing is judged");
  }
  const std::string roots = config->public_roots.empty() ? "" : root + config->public_roots;
  if (const auto loaded = PublicRootSet::Load(roots); !loaded) {
    facts.problems.push_back(loaded.error());
  }
  if (std::string warning = WarningOfRoots(now_ms); !warning.empty()) {
    facts.warnings.push_back(std::move(warning));
  }
  LookAtLogList(facts, *config, now_ms);
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
  auto old = DescribeOldSettings(facts.processes, facts.kind->again(facts.place));
  std::move(old.begin(), old.end(), std::back_inserter(facts.problems));
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
