// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_PROGRESS_LINE_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_PROGRESS_LINE_H_

#include <cstdint>
#include <string>

namespace tattle::cli {

// ProgressLine tells a person at a terminal, about once a second, how much of a long work is done.
// Where stderr is no terminal it says nothing.
class ProgressLine {
 public:
  explicit ProgressLine(std::string verb);

  void Count();
  void Clear();

 private:
  std::string verb_;
  bool is_wanted_;
  bool is_shown_ = false;
  std::uint64_t count_ = 0;
  std::uint64_t shown_ms_;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_PROGRESS_LINE_H_
