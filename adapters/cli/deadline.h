// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One budget of time for everything that is done for one target.

#ifndef TATTLE_ADAPTERS_CLI_DEADLINE_H_
#define TATTLE_ADAPTERS_CLI_DEADLINE_H_

#include <algorithm>
#include <chrono>

namespace tattle::cli {

// kPipeTimeout is how long a pipe is waited for that somebody may type into.
inline constexpr std::chrono::seconds kPipeTimeout{60};

// Deadline is a point of the steady clock, which nobody sets back.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds budget)
      : end_(std::chrono::steady_clock::now() + budget) {}

  // Remaining is what is left, zero once it has passed; rounded up, so that a wait never ends
  // before the deadline.
  std::chrono::milliseconds Remaining() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds::zero());
  }

  bool HasPassed() const { return Remaining() == std::chrono::milliseconds::zero(); }

 private:
  std::chrono::steady_clock::time_point end_;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_DEADLINE_H_
