// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Folders that go away again.

#ifndef TATTLE_ADAPTERS_CLI_FILES_TEMP_FOLDER_H_
#define TATTLE_ADAPTERS_CLI_FILES_TEMP_FOLDER_H_

#include <string>
#include <string_view>

#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// TempFolder is a folder of ours alone below $TMPDIR, removed with all that is in it.
class TempFolder {
 public:
  static Outcome<TempFolder> Create();

  TempFolder(TempFolder&& other) noexcept;
  TempFolder& operator=(TempFolder&&) = delete;
  TempFolder(const TempFolder&) = delete;
  ~TempFolder();

  const std::string& path() const { return path_; }

  // Write makes a file in it; returns its path.
  Outcome<std::string> Write(std::string_view name, std::string_view text) const;

 private:
  explicit TempFolder(std::string path);

  std::string path_;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FILES_TEMP_FOLDER_H_
