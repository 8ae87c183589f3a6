// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Folders that are made for what will be written to them.

#ifndef TATTLE_ADAPTERS_CLI_FILES_MADE_FOLDER_H_
#define TATTLE_ADAPTERS_CLI_FILES_MADE_FOLDER_H_

#include <string>
#include <vector>

#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// MadeFolder is a folder that is there. What was made for it goes again with it, unless something
// was put there.
class MadeFolder {
 public:
  // Create makes the folder and those above it that are missing. Fails with a sentence that names
  // the one that cannot be made. An empty name is the current folder.
  static Outcome<MadeFolder> Create(const std::string& folder);

  // CreateFor does so for the folder of a file.
  static Outcome<MadeFolder> CreateFor(const std::string& path);

  // CreateWritable also tries whether files can be written into it: before something is done whose
  // result could not be kept.
  static Outcome<MadeFolder> CreateWritable(const std::string& folder);

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
