// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Files that are written so that nobody ever sees half of one.

#ifndef TATTLE_ADAPTERS_CLI_REPLACE_FILE_H_
#define TATTLE_ADAPTERS_CLI_REPLACE_FILE_H_

#include <string>
#include <utility>

#include "adapters/cli/descriptor.h"
#include "adapters/cli/outcome.h"
#include "core/base/bytes.h"

namespace tattle::cli {

// ReplaceFile puts a new file in the place of `path` at one stroke: whoever opens it, and whatever
// crashes, sees the old content or the new. Mode and, where the system lets us, owner stay; a
// symbolic link stays one. A new file is readable for everybody.
Outcome<void> ReplaceFile(const std::string& path, Bytes content);

// FolderLock keeps other updates out of the folder of a file while it lives.
class FolderLock {
 public:
  static Outcome<FolderLock> Create(const std::string& path);

 private:
  explicit FolderLock(Descriptor folder) : folder_(std::move(folder)) {}

  Descriptor folder_;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_REPLACE_FILE_H_
