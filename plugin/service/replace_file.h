// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Files that are written so that nobody ever sees half of one.

#ifndef TATTLE_PLUGIN_SERVICE_REPLACE_FILE_H_
#define TATTLE_PLUGIN_SERVICE_REPLACE_FILE_H_

#include <functional>
#include <string>
#include <utility>

#include <sys/types.h>

#include "core/base/bytes.h"
#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// ReplaceFile puts a new file in the place of `path` at one stroke: whoever opens it, and whatever
// crashes, sees the old content or the new. Mode and, where the system lets us, owner stay; a
// symbolic link stays one. A new file is readable for everybody. Devices, pipes and sockets are not
// replaced. Fails with a sentence.
Outcome<void> ReplaceFile(const std::string& path, Bytes content);

// Replacement is a new file beside `path`, to be written piece by piece. It goes away again unless
// it was put in the place of `path`, as ReplaceFile does.
class Replacement {
 public:
  static Outcome<Replacement> Create(const std::string& path);

  Replacement(Replacement&& other) noexcept;
  Replacement& operator=(Replacement&&) = delete;
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement();

  // temp_path is where it is until then; whoever ends the process without a word removes it first.
  const std::string& temp_path() const { return temp_path_; }

  Outcome<void> Write(Bytes content) const;

  // Finish gives it the mode and owner of the file that was there, `new_mode` if there was none,
  // and its place.
  Outcome<void> Finish(mode_t new_mode);

 private:
  Replacement(std::string target, std::string temp_path, Descriptor file);

  std::string target_;
  std::string temp_path_;  // empty once there is nothing to take away
  Descriptor file_;
};

// FolderLock keeps other updates out of the folder of a file while it lives. It is a file in the
// folder, which goes with it, and which nobody can lock who may not write into the folder.
class FolderLock {
 public:
  // Create calls `may_wait` with the folder where another holds it, and waits if that says so.
  static Outcome<FolderLock> Create(const std::string& path,
                                    const std::function<bool(const std::string& folder)>& may_wait);

  FolderLock(FolderLock&& other) noexcept = default;
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  FolderLock(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  Descriptor file_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_SERVICE_REPLACE_FILE_H_
