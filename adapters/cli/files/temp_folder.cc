// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/files/temp_folder.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "adapters/cli/files/descriptor.h"
#include "plugin/service/replace_file.h"

namespace tattle::cli {

TempFolder::TempFolder(std::string path) : path_(std::move(path)) {}

TempFolder::TempFolder(TempFolder&& other) noexcept : path_(std::exchange(other.path_, "")) {}

TempFolder::~TempFolder() {
  if (!path_.empty()) {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
}

Outcome<TempFolder> TempFolder::Create() {
  const char* parent = std::getenv("TMPDIR");
  std::string path = parent == nullptr || *parent == '\0' ? "/tmp" : parent;
  path += "/tattle.XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return Sorry("cannot make a folder below $TMPDIR or /tmp: " + SystemMessage(errno));
  }
  return TempFolder(std::move(path));
}

Outcome<std::string> TempFolder::Write(std::string_view name, std::string_view text) const {
  std::string path = path_ + '/' + std::string(name);
  if (const auto written = ReplaceFile(path, AsBytes(text)); !written) {
    return Sorry(written.error());
  }
  return path;
}

}  // namespace tattle::cli
