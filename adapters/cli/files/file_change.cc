// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/files/file_change.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/files/descriptor.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/terminal_text.h"
#include "plugin/service/replace_file.h"

namespace tattle::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kContextLines = 3;
constexpr mode_t kFolderMode = 0755;

using Lines = std::vector<std::string_view>;

// RenderLine puts a mark before a line and says if it has no end.
std::string RenderLine(char mark, std::string_view line) {
  const bool ends = line.ends_with('\n');
  if (ends) {
    line.remove_suffix(1);
  }
  std::string out(1, mark);
  while (!line.empty()) {
    const std::size_t tab = std::min(line.find('\t'), line.size());
    out += Printable(line.substr(0, tab));
    line.remove_prefix(tab);
    if (!line.empty()) {
      out += '\t';
      line.remove_prefix(1);
    }
  }
  return out + (ends ? "\n" : "\n\\ No newline at end of file\n");
}

// RenderRange is "FIRST,COUNT"; of no lines, FIRST is the line before.
std::string RenderRange(std::size_t start, std::size_t num_lines) {
  return fmt::format("{},{}", num_lines == 0 ? start : start + 1, num_lines);
}

// MakeFolders makes what is missing above a file, readable for everybody whatever the umask is: a
// service that cannot read its cnf runs without CT and does not say so.
Outcome<void> MakeFolders(const fs::path& folder) {
  fs::path made;
  for (const fs::path& part : folder) {
    made /= part;
    std::error_code error;
    if (fs::is_directory(made, error)) {
      continue;
    }
    if ((mkdir(made.c_str(), kFolderMode) != 0 && errno != EEXIST) ||
        chmod(made.c_str(), kFolderMode) != 0) {
      return Sorry(fmt::format("cannot make the folder {}: {}", Printable(made.string()),
                               SystemMessage(errno)));
    }
  }
  return {};
}

Outcome<void> Remove(const FileChange& change) {
  if (unlink(change.path.c_str()) != 0) {
    return Sorry(fmt::format("cannot remove {}: {}", Printable(change.path), SystemMessage(errno)));
  }
  return {};
}

// RemoveFolder takes a unit's folder away once it is empty.
void RemoveFolder(const fs::path& folder) {
  if (folder.string().ends_with(".service.d")) {
    rmdir(folder.c_str());  // refused, and rightly, while there is something else in it
  }
}

// ApplyUnderLock lets go of the folder at its end.
Outcome<void> ApplyUnderLock(const FileChange& change) {
  const auto lock = FolderLock::Create(change.path, SayWaiting);
  if (!lock) {
    return Sorry(lock.error());
  }
  const auto now = ReadReplaceable(change.path);
  if (!now) {
    return Sorry(now.error());
  }
  if (*now != change.before) {
    return Sorry(Printable(change.path) +
                 " was changed by somebody else in the meantime: it is left as it is, try again");
  }
  return change.after ? ReplaceFile(change.path, AsBytes(*change.after)) : Remove(change);
}

}  // namespace

std::vector<std::string_view> SplitLines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

std::vector<std::string_view> LinesOf(const std::optional<std::string>& text) {
  return SplitLines(text ? std::string_view(*text) : std::string_view());
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Outcome<std::optional<std::string>> ReadText(const std::string& path) {
  if (!Exists(path)) {
    return std::optional<std::string>();
  }
  const Outcome<ByteVector> bytes = ReadFile(path, kMaxHostFileSize);
  if (!bytes) {
    return Sorry(fmt::format("{} {}", Printable(path), bytes.error()));
  }
  return std::optional<std::string>(AsText(*bytes));
}

Outcome<std::optional<std::string>> ReadReplaceable(const std::string& path) {
  struct stat status = {};
  const bool is_there = stat(path.c_str(), &status) == 0;
  // Of a folder, ReadText says so itself.
  if (is_there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    return Sorry(Printable(path) + " is no regular file: it is left as it is");
  }
  if (!is_there && lstat(path.c_str(), &status) == 0) {
    return Sorry(Printable(path) + " is a link that leads nowhere: make its file, or remove it");
  }
  return ReadText(path);
}

std::string RenderDiff(const FileChange& change) {
  if (change.is_empty()) {
    return "";
  }
  const Lines before = LinesOf(change.before);
  const Lines after = LinesOf(change.after);
  // What we change stands in one place: all between the first and the last difference.
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0;
  while (head < shorter && before[head] == after[head]) {
    ++head;
  }
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t start = head - std::min(head, kContextLines);
  const std::size_t below = std::min(tail, kContextLines);
  const std::size_t before_end = before.size() - tail;
  const std::size_t after_end = after.size() - tail;

  const std::string path = Printable(change.path);
  std::string out = "--- " + (change.before ? path : "/dev/null") + '\n';
  out += "+++ " + (change.after ? path : "/dev/null") + '\n';
  out += fmt::format("@@ -{} +{} @@\n", RenderRange(start, before_end + below - start),
                     RenderRange(start, after_end + below - start));
  const auto add = [&out](char mark, const Lines& lines, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      out += RenderLine(mark, lines[i]);
    }
  };
  add(' ', before, start, head);
  add('-', before, head, before_end);
  add('+', after, head, after_end);
  add(' ', before, before_end, before_end + below);
  return out;
}

Outcome<void> ApplyChange(const FileChange& change) {
  if (change.is_empty()) {
    return {};
  }
  if (auto made = MakeFolders(fs::path(change.path).parent_path()); !made) {
    return made;
  }
  Outcome<void> done = ApplyUnderLock(change);
  if (done && !change.after) {
    RemoveFolder(fs::path(change.path).parent_path());
  }
  return done;
}

}  // namespace tattle::cli
