// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/settings_age.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include <fmt/format.h>
#include <sys/stat.h>

#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

// A process's start is known to a hundredth of a second, and a file's time may be of the tick
// before; a clock that is set a little moves one against the other.
constexpr std::uint64_t kUncertaintyMs = 1'000;

// A system-wide module is in dozens of processes.
constexpr std::size_t kMaxNamedOld = 6;

std::uint64_t Milliseconds(const timespec& time) {
  return time.tv_sec < 0 ? 0
                         : static_cast<std::uint64_t>(time.tv_sec) * 1'000 +
                               static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
}

std::uint64_t ChangeOf(const struct stat& status) {
  return std::max(Milliseconds(status.st_mtim), Milliseconds(status.st_ctim));
}

}  // namespace

std::vector<SettingsFile> LookAtSettings(const std::vector<std::string>& paths) {
  std::vector<SettingsFile> files;
  for (const std::string& path : paths) {
    struct stat target = {};
    struct stat link = {};  // which may have been changed to name another file
    if (stat(path.c_str(), &target) == 0 && lstat(path.c_str(), &link) == 0) {
      files.push_back({path, std::max(ChangeOf(target), ChangeOf(link))});
    }
  }
  return files;
}

std::string FindChangeSince(const std::vector<SettingsFile>& files, const Process& process) {
  if (!process.started_ms || process.module_path.empty()) {
    return {};
  }
  const auto newer = std::find_if(files.begin(), files.end(), [&](const SettingsFile& file) {
    return file.changed_ms > *process.started_ms + kUncertaintyMs;
  });
  return newer == files.end() ? "" : newer->path;
}

std::vector<std::string> DescribeOldSettings(const std::vector<Process>& processes,
                                             const std::string& again) {
  struct Old {
    std::size_t num = 0;
    std::string names;
  };
  std::map<std::string, Old> by_file;
  for (const Process& process : processes) {
    if (process.changed_since.empty()) {
      continue;
    }
    Old& old = by_file[process.changed_since];
    if (++old.num <= kMaxNamedOld) {
      old.names += fmt::format("{}{}[{}]", old.names.empty() ? "" : " ", Printable(process.name),
                               process.pid);
    }
  }
  std::vector<std::string> sentences;
  for (const auto& [path, old] : by_file) {
    const std::string more =
        old.num > kMaxNamedOld ? fmt::format(" and {} more", old.num - kMaxNamedOld) : "";
    const bool is_one = old.num == 1;
    sentences.push_back(
        fmt::format("{}{} began before {} was changed: {} may run with older settings; {}",
                    old.names, more, Printable(path), is_one ? "it" : "they",
                    !again.empty() ? again
                    : is_one       ? "start it again"
                                   : "start them again"));
  }
  return sentences;
}

}  // namespace tattle::cli
