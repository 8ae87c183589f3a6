// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What flows back from tattled: for each willing host, the tree heads that are for it alone.

#ifndef TATTLE_PLUGIN_RUNTIME_OUTBOX_H_
#define TATTLE_PLUGIN_RUNTIME_OUTBOX_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/wire/tree_head.h"

namespace tattle {

struct OutboxHead {
  LogId log_id = {};
  SignedTreeHead sth;
};

// OutboxHost is one willing host, in lower case, and the heads to offer it.
struct OutboxHost {
  std::string host;
  std::vector<OutboxHead> heads;
};

struct Outbox {
  std::uint64_t made_ms = 0;
  std::uint64_t expires_ms = 0;   // nothing of it is offered from then on
  std::vector<OutboxHost> hosts;  // sorted by host, each once
};

// EncodeOutbox is the whole file, which tattled replaces atomically. Fails with kTooLarge beyond
// kMaxOutboxSize, kMaxOutboxHosts or kMaxOutboxHeads, and with kInvalidArgument for what
// DecodeOutbox would refuse: hosts that are not sorted or not as IsCanonicalHost has them, heads
// whose size or signature cannot be.
Result<ByteVector> EncodeOutbox(const Outbox& outbox);

// DecodeOutbox reads a whole file. Fails with kUnsupportedVersion for a later version, with
// kTooLarge beyond a bound, with kDuplicate for a host that stands twice, and as decoders do for
// what is no outbox. Signatures are not verified: no log list is here, and the file is tattled's.
Result<Outbox> DecodeOutbox(Bytes file);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_OUTBOX_H_
