// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/subtree.h"

#include <algorithm>
#include <bit>

#include "core/base/limits.h"

namespace tattle {
namespace {

// SplitPoint is where the root of a range parts its leaves: `k` of RFC 6962, Section 2.1, "the
// largest power of two smaller than n". Requires two leaves or more.
std::uint64_t SplitPoint(const LeafRange& range) {
  return range.begin + std::bit_floor(range.end - range.begin - 1);
}

}  // namespace

std::vector<CompleteSubtree> SplitRange(const LeafRange& range) {
  std::vector<CompleteSubtree> subtrees;
  for (std::uint64_t begin = range.begin; begin < range.end;) {
    // The largest subtree that may begin here and does not reach beyond the end.
    const std::uint64_t largest = std::bit_floor(range.end - begin);
    const std::uint64_t size =
        begin == 0 ? largest : std::min(largest, std::uint64_t{1} << std::countr_zero(begin));
    const auto height = static_cast<unsigned>(std::countr_zero(size));
    subtrees.push_back({height, begin >> height});
    begin += size;
  }
  return subtrees;
}

Result<AuditPath> FindAuditPath(std::uint64_t leaf_index, std::uint64_t tree_size) {
  if (tree_size > kMaxTreeSize) {
    return Fail(Errc::kTooLarge, "tree_size");
  }
  if (leaf_index >= tree_size) {
    return Fail(Errc::kOutOfRange, "leaf_index");
  }
  // The highest bit in which the index differs from that of the last leaf is the level where the
  // two paths meet. From there on up the path is the last leaf's, which has a sibling only where
  // it comes from the right.
  const auto num_inner = static_cast<std::size_t>(std::bit_width(leaf_index ^ (tree_size - 1)));
  const auto num_border = static_cast<std::size_t>(std::popcount(leaf_index >> num_inner));
  return AuditPath{leaf_index, num_inner, num_border};
}

// PATH(m, D[n]) = PATH(m, D[0:k]) : MTH(D[k:n])        for m < k
// PATH(m, D[n]) = PATH(m - k, D[k:n]) : MTH(D[0:k])    for m >= k
Result<std::vector<LeafRange>> InclusionRanges(std::uint64_t leaf_index, std::uint64_t tree_size) {
  const Result<AuditPath> path = FindAuditPath(leaf_index, tree_size);
  if (!path) {
    return tl::unexpected(path.error());
  }
  std::vector<LeafRange> ranges;
  for (LeafRange rest{0, tree_size}; rest.end - rest.begin > 1;) {
    const std::uint64_t split = SplitPoint(rest);
    if (leaf_index < split) {
      ranges.push_back({split, rest.end});
      rest.end = split;
    } else {
      ranges.push_back({rest.begin, split});
      rest.begin = split;
    }
  }
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

// SUBPROOF(m, D[m], true) = {}
// SUBPROOF(m, D[m], false) = {MTH(D[m])}
// SUBPROOF(m, D[n], b) = SUBPROOF(m, D[0:k], b) : MTH(D[k:n])              for m <= k
// SUBPROOF(m, D[n], b) = SUBPROOF(m - k, D[k:n], false) : MTH(D[0:k])      for m > k
Result<std::vector<LeafRange>> ConsistencyRanges(std::uint64_t size1, std::uint64_t size2) {
  if (size2 > kMaxTreeSize) {
    return Fail(Errc::kTooLarge, "tree_size");
  }
  if (size1 == 0 || size1 > size2) {
    return Fail(Errc::kOutOfRange, "tree_size");
  }
  std::vector<LeafRange> ranges;
  LeafRange rest{0, size2};
  while (rest.end != size1) {
    const std::uint64_t split = SplitPoint(rest);
    if (size1 <= split) {
      ranges.push_back({split, rest.end});
      rest.end = split;
    } else {
      ranges.push_back({rest.begin, split});
      rest.begin = split;
    }
  }
  if (rest.begin != 0) {
    ranges.push_back(rest);
  }
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

}  // namespace tattle
