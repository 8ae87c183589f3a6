// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a person sees on stderr: lines, and below them how far a transfer is.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_SCREEN_H_
#define TATTLE_ADAPTERS_CLI_FETCH_SCREEN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tattle::cli {

class Screen {
 public:
  explicit Screen(bool with_progress) : with_progress_(with_progress) {}

  // Say writes a line, made safe to print.
  void Say(std::string_view line);

  // Show writes text that is safe and has its line ends.
  void Show(std::string_view text);

  // Progress shows, twice a second, how much has come; a `total` of 0 is not known.
  void Progress(std::uint64_t num_bytes, std::uint64_t total, std::uint64_t now_ms);

  void Clear();

 private:
  bool with_progress_;
  bool is_shown_ = false;
  std::optional<std::uint64_t> start_ms_;
  std::uint64_t shown_ms_ = 0;
};

// FormatProgress: "1.5 MB of 20.0 MB, 512.0 kB/s".
std::string FormatProgress(std::uint64_t num_bytes, std::uint64_t total, std::uint64_t elapsed_ms);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_SCREEN_H_
