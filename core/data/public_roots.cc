// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/data/public_roots.h"

namespace tattle {
namespace {

constexpr Hash kPublicRoots[] = {
#include "core/data/public_roots.inc"
};

}  // namespace

std::span<const Hash> PublicRootSpkiHashes() {
  return kPublicRoots;
}

}  // namespace tattle
