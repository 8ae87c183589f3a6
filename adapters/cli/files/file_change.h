// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A change of one file that can be shown before it is made.

#ifndef TATTLE_ADAPTERS_CLI_FILES_FILE_CHANGE_H_
#define TATTLE_ADAPTERS_CLI_FILES_FILE_CHANGE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// FileChange is a file's text before and after; nothing: the file is not there.
struct FileChange {
  std::string path;
  std::optional<std::string> before;
  std::optional<std::string> after;

  bool is_empty() const { return before == after; }
};

// ReadText reads a text file; nothing if there is none.
Outcome<std::optional<std::string>> ReadText(const std::string& path);

// ReadReplaceable reads a text file that is to be replaced. Devices, pipes and links that lead
// nowhere are errors: a file in their place would not be what they were.
Outcome<std::optional<std::string>> ReadReplaceable(const std::string& path);

// RenderDiff writes a change as a unified diff of one hunk, as `patch` reads it. Control characters
// but tabs are made harmless. Of no change it is empty.
std::string RenderDiff(const FileChange& change);

// ApplyChange makes the change at one stroke, and the folders that the file needs. It refuses if
// the file is no longer what it was. With a file that goes, its folder goes too if it is one for
// drop-ins of a unit and empty.
Outcome<void> ApplyChange(const FileChange& change);

// SplitLines splits text behind each line end; the last line may have none. The lines borrow from
// the text. LinesOf is the same of a file, which may not be there.
std::vector<std::string_view> SplitLines(std::string_view text);
std::vector<std::string_view> LinesOf(const std::optional<std::string>& text);
std::vector<std::string_view> SplitLines(std::string&& text) = delete;

// Trim takes blanks from both ends.
std::string_view Trim(std::string_view text);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FILES_FILE_CHANGE_H_
