// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/capi/random_draw.h"

#include <span>

#include <openssl/rand.h>

namespace tattle {

namespace {

constexpr std::size_t kSize = sizeof(std::uint64_t);

Result<void> Fill(std::span<std::uint8_t> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return Fail(Errc::kCryptoFailed, "random");
  }
  return {};
}

std::uint64_t NumberOf(std::span<const std::uint8_t> bytes) {
  std::uint64_t out = 0;
  for (const std::uint8_t byte : bytes) {
    out = (out << 8U) | byte;
  }
  return out;
}

}  // namespace

Result<std::uint64_t> RandomDraw() {
  std::array<std::uint8_t, kSize> bytes = {};
  if (const Result<void> filled = Fill(bytes); !filled) {
    return tl::unexpected(filled.error());
  }
  return NumberOf(bytes);
}

Result<std::uint64_t> RandomDrawer::Draw() {
  if (used_ == bytes_.size()) {
    if (const Result<void> filled = Fill(bytes_); !filled) {
      return tl::unexpected(filled.error());
    }
    used_ = 0;
  }
  const std::uint64_t out = NumberOf(std::span(bytes_).subspan(used_, kSize));
  used_ += kSize;
  return out;
}

}  // namespace tattle
