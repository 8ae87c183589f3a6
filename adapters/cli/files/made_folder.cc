// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/files/made_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

#include "adapters/cli/files/descriptor.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kEveryMode = 0777;  // the umask takes away what it takes

}  // namespace

Outcome<MadeFolder> MadeFolder::Create(const std::string& folder) {
  MadeFolder out;
  fs::path path;
  for (const fs::path& part : fs::path(folder)) {
    path /= part;
    std::error_code error;
    if (fs::is_directory(path, error)) {
      continue;
    }
    if (mkdir(path.c_str(), kEveryMode) == 0) {
      out.made_.push_back(path.string());
      continue;
    }
    const int error_number = errno == EEXIST ? ENOTDIR : errno;
    if (!fs::is_directory(path, error)) {  // somebody else may have made it meanwhile
      return Sorry(fmt::format("cannot make the folder {}: {}", Printable(path.string()),
                               SystemMessage(error_number)));
    }
  }
  return out;
}

Outcome<MadeFolder> MadeFolder::CreateFor(const std::string& path) {
  return Create(fs::path(path).parent_path().string());
}

// A file of one byte shows a full disk too.
Outcome<MadeFolder> MadeFolder::CreateWritable(const std::string& folder) {
  Outcome<MadeFolder> made = Create(folder);
  if (!made) {
    return made;
  }
  std::string path = (fs::path(folder) / ".tattle-XXXXXX").string();
  const Descriptor file(mkostemp(path.data(), O_CLOEXEC));
  const bool is_good = file.fd() >= 0 && write(file.fd(), "\n", 1) == 1;
  const int error_number = errno;
  if (file.fd() >= 0) {
    unlink(path.c_str());
  }
  if (!is_good) {
    return Sorry(fmt::format("cannot write into the folder {}: {}", Printable(folder),
                             SystemMessage(error_number)));
  }
  return made;
}

MadeFolder::~MadeFolder() {
  for (; !made_.empty(); made_.pop_back()) {
    rmdir(made_.back().c_str());  // refused, and rightly, while there is something in it
  }
}

}  // namespace tattle::cli
