// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Random numbers for what must not be foreseen.

#ifndef TATTLE_PLUGIN_CAPI_RANDOM_DRAW_H_
#define TATTLE_PLUGIN_CAPI_RANDOM_DRAW_H_

#include <cstdint>

#include "core/base/error.h"

namespace tattle {

// RandomDraw gives numbers of OpenSSL's generator; it is a DrawUint64 of core/gossip. Fails with
// kCryptoFailed. Thread-safe.
Result<std::uint64_t> RandomDraw();

}  // namespace tattle

#endif  // TATTLE_PLUGIN_CAPI_RANDOM_DRAW_H_
