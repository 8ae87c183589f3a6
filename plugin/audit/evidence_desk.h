// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// EvidenceDesk: where claims become evidence. Nothing is stored that does not hold.

#ifndef TATTLE_PLUGIN_AUDIT_EVIDENCE_DESK_H_
#define TATTLE_PLUGIN_AUDIT_EVIDENCE_DESK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/loglist/log_list.h"
#include "plugin/audit/evidence.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/log_line.h"

namespace tattle {

// Pieces of one kind, of one weight, against one log. A log that lies once an hour is convicted by
// the first of them, and evidence is never evicted.
inline constexpr std::size_t kMaxEvidenceOfAKind = 16;

// What became of a claim that holds.
enum class Filed : std::uint8_t { kNew = 1, kKnown, kNoRoom };

// EvidenceDesk is thread-safe.
class EvidenceDesk {
 public:
  using Say = std::function<void(LogLevel, const std::string&)>;

  EvidenceDesk(Pool& pool, Say say) : pool_(pool), say_(std::move(say)) {}

  // Weigh checks a claim against the log as it is listed; nothing where it does not hold.
  static std::optional<Weight> Weigh(const Claim& claim, const Log& log);

  // File checks, stores and tells of a claim, and says whether it is new. One that does not hold is
  // dropped and counted as "claims_dropped". Where there is no room for it, it is not even checked.
  PoolResult<bool> File(const Claim& claim, const Log& log,
                        std::span<const std::uint64_t> head_ids = {});

  // Keep stores and tells of a claim of which VerifyClaim has found this.
  PoolResult<Filed> Keep(const Claim& claim, const Finding& finding, const Log& log,
                         std::span<const std::uint64_t> head_ids = {});

  // HasRoomFor is false where no claim of this kind against the log would be kept any more.
  PoolResult<bool> HasRoomFor(ClaimKind kind, const Log& log);

  // SayLine tells the operator something about a log.
  void SayLine(LogLevel level, const Log& log, const std::string& line) const;

 private:
  using Shelf = std::pair<LogId, std::pair<std::string, bool>>;  // log, kind, is it conclusive

  PoolResult<bool> HasRoom(const Shelf& shelf);
  PoolResult<Filed> Store(const PooledEvidence& evidence, std::span<const std::uint64_t> head_ids);

  Pool& pool_;
  Say say_;
  std::mutex mutex_;
  std::optional<std::map<Shelf, std::size_t>> counts_;  // once they were read
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_EVIDENCE_DESK_H_
