// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What was found out and judged before. Whoever finds a judgement here has to see whether it still
// holds: it depends on the time.

#ifndef TATTLE_PLUGIN_RUNTIME_VERDICT_CACHE_H_
#define TATTLE_PLUGIN_RUNTIME_VERDICT_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/verify/verify.h"
#include "plugin/runtime/fork_mutex.h"
#include "plugin/runtime/judgement.h"

namespace tattle {

// VerdictKey is the SHA-256 over the leaf, the issuer's name and key, both SCT lists (that of OCSP
// within the response as it came) and the version of the log list, each with its length.
Hash VerdictKey(const Evidence& evidence, const Hash& list_digest);

// VerdictCache holds at most so many entries and drops those that were not used for longest, in
// groups of a few. Thread-safe and fork-safe.
class VerdictCache {
 public:
  explicit VerdictCache(std::size_t max_entries);

  // Find is null if there is nothing. Never allocates.
  std::shared_ptr<const Judgement> Find(const Hash& key);

  void Insert(const Hash& key, std::shared_ptr<const Judgement> judgement);

  // IsNewsAt says whether `host` was not reported with this entry within the last hour, and takes
  // it as reported from now on. True for what is not in the cache. The clock may jump.
  bool IsNewsAt(const Hash& key, std::string_view host, std::uint64_t now_ms);

  // ForgetNews takes that back: it could not be sent.
  void ForgetNews(const Hash& key);

  // Clear drops all: entries of an older log list are never found again and hold it in memory.
  void Clear();

 private:
  struct Entry {
    Hash key = {};
    std::shared_ptr<const Judgement> judgement;  // null: the entry is free
    std::uint64_t last_use = 0;                  // by num_uses_
    bool is_reported = false;
    std::uint64_t reported_ms = 0;
    std::uint64_t reported_host = 0;  // its hash
  };

  std::span<Entry> GroupOf(const Hash& key);
  Entry* FindEntry(const Hash& key);

  const std::size_t group_size_;
  const std::size_t num_groups_;
  ForkMutex mutex_;
  std::vector<Entry> entries_;  // one group after the other; empty until there is something in it
  std::uint64_t num_uses_ = 0;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_VERDICT_CACHE_H_
