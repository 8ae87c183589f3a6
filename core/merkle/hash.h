// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Hashes of leaves and nodes (RFC 6962, Section 2.1). The two prefixes keep anybody from passing
// a node off as a leaf.

#ifndef TATTLE_CORE_MERKLE_HASH_H_
#define TATTLE_CORE_MERKLE_HASH_H_

#include "core/base/bytes.h"

namespace tattle {

// EmptyRoot is the root of a tree without leaves, the SHA-256 hash of nothing.
Hash EmptyRoot();

// HashLeaf hashes a leaf as it is on the wire, such as a MerkleTreeLeaf.
Hash HashLeaf(Bytes leaf);

// HashNode hashes the node above two subtrees.
Hash HashNode(const Hash& left, const Hash& right);

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_HASH_H_
