// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Postfix: it clears the environment of its processes, and has parameters for what they need. Its
// own postconf reads and edits main.cf.

#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "adapters/cli/child.h"
#include "adapters/cli/file.h"
#include "adapters/cli/module_cnf.h"
#include "adapters/cli/program_kind.h"
#include "adapters/cli/temp_folder.h"
#include "adapters/cli/terminal_text.h"

namespace tattle::cli {
namespace {

constexpr std::chrono::seconds kPatience(20);
constexpr const char* kFile = "tls_config_file";
constexpr const char* kEnvironment = "import_environment";

std::string FolderOf(const Place& place) {
  return place.root + "/etc/postfix";
}

std::string Where(const Place& place) {
  return FolderOf(place) + "/main.cf";
}

// Postconf runs postconf on the main.cf of a folder; what it prints, without the last line end.
Outcome<std::string> Postconf(const std::string& folder, const std::vector<std::string>& words) {
  Command command{{"postconf", "-c", folder}, {}, {}, ""};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  const Outcome<Child> child = RunProgram(command, Deadline(kPatience));
  if (!child) {
    return Sorry(child.error());
  }
  if (child->exit_status() != 0) {
    return Sorry(fmt::format("postconf failed: {}", Sanitize(Trim(child->err()))));
  }
  return std::string(Trim(child->out()));
}

// Setting is the parameter by which this Postfix is told.
struct Setting {
  std::string name;
  std::string standard;            // its value where main.cf says nothing
  std::optional<std::string> set;  // what main.cf says
};

Outcome<Setting> ReadSetting(const Place& place) {
  const std::string folder = FolderOf(place);
  if (!Exists(folder + "/main.cf")) {
    return Sorry(fmt::format("there is no Postfix here: {}/main.cf is missing", Printable(folder)));
  }
  // A parameter that this version does not have (before 3.7.6) is printed as nothing.
  const auto known = Postconf(folder, {"-d", kFile});
  if (!known) {
    return Sorry(known.error());
  }
  Setting setting;
  setting.name = known->empty() ? kEnvironment : kFile;
  const auto standard = Postconf(folder, {"-hd", setting.name});
  // With its name, since an empty value is one.
  const auto set = Postconf(folder, {"-n", setting.name});
  const auto value = Postconf(folder, {"-h", setting.name});
  if (!standard || !set || !value) {
    return Sorry(!standard ? standard.error() : !set ? set.error() : value.error());
  }
  setting.standard = *standard;
  if (!set->empty()) {
    setting.set = *value;
  }
  return setting;
}

// ValueOf is what the parameter has to be for the cnf.
std::string ValueOf(const Setting& setting, const std::string& cnf) {
  return setting.name == kFile ? cnf : fmt::format("{} OPENSSL_CONF={}", setting.standard, cnf);
}

// CnfOf is the cnf that makes this Postfix load Tattle, as the value names it; nothing for other
// values.
std::optional<std::string> CnfOf(const Place& place, const Setting& setting) {
  const std::string prefix = ValueOf(setting, "");
  if (!setting.set || !setting.set->starts_with(prefix)) {
    return std::nullopt;
  }
  const std::string path = setting.set->substr(prefix.size());
  if (!path.starts_with('/')) {
    return std::nullopt;
  }
  const auto cnf = ReadModuleCnf(place.root, path);
  const bool is_ours = path.starts_with(kTattleFolder) || (cnf && !cnf->module_path.empty());
  return is_ours ? std::optional(path) : std::nullopt;
}

// Edit lets postconf edit a copy, so that the change can be shown before it is made.
Outcome<FileChange> Edit(const Place& place, const std::vector<std::string>& words) {
  const std::string path = Where(place);
  auto before = ReadText(path);
  if (!before) {
    return Sorry(before.error());
  }
  std::string text = before->value_or("");
  if (!text.empty() && !text.ends_with('\n')) {
    text += '\n';  // postconf would write behind the last line
  }
  const Outcome<TempFolder> folder = TempFolder::Create();
  if (!folder) {
    return Sorry(folder.error());
  }
  const auto copy = folder->Write("main.cf", text);
  if (!copy) {
    return Sorry(copy.error());
  }
  // Of a file that was written a moment ago, Postfix waits for the rest.
  std::error_code error;
  std::filesystem::last_write_time(
      *copy, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1), error);
  if (const auto edited = Postconf(folder->path(), words); !edited) {
    return Sorry(edited.error());
  }
  auto after = ReadText(*copy);
  if (!after) {
    return Sorry(after.error());
  }
  return FileChange{path, *std::move(before), *std::move(after)};
}

Outcome<std::optional<std::string>> Find(const Place& place) {
  const auto setting = ReadSetting(place);
  if (!setting) {
    return Sorry(setting.error());
  }
  return CnfOf(place, *setting);
}

Outcome<FileChange> Enable(const Place& place, const std::string& cnf) {
  const auto setting = ReadSetting(place);
  if (!setting) {
    return Sorry(setting.error());
  }
  const std::string value = ValueOf(*setting, cnf);
  if (setting->set == value) {
    return FileChange{};
  }
  if (setting->set && !setting->set->starts_with(ValueOf(*setting, kTattleFolder))) {
    return Sorry(fmt::format("{}/main.cf has a value of its own: {} = {}; it is left as it is: {}",
                             Printable(FolderOf(place)), setting->name, Sanitize(*setting->set),
                             setting->name == kFile
                                 ? "add the module to that file, or take the parameter out"
                                 : fmt::format("add OPENSSL_CONF={} to it", cnf)));
  }
  return Edit(place, {"-e", fmt::format("{}={}", setting->name, value)});
}

Outcome<FileChange> Disable(const Place& place) {
  const auto setting = ReadSetting(place);
  if (!setting) {
    return Sorry(setting.error());
  }
  // What is ours was not in main.cf before, or Enable would have refused.
  return CnfOf(place, *setting) ? Edit(place, {"-X", setting->name}) : FileChange{};
}

std::string Next(const Place& /*place*/) {
  return "postfix reload";
}

Outcome<std::vector<Place>> List(const std::string& root) {
  Place place{"postfix", root, ""};
  if (!Exists(Where(place))) {
    return std::vector<Place>();
  }
  const auto found = Find(place);
  if (!found) {
    return Sorry(found.error());
  }
  return *found ? std::vector<Place>{std::move(place)} : std::vector<Place>();
}

// Owns: the processes that connect. Each loads it when it first needs TLS.
bool Owns(const Place& /*place*/, const std::string& /*cnf*/, const Process& process) {
  const bool connects =
      process.name == "smtp" || process.name == "lmtp" || process.name == "tlsproxy";
  return connects && process.has_openssl();
}

}  // namespace

const ProgramKind kPostfixKind = {
    .name = "postfix",
    .summary =
        "Postfix: tls_config_file in main.cf, or import_environment where\n"
        "Postfix does not know that; read and edited by its own postconf",
    .is_included = false,
    .find = Find,
    .enable = Enable,
    .disable = Disable,
    .next = Next,
    .list = List,
    .where = Where,
    .owns = Owns,
};

}  // namespace tattle::cli
