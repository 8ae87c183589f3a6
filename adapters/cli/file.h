// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Files of a person's shell. Every failure is a sentence that says what, where and why.

#ifndef TATTLE_ADAPTERS_CLI_FILE_H_
#define TATTLE_ADAPTERS_CLI_FILE_H_

#include <cstddef>
#include <string>

#include <tl/expected.hpp>

#include "core/base/bytes.h"

namespace tattle::cli {

// ReadFile reads a whole file of at most `max_size` bytes; a device or pipe without an end too
// stops there. `*missing`, if given, says whether it failed because there is no such file.
tl::expected<ByteVector, std::string> ReadFile(const std::string& path, std::size_t max_size,
                                               bool* missing = nullptr);

// ReplaceFile puts a new file in the place of `path` at one stroke: whoever opens it, and whatever
// crashes, sees the old content or the new. Mode and, where the system lets us, owner stay; a
// symbolic link stays one. A new file is readable for everybody.
tl::expected<void, std::string> ReplaceFile(const std::string& path, Bytes content);

// FolderLock keeps other updates out of the folder of a file while it lives.
class FolderLock {
 public:
  static tl::expected<FolderLock, std::string> Create(const std::string& path);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FILE_H_
