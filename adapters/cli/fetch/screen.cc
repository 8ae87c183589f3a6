// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/screen.h"

#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "adapters/cli/output/terminal_text.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

constexpr std::uint64_t kProgressIntervalMs = 500;

std::string FormatSize(double size) {
  constexpr std::array<const char*, 4> kUnits = {"kB", "MB", "GB", "TB"};
  constexpr double kStep = 1000;
  if (size < kStep) {
    return fmt::format("{:.0f} B", size);
  }
  std::size_t unit = 0;
  size /= kStep;
  while (size >= kStep && unit + 1 < kUnits.size()) {
    size /= kStep;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits.at(unit));
}

}  // namespace

std::string FormatProgress(std::uint64_t num_bytes, std::uint64_t total, std::uint64_t elapsed_ms) {
  const auto size = static_cast<double>(num_bytes);
  std::string text = FormatSize(size);
  if (total != 0) {
    text += " of " + FormatSize(static_cast<double>(total));
  }
  if (elapsed_ms != 0) {
    text += ", " +
            FormatSize(size * static_cast<double>(kMsPerSecond) / static_cast<double>(elapsed_ms)) +
            "/s";
  }
  return text;
}

void Screen::Say(std::string_view line) {
  Show(Printable(line) + '\n');
}

void Screen::Show(std::string_view text) {
  Clear();
  Write(stderr, text);
}

void Screen::Progress(std::uint64_t num_bytes, std::uint64_t total, std::uint64_t now_ms) {
  if (!start_ms_) {
    start_ms_ = now_ms;
    shown_ms_ = now_ms;
  }
  if (!with_progress_ || now_ms < shown_ms_ + kProgressIntervalMs) {
    return;
  }
  shown_ms_ = now_ms;
  is_shown_ = true;
  Write(stderr, "\r\x1b[K" + FormatProgress(num_bytes, total, now_ms - *start_ms_));
  std::fflush(stderr);
}

void Screen::Clear() {
  if (is_shown_) {
    Write(stderr, "\r\x1b[K");
    is_shown_ = false;
  }
}

}  // namespace tattle::cli
