// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/processes/processes.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <vector>

#include "adapters/cli/files/file_change.h"

namespace tattle::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModule = "/openssl-module.so";
constexpr std::string_view kDeleted = " (deleted)";
constexpr std::array<std::string_view, 6> kLibraries = {"libssl",  "libcrypto",  "libgnutls",
                                                        "libnss3", "libmbedtls", "libwolfssl"};

// ReadSmall is the text of a file of /proc; nothing if we may not read it or the process is gone.
std::optional<std::string> ReadSmall(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return file.is_open() && !file.bad() ? std::optional(text.str()) : std::nullopt;
}

// TakeMapping notes what of a line of /proc/PID/maps is of interest: "ADDRESSES MODE ... PATH".
void TakeMapping(Process& process, std::string_view line) {
  const std::size_t start = line.find('/');
  if (start == std::string_view::npos) {
    return;
  }
  std::string_view path = line.substr(start);
  process.files.emplace(path);
  const bool is_deleted = path.ends_with(kDeleted);
  if (is_deleted) {
    path.remove_suffix(kDeleted.size());
  }
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (path.ends_with(kModule)) {
    process.module_path = path;
    process.module_is_replaced = process.module_is_replaced || is_deleted;
  }
  for (const std::string_view library : kLibraries) {
    if (name.starts_with(library) && name.substr(library.size()).find_first_of(".-") == 0) {
      process.libraries.emplace(library);
    }
  }
}

std::optional<std::string> FindVariable(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const std::size_t end = std::min(environment.find('\0'), environment.size());
    const std::string_view entry = environment.substr(0, end);
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('=')) {
      return std::string(entry.substr(name.size() + 1));
    }
    environment.remove_prefix(std::min(end + 1, environment.size()));
  }
  return std::nullopt;
}

std::int64_t Milliseconds(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1'000 + time.tv_nsec / 1'000'000;
}

// StartOf: `ticks` are those since the system was started.
std::optional<std::uint64_t> StartOf(std::int64_t ticks) {
  const std::int64_t booted_ms = Milliseconds(CLOCK_REALTIME) - Milliseconds(CLOCK_BOOTTIME);
  const long per_second = sysconf(_SC_CLK_TCK);
  if (ticks <= 0 || per_second <= 0 || booted_ms <= 0) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(booted_ms + ticks * 1'000 / per_second);
}

// TakeStat reads /proc/PID/stat: "PID (NAME) STATE PARENT GROUP ...", where a name may hold
// anything. The start is the 22nd field (proc(5)).
void TakeStat(Process& process, std::string_view stat) {
  std::istringstream rest(std::string(stat.substr(std::min(stat.rfind(')') + 1, stat.size()))));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  const auto number = [&fields](std::size_t field) {
    constexpr std::size_t kFirst = 3;
    std::int64_t value = 0;
    if (field - kFirst < fields.size()) {
      std::istringstream(fields[field - kFirst]) >> value;
    }
    return value;
  };
  process.group = static_cast<pid_t>(number(5));
  process.started_ms = StartOf(number(22));
}

// Look returns nothing for a process that is gone, a kernel thread, or of another group.
std::optional<Process> Look(const std::string& folder, pid_t pid, std::optional<pid_t> group) {
  Process process;
  process.pid = pid;
  TakeStat(process, ReadSmall(folder + "/stat").value_or(""));
  if (group && process.group != *group) {
    return std::nullopt;
  }
  process.name = Trim(ReadSmall(folder + "/comm").value_or(""));
  process.unit = UnitOfCgroup(ReadSmall(folder + "/cgroup").value_or(""));
  const std::optional<std::string> maps = ReadSmall(folder + "/maps");
  const std::optional<std::string> environment = ReadSmall(folder + "/environ");
  std::error_code error;
  if (!fs::exists(folder, error)) {
    return std::nullopt;
  }
  if (maps && maps->empty()) {
    return std::nullopt;
  }
  if (!maps || !environment) {
    process.is_hidden = true;
    return process;
  }
  for (std::string_view line : SplitLines(*maps)) {
    line.remove_suffix(line.ends_with('\n') ? 1 : 0);
    TakeMapping(process, line);
  }
  process.openssl_conf = FindVariable(*environment, "OPENSSL_CONF");
  return process;
}

}  // namespace

void RecogniseModule(Process& process, const std::string& path) {
  if (path.empty() || !process.module_path.empty()) {
    return;
  }
  std::error_code error;
  const std::string real = fs::weakly_canonical(path, error).string();  // as the kernel names it
  const bool is_deleted = process.files.count(real + std::string(kDeleted)) > 0;
  if (is_deleted || process.files.count(real) > 0) {
    process.module_path = real;
    process.module_is_replaced = is_deleted;
  }
}

std::string UnitOfCgroup(std::string_view text) {
  constexpr std::string_view kService = ".service";
  std::string found;
  for (const std::string_view line : SplitLines(text)) {
    std::stringstream parts{std::string(Trim(line))};
    std::string part;
    while (std::getline(parts, part, '/')) {
      // The innermost counts: user@1000.service holds others.
      found = part.ends_with(kService) ? part : found;
    }
  }
  return found;
}

std::vector<Process> LookAtProcesses(std::optional<pid_t> group, const std::string& proc) {
  std::vector<Process> processes;
  std::error_code error;
  for (fs::directory_iterator entry(proc, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): from_chars takes pointers
    const auto [rest, fault] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (fault != std::errc() || *rest != '\0') {
      continue;
    }
    if (auto process = Look(entry->path().string(), pid, group)) {
      processes.push_back(*std::move(process));
    }
  }
  std::sort(processes.begin(), processes.end(),
            [](const Process& a, const Process& b) { return a.pid < b.pid; });
  return processes;
}

}  // namespace tattle::cli
