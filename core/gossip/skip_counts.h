// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What was left out of a message, and why: one bad head never hides a good one.

#ifndef TATTLE_CORE_GOSSIP_SKIP_COUNTS_H_
#define TATTLE_CORE_GOSSIP_SKIP_COUNTS_H_

#include <cstddef>
#include <vector>

#include "core/base/error.h"

namespace tattle {

struct SkipReason {
  Error error;  // without an offset
  std::size_t count = 0;
};

// SkipCounts is a value. It grows with the number of different reasons, not of skips: fields are
// literals of ours, so there are a few dozen.
class SkipCounts {
 public:
  void Add(const Error& error, std::size_t count = 1);
  void Add(Errc code, const char* field, std::size_t count = 1) { Add({code, 0, field}, count); }
  void Add(const SkipCounts& other);

  std::size_t total() const { return total_; }
  std::size_t CountOf(Errc code) const;

  // reasons are in the order in which they first occurred.
  const std::vector<SkipReason>& reasons() const { return reasons_; }

 private:
  std::vector<SkipReason> reasons_;
  std::size_t total_ = 0;
};

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_SKIP_COUNTS_H_
