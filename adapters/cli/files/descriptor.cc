// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/files/descriptor.h"

#include <poll.h>

#include <cerrno>
#include <system_error>

namespace tattle::cli {

bool WaitFor(int fd, short events, const Deadline& deadline) {
  while (true) {
    pollfd entry = {fd, events, 0};
    const int num_ready = poll(&entry, 1, static_cast<int>(deadline.Remaining().count()));
    if (num_ready > 0) {
      return true;
    }
    if (num_ready == 0 || errno != EINTR) {
      return false;
    }
  }
}

std::string TimedOut(std::string_view what) {
  std::string sentence = "timed out during ";
  sentence.append(what);
  return sentence + ": try again later, or wait longer with --timeout";
}

std::string SystemMessage(int error_number) {
  return std::system_category().message(error_number);
}

}  // namespace tattle::cli
