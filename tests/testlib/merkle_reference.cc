// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlib/merkle_reference.h"

#include "core/crypto/sha256.h"

namespace tattle::testlib {
namespace {

// "Let k be the largest power of two smaller than n (i.e., k < n <= 2k)."
std::size_t FindK(std::size_t n) {
  std::size_t k = 1;
  while (2 * k < n) {
    k *= 2;
  }
  return k;
}

// SUBPROOF(m, D[n], b) of RFC 6962, Section 2.1.2.
std::vector<Hash> Subproof(std::size_t m, Leaves leaves, bool b) {
  if (m == leaves.size()) {
    return b ? std::vector<Hash>{} : std::vector<Hash>{ReferenceRoot(leaves)};
  }
  const std::size_t k = FindK(leaves.size());
  std::vector<Hash> proof;
  if (m <= k) {
    proof = Subproof(m, leaves.first(k), b);
    proof.push_back(ReferenceRoot(leaves.subspan(k)));
  } else {
    proof = Subproof(m - k, leaves.subspan(k), false);
    proof.push_back(ReferenceRoot(leaves.first(k)));
  }
  return proof;
}

}  // namespace

// MTH({}) = SHA-256().
// MTH({d(0)}) = SHA-256(0x00 || d(0)).
// MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])).
Hash ReferenceRoot(Leaves leaves) {
  ByteVector message;
  if (leaves.size() == 1) {
    message.push_back(0x00);
    Append(message, leaves.front());
  } else if (leaves.size() > 1) {
    const std::size_t k = FindK(leaves.size());
    message.push_back(0x01);
    Append(message, ReferenceRoot(leaves.first(k)));
    Append(message, ReferenceRoot(leaves.subspan(k)));
  }
  return Sha256Of(message);
}

// PATH(0, {d(0)}) = {}
// PATH(m, D[n]) = PATH(m, D[0:k]) : MTH(D[k:n])        for m < k
// PATH(m, D[n]) = PATH(m - k, D[k:n]) : MTH(D[0:k])    for m >= k
std::vector<Hash> ReferenceInclusion(std::size_t m, Leaves leaves) {
  if (leaves.size() == 1) {
    return {};
  }
  const std::size_t k = FindK(leaves.size());
  std::vector<Hash> path;
  if (m < k) {
    path = ReferenceInclusion(m, leaves.first(k));
    path.push_back(ReferenceRoot(leaves.subspan(k)));
  } else {
    path = ReferenceInclusion(m - k, leaves.subspan(k));
    path.push_back(ReferenceRoot(leaves.first(k)));
  }
  return path;
}

// PROOF(m, D[n]) = SUBPROOF(m, D[n], true)
std::vector<Hash> ReferenceConsistency(std::size_t m, Leaves leaves) {
  return Subproof(m, leaves, true);
}

std::vector<ByteVector> MakeLeaves(std::size_t count) {
  std::vector<ByteVector> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    ByteVector leaf(i % 70, static_cast<std::uint8_t>(i));
    if (i >= 70) {
      leaf.push_back(static_cast<std::uint8_t>(i));
      leaf.push_back(static_cast<std::uint8_t>(i >> 8U));
      leaf.push_back(static_cast<std::uint8_t>(i >> 16U));
    }
    leaves.push_back(leaf);
  }
  return leaves;
}

}  // namespace tattle::testlib
