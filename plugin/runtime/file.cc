// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <system_error>

#include <sys/stat.h>

#include "plugin/runtime/descriptor.h"

namespace tattle {
namespace {

// OpenForReading: O_NONBLOCK, since opening a pipe that nobody writes to would wait for ever, and
// O_NOCTTY, since a terminal must not become that of the process.
int OpenForReading(const std::string& path) {
  int fd = -1;
  do {
    fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

std::int64_t Nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

FileIdentity IdentityOf(const struct stat& status) {
  return FileIdentity{static_cast<std::uint64_t>(status.st_dev),
                      static_cast<std::uint64_t>(status.st_ino),
                      static_cast<std::uint64_t>(status.st_size), Nanoseconds(status.st_mtim),
                      Nanoseconds(status.st_ctim)};
}

tl::unexpected<FileError> CannotBeRead(const std::string& path, int error_number) {
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  const bool not_regular = error_number == ENXIO;  // a socket
  return tl::unexpected(FileError{missing, not_regular,
                                  path + ": cannot be read (" + SystemMessage(error_number) + ")"});
}

tl::unexpected<FileError> TooLarge(const std::string& path, std::size_t max_size) {
  return tl::unexpected(
      FileError{false, false, path + ": is larger than " + std::to_string(max_size) + " bytes"});
}

}  // namespace

tl::expected<FileContent, FileError> ReadRegularFile(const std::string& path,
                                                     std::size_t max_size) {
  if (path.find('\0') != std::string::npos) {
    return CannotBeRead(path, EINVAL);
  }
  const Descriptor file(OpenForReading(path));
  struct stat status = {};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0) {
    return CannotBeRead(path, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return tl::unexpected(FileError{false, true, path + ": is no regular file"});
  }
  FileContent content{{}, IdentityOf(status)};
  if (content.identity.size > max_size) {
    return TooLarge(path, max_size);
  }
  content.bytes.reserve(static_cast<std::size_t>(content.identity.size));
  std::array<std::uint8_t, 16384> chunk;
  while (content.bytes.size() <= max_size) {
    const ssize_t len = read(file.fd(), chunk.data(), chunk.size());
    if (len > 0) {
      Append(content.bytes, std::span(chunk).first(static_cast<std::size_t>(len)));
    } else if (len == 0) {
      return content;
    } else if (errno != EINTR) {
      return CannotBeRead(path, errno);
    }
  }
  return TooLarge(path, max_size);  // it grew
}

std::optional<FileIdentity> FindIdentity(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return IdentityOf(status);
}

std::string SystemMessage(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace tattle
