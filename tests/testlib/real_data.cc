// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlib/real_data.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/base/base64.h"

namespace tattle::testlib {
namespace {

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "test data: %s\n", what.c_str());
  std::abort();
}

}  // namespace

std::optional<std::filesystem::path> RealData(std::string_view name) {
  const char* root = std::getenv("TATTLE_REAL_DATA");
  if (root == nullptr || *root == '\0') {
    return std::nullopt;
  }
  std::filesystem::path folder = std::filesystem::path(root) / name;
  if (!std::filesystem::is_directory(folder) || std::filesystem::is_empty(folder)) {
    Die("TATTLE_REAL_DATA is set, but " + folder.string() + " is missing or empty");
  }
  return folder;
}

ByteVector ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    Die("cannot read " + path.string());
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return ToVector(AsBytes(text));
}

std::vector<ByteVector> ReadPem(const std::filesystem::path& path, std::string_view label) {
  const ByteVector file = ReadFile(path);
  const std::string begin = "-----BEGIN " + std::string(label) + "-----";
  const std::string end = "-----END " + std::string(label) + "-----";
  std::vector<ByteVector> objects;
  std::string_view rest = AsText(file);
  for (;;) {
    const std::size_t from = rest.find(begin);
    const std::size_t to = rest.find(end);
    if (from == std::string_view::npos || to == std::string_view::npos) {
      return objects;
    }
    std::string base64;
    for (const char c : rest.substr(from + begin.size(), to - from - begin.size())) {
      if (c != '\n' && c != '\r' && c != ' ') {
        base64 += c;
      }
    }
    const Result<ByteVector> der = DecodeBase64(base64);
    if (!der) {
      Die("broken PEM in " + path.string());
    }
    objects.push_back(*der);
    rest.remove_prefix(to + end.size());
  }
}

}  // namespace tattle::testlib
