// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/consistency.h"

#include <bit>
#include <cstddef>

#include "core/merkle/hash.h"
#include "core/merkle/subtree.h"

namespace tattle {

Result<ConsistencyRoots> RootsFromConsistency(std::uint64_t size1, const Hash& root1,
                                              std::uint64_t size2, std::span<const Hash> proof) {
  if (size1 == 0 || size1 > size2) {
    return Fail(Errc::kOutOfRange, "consistency.size1");
  }
  // The proof is the upper part of the path of the older tree's last leaf in the newer tree. It
  // starts at the largest complete subtree that ends with this leaf.
  const Result<AuditPath> path = FindAuditPath(size1 - 1, size2);
  if (!path) {
    return tl::unexpected(path.error());
  }
  if (size1 == size2) {
    if (!proof.empty()) {
      return Fail(Errc::kBadLength, "consistency.proof");
    }
    return ConsistencyRoots{root1, root1};
  }
  const auto start_height = static_cast<std::size_t>(std::countr_zero(size1));
  // Where that subtree is the whole older tree its hash is known and not sent.
  const bool start_is_root1 = std::has_single_bit(size1);
  const std::size_t num_sent = start_is_root1 ? 0 : 1;
  if (proof.size() != num_sent + path->size() - start_height) {
    return Fail(Errc::kBadLength, "consistency.proof");
  }
  const Hash& start = start_is_root1 ? root1 : proof.front();
  ConsistencyRoots roots{start, start};
  std::size_t height = start_height;
  for (const Hash& sibling : proof.subspan(num_sent)) {
    if (path->SiblingIsLeft(height++)) {
      roots.older = HashNode(sibling, roots.older);
      roots.newer = HashNode(sibling, roots.newer);
    } else {
      roots.newer = HashNode(roots.newer, sibling);  // what stands to the right came later
    }
  }
  return roots;
}

Result<void> VerifyConsistency(std::uint64_t size1, const Hash& root1, std::uint64_t size2,
                               const Hash& root2, std::span<const Hash> proof) {
  const Result<ConsistencyRoots> roots = RootsFromConsistency(size1, root1, size2, proof);
  if (!roots) {
    return tl::unexpected(roots.error());
  }
  if (roots->newer != root2) {
    return Fail(Errc::kMismatch, "consistency.root2");
  }
  if (roots->older != root1) {
    return Fail(Errc::kMismatch, "consistency.root1");
  }
  return {};
}

}  // namespace tattle
