// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/evidence_file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>

#include <sys/stat.h>

#include "adapters/cli/descriptor.h"

namespace tattle::cli {
namespace {

std::string TooLarge(std::size_t max_size) {
  return "is larger than " + std::to_string(max_size) +
         " bytes, which nothing of this kind is: check the path";
}

}  // namespace

Outcome<ByteVector> ReadEvidenceFile(const std::string& path, std::size_t max_size,
                                     const Deadline& deadline) {
  // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
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
  while (true) {
    const ssize_t len = read(file.fd(), chunk.data(), chunk.size());
    if (len > 0) {
      Append(content, std::span(chunk).first(static_cast<std::size_t>(len)));
    } else if (len == 0) {
      break;
    } else if (errno == EAGAIN) {
      if (!WaitFor(file.fd(), POLLIN, deadline)) {
        return Sorry(TimedOut("the reading of a pipe"));
      }
    } else if (errno != EINTR) {
      return Sorry("cannot be read (" + SystemMessage(errno) + "): check the file");
    }
    if (content.size() > max_size) {
      return Sorry(TooLarge(max_size));
    }
  }
  if (content.empty()) {
    return Sorry("is empty: name a file that holds something");
  }
  return content;
}

}  // namespace tattle::cli
