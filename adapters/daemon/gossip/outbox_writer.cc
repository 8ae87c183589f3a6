// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/outbox_writer.h"

#include <utility>

#include "plugin/runtime/outcome.h"
#include "plugin/service/replace_file.h"

namespace tattle::daemon {

Outcome<void> WriteOutbox(const std::string& path, std::vector<OutboxHost> hosts,
                          std::uint64_t now_ms) {
  const Result<ByteVector> file =
      EncodeOutbox(Outbox{now_ms, now_ms + kOutboxAgeMs, std::move(hosts)});
  if (!file) {
    return tl::unexpected(path + ": " + Describe(file.error()));
  }
  return ReplaceFile(path, *file);
}

}  // namespace tattle::daemon
