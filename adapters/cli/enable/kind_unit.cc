// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// systemd units: a drop-in sets OPENSSL_CONF for one service.

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "adapters/cli/enable/module_cnf.h"
#include "adapters/cli/enable/program_kind.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOwnFolder = "/etc/systemd/system";
constexpr const char* kDropIn = "tattle.conf";
constexpr std::string_view kUnitMarker = "# Written by `tattle enable`";
constexpr std::string_view kUnitSuffix = ".service";
constexpr std::string_view kUnitSetting = "Environment=OPENSSL_CONF=";

// Where units are looked for, the strongest first (systemd.unit(5)). systemd makes units of scripts
// in /etc/init.d itself.
constexpr std::array kUnitFolders = {
    "/etc/systemd/system",           "/run/systemd/system",     "/run/systemd/generator",
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
};

// UnitOf is the unit's full name: "prosody" is prosody.service.
std::string UnitOf(const Place& place) {
  return place.program.ends_with(kUnitSuffix) ? place.program
                                              : place.program + std::string(kUnitSuffix);
}

std::string ShortName(const Place& place) {
  const std::string unit = UnitOf(place);
  return unit.substr(0, unit.size() - kUnitSuffix.size());
}

// TemplateOf is foo@.service of foo@bar.service, and otherwise the unit itself.
std::string TemplateOf(const std::string& unit) {
  const std::size_t at = unit.find('@');
  return at == std::string::npos ? unit : unit.substr(0, at + 1) + std::string(kUnitSuffix);
}

std::string DropInOf(const Place& place) {
  return fmt::format("{}{}/{}.d/{}", place.root, kOwnFolder, UnitOf(place), kDropIn);
}

Outcome<void> CheckName(const Place& place) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(":_.-@\\").find(static_cast<char>(c)) != std::string_view::npos;
  };
  const std::string& name = place.program;
  if (name.empty() || name.starts_with('.') || !std::all_of(name.begin(), name.end(), is_plain)) {
    return Sorry(fmt::format("{} is no name of a systemd unit", Sanitize(name)));
  }
  if (name.starts_with("postfix@") || name == "postfix.service") {
    return Sorry("Postfix clears the environment of its processes: say `postfix`");
  }
  return {};
}

// UnitFilesOf is every file that says something of the unit: itself, its template, their drop-ins.
std::vector<std::string> UnitFilesOf(const Place& place) {
  std::vector<std::string> files;
  const std::string unit = UnitOf(place);
  for (const std::string& name : {unit, TemplateOf(unit)}) {
    for (const char* folder : kUnitFolders) {
      const std::string path = fmt::format("{}{}/{}", place.root, folder, name);
      std::error_code error;
      if (fs::is_regular_file(path, error)) {
        files.push_back(path);
      }
      for (fs::directory_iterator entry(path + ".d", error), end; !error && entry != end;
           entry.increment(error)) {
        files.push_back(entry->path().string());
      }
    }
  }
  return files;
}

bool UnitExists(const Place& place) {
  const auto files = UnitFilesOf(place);
  const auto is_unit = [](const std::string& path) { return path.ends_with(kUnitSuffix); };
  const std::string script = place.root + "/etc/init.d/" + ShortName(place);
  return std::any_of(files.begin(), files.end(), is_unit) || Exists(script);
}

// CheckNobodyElseSets finds another file that sets the variable, which may be stronger than ours.
Outcome<void> CheckNobodyElseSets(const Place& place) {
  const std::string own = DropInOf(place);
  for (const std::string& path : UnitFilesOf(place)) {
    const auto text = ReadText(path);
    if (!text) {
      return Sorry(text.error());
    }
    if (path == own) {
      continue;
    }
    for (const std::string_view line : LinesOf(*text)) {
      const bool is_comment = line.starts_with('#') || line.starts_with(';');
      if (!is_comment && line.find("OPENSSL_CONF=") != std::string_view::npos) {
        return Sorry(fmt::format(
            "{} sets OPENSSL_CONF already, and says: {}; take that out, or add the module to the "
            "file that it names",
            Printable(path), Sanitize(Trim(line))));
      }
    }
  }
  return {};
}

// IsAsGood: a drop-in that says what ours says and no more, as our guides have it, is ours too.
bool IsAsGood(std::string_view text) {
  std::vector<std::string_view> said;
  for (const std::string_view line : SplitLines(text)) {
    const std::string_view words = Trim(line);
    if (!words.empty() && !words.starts_with('#') && !words.starts_with(';')) {
      said.push_back(words);
    }
  }
  return said.size() == 2 && said.front() == "[Service]" && said.back().starts_with(kUnitSetting) &&
         said.back().substr(kUnitSetting.size()).starts_with(kTattleFolder);
}

// ReadOwn reads our drop-in; one that is there and not ours is an error.
Outcome<std::optional<std::string>> ReadOwn(const Place& place) {
  auto text = ReadText(DropInOf(place));
  if (text && *text && !(*text)->starts_with(kUnitMarker) && !IsAsGood(**text)) {
    return Sorry(fmt::format("{} is there and was not written by tattle: it is left as it is",
                             Printable(DropInOf(place))));
  }
  return text;
}

Outcome<std::optional<std::string>> FindUnit(const Place& place) {
  if (const auto ok = CheckName(place); !ok) {
    return Sorry(ok.error());
  }
  const auto text = ReadOwn(place);
  if (!text) {
    return Sorry(text.error());
  }
  for (const std::string_view line : LinesOf(*text)) {
    if (const std::string_view words = Trim(line); words.starts_with(kUnitSetting)) {
      return std::string(words.substr(kUnitSetting.size()));
    }
  }
  return std::nullopt;
}

Outcome<FileChange> EnableUnit(const Place& place, const std::string& cnf) {
  if (const auto ok = CheckName(place); !ok) {
    return Sorry(ok.error());
  }
  if (!UnitExists(place)) {
    return Sorry(fmt::format(
        "there is no unit {} here: check the name with `systemctl list-units --type=service`; for "
        "a "
        "program that is no service, name a file that sets its environment: `tattle enable env "
        "--file FILE`",
        UnitOf(place)));
  }
  if (const auto ok = CheckNobodyElseSets(place); !ok) {
    return Sorry(ok.error());
  }
  auto before = ReadOwn(place);
  if (!before) {
    return Sorry(before.error());
  }
  return FileChange{DropInOf(place), *before,
                    fmt::format("{}; `tattle disable {}` removes it.\n[Service]\n{}{}\n",
                                kUnitMarker, ShortName(place), kUnitSetting, cnf)};
}

Outcome<FileChange> DisableUnit(const Place& place) {
  auto before = ReadOwn(place);
  if (!before) {
    return Sorry(before.error());
  }
  return FileChange{DropInOf(place), *before, std::nullopt};
}

std::string NextUnit(const Place& place) {
  return fmt::format("systemctl daemon-reload && systemctl restart {}", ShortName(place));
}

std::string AgainUnit(const Place& place) {
  return fmt::format("systemctl restart {}", ShortName(place));
}

Outcome<std::vector<Place>> ListUnit(const std::string& root) {
  std::vector<Place> places;
  std::error_code error;
  for (fs::directory_iterator entry(root + kOwnFolder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string unit = entry->path().stem().string();
    if (entry->path().extension() != ".d" || !unit.ends_with(kUnitSuffix)) {
      continue;
    }
    Place place{unit.substr(0, unit.size() - kUnitSuffix.size()), root, ""};
    // One that cannot be read is a place: whoever looks there says why.
    if (const auto found = FindUnit(place); !found || *found) {
      places.push_back(std::move(place));
    }
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.program < b.program; });
  return places;
}

// RealNameOf is the unit's own name where ours is another for it: a link to its file.
std::string RealNameOf(const Place& place) {
  std::string unit = UnitOf(place);
  for (const char* folder : kUnitFolders) {
    const fs::path path = fmt::format("{}{}/{}", place.root, folder, unit);
    std::error_code error;
    if (fs::is_symlink(path, error)) {
      std::string name = fs::canonical(path, error).filename().string();
      // A unit that is masked is a link to /dev/null; an instance may be one to its template.
      return name.ends_with(kUnitSuffix) && name != TemplateOf(unit) ? name : unit;
    }
  }
  return unit;
}

// Owns: a drop-in counts for every name that a unit has, and a template's for all its instances.
bool OwnsUnit(const Place& place, const std::string& /*cnf*/, const Process& process) {
  const std::string& unit = process.unit;
  if (unit.empty()) {
    return false;
  }
  const std::string real = RealNameOf(place);
  return unit == UnitOf(place) || unit == real || TemplateOf(unit) == UnitOf(place) ||
         TemplateOf(unit) == real;
}

}  // namespace

const ProgramKind kUnitKind = {
    .name = "UNIT",
    .summary =
        "a service of systemd, such as prosody, ejabberd, haproxy, nginx\n"
        "or dovecot: a drop-in sets OPENSSL_CONF for it, in\n"
        "/etc/systemd/system/UNIT.service.d/tattle.conf",
    .is_included = false,
    .find = FindUnit,
    .enable = EnableUnit,
    .disable = DisableUnit,
    .next = NextUnit,
    .again = AgainUnit,
    .list = ListUnit,
    .where = DropInOf,
    .owns = OwnsUnit,
};

}  // namespace tattle::cli
