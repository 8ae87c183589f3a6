// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Random numbers for what must not be foreseen.

#ifndef TATTLE_PLUGIN_CAPI_RANDOM_DRAW_H_
#define TATTLE_PLUGIN_CAPI_RANDOM_DRAW_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/error.h"

namespace tattle {

// RandomDraw gives numbers of OpenSSL's generator; it is a DrawUint64 of core/gossip. Fails with
// kCryptoFailed. Thread-safe.
Result<std::uint64_t> RandomDraw();

// RandomDrawer gives such numbers for one piece of work that wants many: asked for 64 at a time,
// one costs a tenth. What is left is forgotten with it. Not thread-safe.
class RandomDrawer {
 public:
  Result<std::uint64_t> Draw();

 private:
  static constexpr std::size_t kNumbers = 64;
  std::array<std::uint8_t, kNumbers * sizeof(std::uint64_t)> bytes_ = {};
  std::size_t used_ = bytes_.size();
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_CAPI_RANDOM_DRAW_H_
