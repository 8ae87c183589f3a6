// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Postfix: it clears the environment of its processes, but for what import_environment names. Its
// own postconf reads and edits main.cf.
//
// Not tls_config_file, which Postfix 3.7.6 and later have too: where that file or the module cannot
// be loaded, Postfix does without TLS, and mail that may go unencrypted goes out in clear text.

#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "adapters/cli/enable/module_cnf.h"
#include "adapters/cli/enable/program_kind.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/files/temp_folder.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/processes/child.h"

namespace tattle::cli {
namespace {

constexpr std::chrono::seconds kPostconfPatience(20);
constexpr const char* kParameter = "import_environment";

std::string FolderOf(const Place& place) {
  return place.root + "/etc/postfix";
}

std::string WherePostfix(const Place& place) {
  return FolderOf(place) + "/main.cf";
}

// Postconf runs postconf on the main.cf of a folder; what it prints, without the last line end.
Outcome<std::string> Postconf(const std::string& folder, const std::vector<std::string>& words) {
  Command command{{"postconf", "-c", folder}, {}, {}, ""};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  const Outcome<Child> child = RunProgram(command, Deadline(kPostconfPatience));
  if (!child) {
    return Sorry(child.error());
  }
  if (child->exit_status() != 0) {
    return Sorry(fmt::format("postconf failed: {}", Sanitize(Trim(child->err()))));
  }
  return std::string(Trim(child->out()));
}

// Setting is what main.cf says of the parameter.
struct Setting {
  std::string standard;            // its value where main.cf says nothing
  std::optional<std::string> set;  // what main.cf says
};

Outcome<Setting> ReadSetting(const Place& place) {
  const std::string folder = FolderOf(place);
  if (!Exists(folder + "/main.cf")) {
    return Sorry(fmt::format("there is no Postfix here: {}/main.cf is missing", Printable(folder)));
  }
  const auto standard = Postconf(folder, {"-hd", kParameter});
  // With its name, since an empty value is one.
  const auto set = Postconf(folder, {"-n", kParameter});
  const auto value = Postconf(folder, {"-h", kParameter});
  if (!standard || !set || !value) {
    return Sorry(!standard ? standard.error() : !set ? set.error() : value.error());
  }
  Setting setting{*standard, std::nullopt};
  if (!set->empty()) {
    setting.set = *value;
  }
  return setting;
}

// CheckConfigFile: Postfix does not look at OPENSSL_CONF where main.cf names a file itself.
Outcome<void> CheckConfigFile(const Place& place) {
  const auto named = Postconf(FolderOf(place), {"-n", "tls_config_file"});
  if (!named) {
    return Sorry(named.error());
  }
  // A version that does not have the parameter (before 3.7.6) prints nothing.
  if (!named->empty() && *named != "tls_config_file = default") {
    return Sorry(
        fmt::format("{}/main.cf has a file of its own: {}; add the module to that file, or "
                    "take the parameter out",
                    Printable(FolderOf(place)), Sanitize(*named)));
  }
  return {};
}

// ValueOf is what the parameter has to be for the cnf.
std::string ValueOf(const Setting& setting, const std::string& cnf) {
  return fmt::format("{} OPENSSL_CONF={}", setting.standard, cnf);
}

// CnfOfPostfix is the cnf that makes this Postfix load Tattle, as the value names it; nothing for
// other values.
std::optional<std::string> CnfOfPostfix(const Place& place, const Setting& setting) {
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
  const std::string path = WherePostfix(place);
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

Outcome<std::optional<std::string>> FindPostfix(const Place& place) {
  const auto setting = ReadSetting(place);
  if (!setting) {
    return Sorry(setting.error());
  }
  return CnfOfPostfix(place, *setting);
}

Outcome<FileChange> EnablePostfix(const Place& place, const std::string& cnf) {
  const auto setting = ReadSetting(place);
  if (!setting) {
    return Sorry(setting.error());
  }
  if (const auto checked = CheckConfigFile(place); !checked) {
    return Sorry(checked.error());
  }
  const std::string value = ValueOf(*setting, cnf);
  if (setting->set == value) {
    return FileChange{};
  }
  if (setting->set && !setting->set->starts_with(ValueOf(*setting, kTattleFolder))) {
    return Sorry(
        fmt::format("{}/main.cf has a value of its own: {} = {}; it is left as it is: add "
                    "OPENSSL_CONF={} to it",
                    Printable(FolderOf(place)), kParameter, Sanitize(*setting->set), cnf));
  }
  return Edit(place, {"-e", fmt::format("{}={}", kParameter, value)});
}

Outcome<FileChange> DisablePostfix(const Place& place) {
  const auto setting = ReadSetting(place);
  if (!setting) {
    return Sorry(setting.error());
  }
  // What is ours was not in main.cf before, or Enable would have refused.
  return CnfOfPostfix(place, *setting) ? Edit(place, {"-X", kParameter}) : FileChange{};
}

std::string NextPostfix(const Place& /*place*/) {
  return "systemctl restart postfix (a reload does not pass the environment on)";
}

std::string AgainPostfix(const Place& /*place*/) {
  return "postfix reload";
}

Outcome<std::vector<Place>> ListPostfix(const std::string& root) {
  Place place{"postfix", root, ""};
  if (!Exists(WherePostfix(place))) {
    return std::vector<Place>();
  }
  const auto found = FindPostfix(place);
  if (!found) {
    return Sorry(found.error());
  }
  return *found ? std::vector<Place>{std::move(place)} : std::vector<Place>();
}

// Owns: the processes that connect. Each loads it when it first needs TLS.
bool OwnsPostfix(const Place& /*place*/, const std::string& /*cnf*/, const Process& process) {
  const bool connects =
      process.name == "smtp" || process.name == "lmtp" || process.name == "tlsproxy";
  return connects && process.has_openssl();
}

}  // namespace

const ProgramKind kPostfixKind = {
    .name = "postfix",
    .summary =
        "Postfix: import_environment in main.cf, read and edited by its own\n"
        "postconf",
    .is_included = false,
    .find = FindPostfix,
    .enable = EnablePostfix,
    .disable = DisablePostfix,
    .next = NextPostfix,
    .again = AgainPostfix,
    .list = ListPostfix,
    .where = WherePostfix,
    .owns = OwnsPostfix,
};

}  // namespace tattle::cli
