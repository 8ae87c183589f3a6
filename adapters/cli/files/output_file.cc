// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/files/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include <fmt/format.h>
#include <sys/stat.h>

#include "adapters/cli/files/descriptor.h"
#include "plugin/runtime/file.h"
#include "plugin/service/replace_file.h"

namespace tattle::cli {

Outcome<void> WriteOutput(const std::string& path, Bytes content) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
    return ReplaceFile(path, content);
  }
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  bool is_open = file.fd() >= 0;
  while (is_open && !content.empty()) {
    const ssize_t len = write(file.fd(), content.data(), content.size());
    is_open = len >= 0 || errno == EINTR;
    content = content.subspan(len < 0 ? 0 : static_cast<std::size_t>(len));
  }
  if (!is_open) {
    return Sorry(fmt::format("cannot write {}: {}", path, SystemMessage(errno)));
  }
  return {};
}

}  // namespace tattle::cli
