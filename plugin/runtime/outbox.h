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
// kMaxOutboxSize and with kInvalidArgument if the hosts are not sorted or not in lower case.
Result<ByteVector> EncodeOutbox(const Outbox& outbox);

// DecodeOutbox reads a whole file.
Result<Outbox> DecodeOutbox(Bytes file);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_OUTBOX_H_
