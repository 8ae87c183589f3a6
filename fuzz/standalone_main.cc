// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Replays a corpus through a fuzz target without a fuzzing engine: every file of the folders named
// on the command line, and each cut to its first half, so that a normal build checks the target's
// property too. An empty corpus fails.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::size_t num_inputs = 0;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): main has no other form
  const std::vector<std::filesystem::path> folders(argv + 1, argv + argc);
  for (const std::filesystem::path& folder : folders) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
      const std::vector<std::uint8_t> input(text.begin(), text.end());
      LLVMFuzzerTestOneInput(input.data(), input.size());
      LLVMFuzzerTestOneInput(input.data(), input.size() / 2);
      ++num_inputs;
    }
  }
  std::printf("%zu inputs replayed\n", num_inputs);
  return num_inputs == 0 ? 1 : 0;
}
