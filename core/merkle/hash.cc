// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/hash.h"

#include <algorithm>
#include <array>

#include "core/crypto/sha256.h"

namespace tattle {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix = {0x00};
constexpr std::uint8_t kNodePrefix = 0x01;

}  // namespace

Hash EmptyRoot() {
  return Sha256Of({});
}

// MTH({d(0)}) = SHA-256(0x00 || d(0)).
Hash HashLeaf(Bytes leaf) {
  return Sha256().Update(kLeafPrefix).Update(leaf).Finish();
}

// MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])). Joined first: one Update of 65 bytes is
// cheaper than three.
Hash HashNode(const Hash& left, const Hash& right) {
  std::array<std::uint8_t, 1 + 2 * sizeof(Hash)> node;
  node.front() = kNodePrefix;
  std::copy(right.begin(), right.end(), std::copy(left.begin(), left.end(), node.begin() + 1));
  return Sha256Of(node);
}

}  // namespace tattle
