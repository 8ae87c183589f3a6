// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// RecentSet: what was seen of late, in bounded memory.

#ifndef TATTLE_ADAPTERS_DAEMON_OBSERVE_RECENT_SET_H_
#define TATTLE_ADAPTERS_DAEMON_OBSERVE_RECENT_SET_H_

#include <cstddef>
#include <unordered_set>
#include <utility>

#include "core/base/bytes.h"

namespace tattle::daemon {

// RecentSet holds at least the last `size` hashes and at most twice as many, in two halves of which
// the older is forgotten as a whole. Not thread-safe.
class RecentSet {
 public:
  explicit RecentSet(std::size_t size) : size_(size) {}

  // Insert returns false if the hash is there already.
  bool Insert(const Hash& hash) {
    if (older_.count(hash) > 0 || !newer_.insert(hash).second) {
      return false;
    }
    if (newer_.size() >= size_) {
      older_ = std::exchange(newer_, {});
    }
    return true;
  }

  bool Contains(const Hash& hash) const { return older_.count(hash) > 0 || newer_.count(hash) > 0; }

  // Forget lets the next Insert of the hash succeed.
  void Forget(const Hash& hash) {
    newer_.erase(hash);
    older_.erase(hash);
  }

  std::size_t size() const { return newer_.size() + older_.size(); }

 private:
  // A hash is its own hash: any eight bytes of it do.
  struct FirstBytes {
    std::size_t operator()(const Hash& hash) const {
      std::size_t out = 0;
      for (std::size_t i = 0; i < sizeof(out); ++i) {
        out = (out << 8U) | hash.at(i);
      }
      return out;
    }
  };
  using Half = std::unordered_set<Hash, FirstBytes>;

  std::size_t size_;
  Half newer_;
  Half older_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_OBSERVE_RECENT_SET_H_
