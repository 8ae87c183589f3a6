// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Environment variables in files: shell profiles, crontabs, files that services read.

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "adapters/cli/enable/program_kind.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnvMarker = "# Tattle: written by `tattle enable";
constexpr std::string_view kMade = "as this file";
constexpr std::string_view kExport = "export ";
constexpr std::string_view kEnvSetting = "OPENSSL_CONF=";
constexpr std::string_view kExportBelow = "export OPENSSL_CONF\n";

// Where `tattle status` looks for settings of ours.
constexpr std::array kFiles = {"/etc/environment", "/etc/profile",   "/etc/bash.bashrc",
                               "/etc/crontab",     "/root/.profile", "/root/.bashrc"};
constexpr std::array kFolders = {"/etc/profile.d", "/etc/default", "/etc/cron.d"};

// IsShellScript: in a profile, a variable that is not exported reaches no program. Elsewhere
// (environment, crontabs, EnvironmentFile= of a unit) `export` would be a mistake.
bool IsShellScript(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  return name.ends_with(".sh") || name.ends_with("profile") || name.ends_with("rc") ||
         name.ends_with("zshenv") || name.ends_with("bash_login");
}

std::string PathOf(const Place& place) {
  return place.root + place.file;
}

// IsReadByInitScript: a script of System V init reads it as a shell, and it must export. Its unit,
// if there is one, may read it too, and passes over lines without "=" (systemd.exec(5)).
bool IsReadByInitScript(const Place& place) {
  const fs::path path = place.file;
  return path.parent_path() == "/etc/default" &&
         Exists(fmt::format("{}/etc/init.d/{}", place.root, path.filename().string()));
}

// CnfOfEnvLine is what a line sets the variable to; nothing for other lines.
std::optional<std::string> CnfOfEnvLine(std::string_view line) {
  line = Trim(line);
  if (line.starts_with(kExport)) {
    line = Trim(line.substr(kExport.size()));
  }
  if (!line.starts_with(kEnvSetting)) {
    return std::nullopt;
  }
  return std::string(line.substr(kEnvSetting.size()));
}

// Parted is a file's text with our lines cut out: two, or three with an export below.
struct Parted {
  std::string before;
  std::string ours;
  std::string behind;
  std::optional<std::string> cnf;
  bool is_set_by_others = false;
};

Parted Part(const std::optional<std::string>& file) {
  const std::string_view text = file ? std::string_view(*file) : std::string_view();
  Parted parted;
  const auto lines = SplitLines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (parted.ours.empty() && lines[i].starts_with(kEnvMarker) && i + 1 < lines.size() &&
        CnfOfEnvLine(lines[i + 1])) {
      parted.ours.append(lines[i]).append(lines[i + 1]);
      parted.cnf = CnfOfEnvLine(lines[i + 1]);
      ++i;
      if (i + 1 < lines.size() && lines[i + 1] == kExportBelow) {
        parted.ours += lines[++i];
      }
      continue;
    }
    parted.is_set_by_others = parted.is_set_by_others || CnfOfEnvLine(lines[i]).has_value();
    (parted.ours.empty() ? parted.before : parted.behind) += lines[i];
  }
  if (parted.ours.empty()) {
    // At the top, where a crontab needs it and a profile cannot have returned; behind a #! line.
    const std::size_t num_first = text.starts_with("#!") ? lines.front().size() : 0;
    parted.behind = parted.before.substr(num_first);
    parted.before.resize(num_first);
    if (!parted.before.empty() && !parted.before.ends_with('\n')) {
      parted.before += '\n';
    }
  }
  return parted;
}

Outcome<std::optional<std::string>> FindEnv(const Place& place) {
  if (place.file.empty()) {
    return std::nullopt;
  }
  const auto text = ReadReplaceable(PathOf(place));
  if (!text) {
    return Sorry(text.error());
  }
  return Part(*text).cnf;
}

Outcome<FileChange> EnableEnv(const Place& place, const std::string& cnf) {
  if (place.file.empty()) {
    return FileChange{};  // the line is printed
  }
  auto text = ReadReplaceable(PathOf(place));
  if (!text) {
    return Sorry(text.error());
  }
  const Parted parted = Part(*text);
  if (parted.is_set_by_others) {
    return Sorry(fmt::format(
        "{} sets OPENSSL_CONF already: take that out, or add the module to the file that it names",
        Printable(PathOf(place))));
  }
  const bool is_new = !*text || parted.ours.find(kMade) != std::string::npos;
  const std::string lines =
      fmt::format("{} {} --file {}`{}; `tattle disable` takes it out.\n{}{}{}\n{}", kEnvMarker,
                  place.program, place.file, is_new ? fmt::format(", {}", kMade) : "",
                  IsShellScript(place.file) ? kExport : "", kEnvSetting, cnf,
                  IsReadByInitScript(place) ? kExportBelow : "");
  return FileChange{PathOf(place), *text, parted.before + lines + parted.behind};
}

Outcome<FileChange> DisableEnv(const Place& place) {
  auto text = ReadReplaceable(PathOf(place));
  if (!text) {
    return Sorry(text.error());
  }
  const Parted parted = Part(*text);
  FileChange change{PathOf(place), *text, *text};
  if (parted.cnf) {
    change.after = parted.before + parted.behind;
    if (change.after->empty() && parted.ours.find(kMade) != std::string::npos) {
      change.after.reset();
    }
  }
  return change;
}

std::string NextEnv(const Place& place) {
  return place.file.empty()
             ? "put this line where the program's environment is made, then start the program"
             : fmt::format("start what reads {} again (for a shell profile: log in anew)",
                           Printable(PathOf(place)));
}

std::string AgainEnv(const Place& /*place*/) {
  return {};
}

Outcome<std::vector<Place>> ListAs(const std::string& program, const std::string& root) {
  std::vector<Place> places;
  const auto look = [&](const std::string& file) {
    Place place{program, root, file};
    std::error_code error;
    const auto text = fs::is_regular_file(PathOf(place), error) ? ReadText(PathOf(place))
                                                                : std::optional<std::string>();
    if (!text || !*text) {
      return;
    }
    const Parted parted = Part(*text);
    if (parted.cnf && parted.ours.starts_with(fmt::format("{} {} ", kEnvMarker, program))) {
      places.push_back(std::move(place));
    }
  };
  for (const char* file : kFiles) {
    look(file);
  }
  for (const char* folder : kFolders) {
    std::error_code error;
    for (fs::directory_iterator entry(root + folder, error), end; !error && entry != end;
         entry.increment(error)) {
      look(fmt::format("{}/{}", folder, entry->path().filename().string()));
    }
  }
  return places;
}

Outcome<std::vector<Place>> ListEnv(const std::string& root) {
  return ListAs("env", root);
}

Outcome<std::vector<Place>> ListNode(const std::string& root) {
  return ListAs("node", root);
}

bool OwnsEnv(const Place& /*place*/, const std::string& cnf, const Process& process) {
  return process.openssl_conf == cnf;
}

}  // namespace

const ProgramKind kEnvKind = {
    .name = "env",
    .summary =
        "whatever has OPENSSL_CONF in its environment; with --file FILE the\n"
        "line is put into that file (a profile, /etc/environment, a crontab,\n"
        "a unit's EnvironmentFile), without it is printed",
    .is_included = false,
    .find = FindEnv,
    .enable = EnableEnv,
    .disable = DisableEnv,
    .next = NextEnv,
    .again = AgainEnv,
    .list = ListEnv,
    .where = PathOf,
    .owns = OwnsEnv,
};

const ProgramKind kNodeKind = {
    .name = "node",
    .summary = "the same for Node.js, which reads a section of its own (nodejs_conf)",
    .is_included = false,
    .find = FindEnv,
    .enable = EnableEnv,
    .disable = DisableEnv,
    .next = NextEnv,
    .again = AgainEnv,
    .list = ListNode,
    .where = PathOf,
    .owns = OwnsEnv,
};

}  // namespace tattle::cli
