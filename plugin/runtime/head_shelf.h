// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads that a server has at hand, and what it gives of them.

#ifndef TATTLE_PLUGIN_RUNTIME_HEAD_SHELF_H_
#define TATTLE_PLUGIN_RUNTIME_HEAD_SHELF_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/heads.h"
#include "core/gossip/mix.h"
#include "core/gossip/select_heads.h"
#include "core/loglist/log_list.h"
#include "plugin/runtime/gossip_message.h"

namespace tattle {

// HeadShelf is immutable once all is on it.
class HeadShelf {
 public:
  explicit HeadShelf(std::shared_ptr<const LogList> logs) : logs_(std::move(logs)) {}

  // Put adds a head record, unless it is none, or its log is not in the list or denied.
  void Put(Bytes record, bool is_conflicting);

  std::size_t num_heads() const { return heads_.size(); }

  // Draw writes a message of at most `max_heads` heads that a pool may give, none that `brought`
  // (or null) has. Fails as SelectHeads and EncodeHeads.
  Result<std::string> Draw(HeadDialect dialect, std::size_t max_heads, const GossipMessage* brought,
                           std::uint64_t now_ms, const DrawUint64& draw) const;

 private:
  std::shared_ptr<const LogList> logs_;
  std::vector<GossipHead> heads_;
  std::vector<HeadCandidate> candidates_;  // one each
};

// EncodeHeadRecords writes a message of these records. Fails as DecodeHeadRecord and EncodeHeads.
Result<std::string> EncodeHeadRecords(HeadDialect dialect, std::span<const Bytes> records);

// EncodeFeedbackRecords writes a message of these records, in the newest dialect. Fails as
// DecodeFeedbackRecord and EncodeFeedback.
Result<std::string> EncodeFeedbackRecords(std::span<const Bytes> records);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_HEAD_SHELF_H_
