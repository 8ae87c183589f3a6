// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The whole system: a line at the end of the file that every program with OpenSSL reads.

#include <string_view>

#include <fmt/format.h>

#include "adapters/cli/enable/module_cnf.h"
#include "adapters/cli/enable/program_kind.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

constexpr std::string_view kInclude = ".include ";
constexpr std::string_view kIncludeMarker = "  # added by `tattle enable system-wide`";

// CnfOfInclude is what a line of ours includes; nothing for other lines.
std::optional<std::string> CnfOfInclude(std::string_view line) {
  line = line.ends_with('\n') ? line.substr(0, line.size() - 1) : line;
  if (!line.starts_with(kInclude) || !line.ends_with(kIncludeMarker)) {
    return std::nullopt;
  }
  line.remove_suffix(kIncludeMarker.size());
  return std::string(Trim(line.substr(kInclude.size())));
}

std::string WhereSystemWide(const Place& place) {
  return place.root + kSystemCnf;
}

Outcome<std::string> Read(const Place& place) {
  auto text = ReadText(WhereSystemWide(place));
  if (!text) {
    return Sorry(text.error());
  }
  if (!*text) {
    return Sorry(Printable(WhereSystemWide(place)) + " is missing: nothing reads it");
  }
  return **std::move(text);
}

// Without takes our line out. It ends like the text before it ended: with a line end or without.
std::string Without(std::string_view text) {
  std::string out;
  for (const std::string_view line : SplitLines(text)) {
    if (!CnfOfInclude(line)) {
      out += line;
    } else if (!line.ends_with('\n') && out.ends_with('\n')) {
      out.pop_back();
    }
  }
  return out;
}

Outcome<std::optional<std::string>> FindSystemWide(const Place& place) {
  const auto text = Read(place);
  if (!text) {
    return Sorry(text.error());
  }
  for (const std::string_view line : SplitLines(*text)) {
    if (auto cnf = CnfOfInclude(line)) {
      return cnf;
    }
  }
  return std::nullopt;
}

Outcome<FileChange> EnableSystemWide(const Place& place, const std::string& cnf) {
  auto text = Read(place);
  if (!text) {
    return Sorry(text.error());
  }
  const std::string rest = Without(*text);
  if (Trim(rest).ends_with('\\')) {
    return Sorry(Printable(WhereSystemWide(place)) +
                 " ends within a line (with a backslash): mend it first");
  }
  const std::string line = fmt::format("{}{}{}", kInclude, cnf, kIncludeMarker);
  const std::string with =
      rest.empty() || rest.ends_with('\n') ? rest + line + '\n' : rest + '\n' + line;
  return FileChange{WhereSystemWide(place), *std::move(text), with};
}

Outcome<FileChange> DisableSystemWide(const Place& place) {
  auto text = Read(place);
  if (!text) {
    return Sorry(text.error());
  }
  std::string without = Without(*text);
  return FileChange{WhereSystemWide(place), *std::move(text), std::move(without)};
}

std::string NextSystemWide(const Place& /*place*/) {
  return "keep a root shell open, test a new login by ssh, and restart the services; each program "
         "takes it up when it next starts";
}

std::string AgainSystemWide(const Place& /*place*/) {
  return {};
}

Outcome<std::vector<Place>> ListSystemWide(const std::string& root) {
  Place place{"system-wide", root, ""};
  if (!Exists(WhereSystemWide(place))) {
    return std::vector<Place>();  // and no OpenSSL
  }
  // One that cannot be read is a place: whoever looks there says why.
  const auto found = FindSystemWide(place);
  return !found || *found ? std::vector<Place>{std::move(place)} : std::vector<Place>();
}

bool OwnsSystemWide(const Place& /*place*/, const std::string& /*cnf*/, const Process& process) {
  return process.has_openssl() && !process.openssl_conf;
}

}  // namespace

const ProgramKind kSystemWideKind = {
    .name = "system-wide",
    .summary =
        "every program that uses OpenSSL, sshd among them: a line at the end\n"
        "of /etc/ssl/openssl.cnf; enable asks for --load-into-every-program too",
    .is_included = true,
    .find = FindSystemWide,
    .enable = EnableSystemWide,
    .disable = DisableSystemWide,
    .next = NextSystemWide,
    .again = AgainSystemWide,
    .list = ListSystemWide,
    .where = WhereSystemWide,
    .owns = OwnsSystemWide,
};

}  // namespace tattle::cli
