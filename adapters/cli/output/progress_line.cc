// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/output/moment.h"

namespace tattle::cli {
namespace {

constexpr std::uint64_t kIntervalMs = 1000;
constexpr std::uint64_t kLookAtClockEvery = 256;

}  // namespace

ProgressLine::ProgressLine(std::string verb)
    : verb_(std::move(verb)), is_wanted_(isatty(STDERR_FILENO) == 1), shown_ms_(NowMs()) {}

void ProgressLine::Count() {
  ++count_;
  if (!is_wanted_ || count_ % kLookAtClockEvery != 0) {
    return;
  }
  const std::uint64_t now_ms = NowMs();
  if (now_ms >= shown_ms_ + kIntervalMs) {
    shown_ms_ = now_ms;
    is_shown_ = true;
    fmt::print(stderr, "\r{} {}", count_, verb_);
    std::fflush(stderr);
  }
}

void ProgressLine::Clear() {
  if (is_shown_) {
    fmt::print(stderr, "\r\x1b[K");
    is_shown_ = false;
  }
}

}  // namespace tattle::cli
