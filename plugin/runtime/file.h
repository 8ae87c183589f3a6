// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Files from outside, read in somebody else's process: bounded, and never waiting for a writer.

#ifndef TATTLE_PLUGIN_RUNTIME_FILE_H_
#define TATTLE_PLUGIN_RUNTIME_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "core/base/bytes.h"

namespace tattle {

// FileIdentity tells whether a path still names the same file with the same content. A file that
// is replaced by rename has another inode, one that is written in place another time of change,
// which, unlike that of modification, nobody can set back.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

struct FileContent {
  ByteVector bytes;
  FileIdentity identity;  // taken before the first byte was read: a later change shows
};

struct FileError {
  bool missing = false;      // there is nothing at this path
  bool not_regular = false;  // there is something else than a file
  std::string sentence;      // begins with the path
};

// ReadRegularFile reads a whole file of at most `max_size` bytes. Anything but a regular file
// (a folder, pipe, socket or device) is refused without waiting for it. Thread-safe.
tl::expected<FileContent, FileError> ReadRegularFile(const std::string& path, std::size_t max_size);

// FindIdentity looks at what ReadRegularFile would open; nothing if there is nothing to be seen.
std::optional<FileIdentity> FindIdentity(const std::string& path);

// SystemMessage is the system's text for an errno, such as "No such file or directory".
std::string SystemMessage(int error_number);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_FILE_H_
