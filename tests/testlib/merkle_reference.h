// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The Merkle tree of RFC 6962, Section 2.1, written down as it is defined: recursive, slow, and
// sharing nothing with core/merkle but SHA-256.

#ifndef TATTLE_TESTS_TESTLIB_MERKLE_REFERENCE_H_
#define TATTLE_TESTS_TESTLIB_MERKLE_REFERENCE_H_

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/bytes.h"

namespace tattle::testlib {

// A tree's leaves as they are before hashing: D[n].
using Leaves = std::span<const ByteVector>;

// ReferenceRoot is MTH(D[n]).
Hash ReferenceRoot(Leaves leaves);

// ReferenceInclusion is PATH(m, D[n]). Requires m < n.
std::vector<Hash> ReferenceInclusion(std::size_t m, Leaves leaves);

// ReferenceConsistency is PROOF(m, D[n]). Requires 0 < m <= n.
std::vector<Hash> ReferenceConsistency(std::size_t m, Leaves leaves);

// MakeLeaves makes `count` leaves of different content and lengths, the first one empty.
std::vector<ByteVector> MakeLeaves(std::size_t count);

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_MERKLE_REFERENCE_H_
