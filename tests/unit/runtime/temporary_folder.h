// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_TESTS_UNIT_RUNTIME_TEMPORARY_FOLDER_H_
#define TATTLE_TESTS_UNIT_RUNTIME_TEMPORARY_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace tattle {

// TemporaryFolder is an empty folder that goes when the test does. Its path is short: a socket's
// may have 107 bytes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = "/tmp/tattle_test.XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      std::abort();
    }
    path_ = path;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace tattle

#endif  // TATTLE_TESTS_UNIT_RUNTIME_TEMPORARY_FOLDER_H_
