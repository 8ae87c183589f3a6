// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/data/public_roots.h"

#include "core/base/time.h"

namespace tattle {
namespace {

constexpr Hash kPublicRoots[] = {
#include "core/data/public_roots.inc"
};

constexpr std::uint64_t kDateMs =
#include "core/data/public_roots_date.inc"
    ;

constexpr std::uint64_t kMaxAgeMs = 548 * kMsPerDay;

}  // namespace

std::span<const Hash> PublicRootSpkiHashes() {
  return kPublicRoots;
}

std::uint64_t PublicRootsDateMs() {
  return kDateMs;
}

bool ArePublicRootsOldAt(std::uint64_t now_ms) {
  return now_ms > kDateMs + kMaxAgeMs;
}

}  // namespace tattle
