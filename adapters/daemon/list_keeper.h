// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Keeps the log list fresh: fetches a newer one with its signature, and puts it in force.

#ifndef TATTLE_ADAPTERS_DAEMON_LIST_KEEPER_H_
#define TATTLE_ADAPTERS_DAEMON_LIST_KEEPER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/crypto/public_key.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/list_signature.h"
#include "plugin/service/log_list_update.h"

namespace tattle::daemon {

struct ListKeeperOptions {
  std::string url;          // the signature is at one of SignatureUrls
  std::string key_file;     // PEM
  std::string destination;  // the file that is replaced
};

// ReadListKey reads the key that signs lists. Fails with a sentence that begins with the path.
Outcome<std::shared_ptr<const PublicKey>> ReadListKey(const std::string& path);

// FetchLogList fetches list and signature, verifies, and updates as `tattle loglist update` does.
// Fails with a sentence; the file is left as it is then, as it is where the list is refused.
Outcome<LogListUpdate> FetchLogList(const ListKeeperOptions& options, const Fetch& fetch,
                                    std::uint64_t now_ms);

// NextFetch is how long to wait after so many failures in a row: six hours after none, a quarter of
// an hour after the first, and twice as long after each.
std::chrono::minutes NextFetch(unsigned failures);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_LIST_KEEPER_H_
