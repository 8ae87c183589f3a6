// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/files/file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <span>

#include <sys/stat.h>

#include "adapters/cli/files/descriptor.h"

namespace tattle::cli {
namespace {

std::string TooLarge(std::size_t max_size) {
  return "is larger than " + std::to_string(max_size) +
         " bytes, which nothing of this kind is: check the path";
}

}  // namespace

bool Exists(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 ||
         (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG);
}

Outcome<ByteVector> ReadFile(const std::string& path, std::size_t max_size,
                             const std::optional<Deadline>& deadline) {
  // Opening a pipe that nobody writes to would wait for ever; with a deadline, WaitFor waits.
  const int flags = O_RDONLY | O_CLOEXEC | (deadline ? O_NONBLOCK : 0);
  const Descriptor file(open(path.c_str(), flags));
  struct stat status = {};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0) {
    return Sorry("cannot be read (" + SystemMessage(errno) +
                 "): check the path and its permissions");
  }
  if (S_ISDIR(status.st_mode)) {
    return Sorry("is a folder: name a file in it");
  }
  if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > max_size) {
    return Sorry(TooLarge(max_size));
  }
  ByteVector content;
  std::array<std::uint8_t, 16384> chunk = {};
  while (content.size() <= max_size) {
    const ssize_t len = read(file.fd(), chunk.data(), chunk.size());
    if (len > 0) {
      Append(content, std::span(chunk).first(static_cast<std::size_t>(len)));
    } else if (len == 0) {
      return content;
    } else if (errno == EAGAIN && deadline) {
      if (!WaitFor(file.fd(), POLLIN, *deadline)) {
        return Sorry(TimedOut("the reading of a pipe"));
      }
    } else if (errno != EINTR) {
      return Sorry("cannot be read (" + SystemMessage(errno) + "): check the file");
    }
  }
  return Sorry(TooLarge(max_size));
}

Outcome<ByteVector> ReadFilledFile(const std::string& path, std::size_t max_size,
                                   const Deadline& deadline) {
  Outcome<ByteVector> content = ReadFile(path, max_size, deadline);
  if (content && content->empty()) {
    return Sorry("is empty: name a file that holds something");
  }
  return content;
}

}  // namespace tattle::cli
