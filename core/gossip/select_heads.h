// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Who gets which heads. The rule, its argument and what it leaves open: core/gossip/README.md.

#ifndef TATTLE_CORE_GOSSIP_SELECT_HEADS_H_
#define TATTLE_CORE_GOSSIP_SELECT_HEADS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/mix.h"
#include "core/loglist/log_list.h"

namespace tattle {

// HeadOrigin is how a head came to us. One that came both ways is as it came first: whoever taught
// it to us would know it again.
enum class HeadOrigin : std::uint8_t {
  kOwn = 1,  // our own side fetched it from its log
  kLearnt,   // a web server, a peer or a client gave it to us
};

// HeadCandidate is a verified head, as far as it matters who may get it.
struct HeadCandidate {
  LogId log_id = {};
  std::uint64_t timestamp_ms = 0;
  HeadOrigin origin = HeadOrigin::kLearnt;
  bool is_conflicting = false;       // of a proven split view
  bool given_to_web_server = false;  // once, or it waits in an outbox for one
  bool given_to_auditor = false;
};

// HeadSide is for whom we speak. Servers and monitors have no user behind them.
enum class HeadSide : std::uint8_t { kClient = 1, kPool };

// HeadAudience is whom a client speaks to. A pool gives everybody the same.
enum class HeadAudience : std::uint8_t { kWebServer = 1, kAuditor };

struct HeadWish {
  HeadSide side = HeadSide::kClient;
  HeadAudience audience = HeadAudience::kWebServer;
  std::size_t max_heads = 0;
};

// MayGiveHead says whether the rule lets a head go out now.
bool MayGiveHead(const HeadCandidate& head, const HeadWish& wish, const LogList& logs,
                 std::uint64_t now_ms);

// SelectHeads chooses at most `max_heads` of those that may be given, as indexes of `heads`, each
// once. Conflicting heads come first, up to four of one log together, but leave a quarter of the
// places to others, if there are any: a log that lies must not silence gossip about the rest. The
// others are drawn a log at a time, so that a log with many heads does not crowd out one with few.
// Fails as `draw` does, and then nothing is to be sent.
[[nodiscard]] Result<std::vector<std::size_t>> SelectHeads(std::span<const HeadCandidate> heads,
                                                           const HeadWish& wish,
                                                           const LogList& logs,
                                                           std::uint64_t now_ms,
                                                           const DrawUint64& draw);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_SELECT_HEADS_H_
