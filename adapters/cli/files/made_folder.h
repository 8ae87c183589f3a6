// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Folders that are made for what will be written to them.

#ifndef TATTLE_ADAPTERS_CLI_FILES_MADE_FOLDER_H_
#define TATTLE_ADAPTERS_CLI_FILES_MADE_FOLDER_H_

#include <string>
#include <vector>

#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// MadeFolder is a folder into which files can be written. What was made for it goes again with it,
// unless something was put there.
class MadeFolder {
 public:
  // Create makes the folder and those above it that are missing, and tries to write into it: so
  // that it fails, with a sentence, before anything is done whose result could not be kept. An
  // empty name is the current folder.
  static Outcome<MadeFolder> Create(const std::string& folder);

  // CreateFor does so for the folder of a file.
  static Outcome<MadeFolder> CreateFor(const std::string& path);

  MadeFolder(MadeFolder&& other) noexcept = default;
  MadeFolder& operator=(MadeFolder&&) = delete;
  MadeFolder(const MadeFolder&) = delete;
  MadeFolder& operator=(const MadeFolder&) = delete;
  ~MadeFolder();

 private:
  MadeFolder() = default;

  std::vector<std::string> made_;  // the outermost first
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FILES_MADE_FOLDER_H_
