// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/capi/random_draw.h"

#include <array>

#include <openssl/rand.h>

namespace tattle {

Result<std::uint64_t> RandomDraw() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes = {};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return Fail(Errc::kCryptoFailed, "random");
  }
  std::uint64_t out = 0;
  for (const std::uint8_t byte : bytes) {
    out = (out << 8U) | byte;
  }
  return out;
}

}  // namespace tattle
