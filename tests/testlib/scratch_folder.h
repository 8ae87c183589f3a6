// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_TESTS_TESTLIB_SCRATCH_FOLDER_H_
#define TATTLE_TESTS_TESTLIB_SCRATCH_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace tattle::testlib {

// ScratchFolder is a new folder for one test, which goes with it. Its path is short: a socket's may
// have 107 bytes.
class ScratchFolder {
 public:
  ScratchFolder() : path_("/tmp/tattle_test.XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) {
      std::abort();
    }
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

  // Write makes a file or writes it anew in place; returns its path.
  std::string Write(const std::string& name, std::string_view content) const {
    std::ofstream file(Path(name), std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    if (!file) {
      std::abort();
    }
    return Path(name);
  }

  // Replace puts another file in its place, as careful programs do.
  std::string Replace(const std::string& name, std::string_view content) const {
    std::filesystem::rename(Write(name + ".new", content), Path(name));
    return Path(name);
  }

 private:
  std::string path_;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_SCRATCH_FOLDER_H_
