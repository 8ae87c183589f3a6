// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One log's entry in a JSON list. Private to core/loglist.

#ifndef TATTLE_CORE_LOGLIST_LOG_ENTRY_H_
#define TATTLE_CORE_LOGLIST_LOG_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/loglist/log_list.h"

namespace tattle {

// DecodeLogEntry reads one element of `logs` or `tiled_logs`; who runs it is left to the caller.
Result<Log> DecodeLogEntry(json::Value entry, LogKind kind);

// SetLogKey fills in the key and the id that follows from it. Fails with kBadEncoding or
// kUnsupportedAlgorithm, as a log may sign with ECDSA P-256 or RSA only (RFC 6962, Section 2.1.4).
Result<void> SetLogKey(Log& log, ByteVector spki);

// FindLogTime reads the member `key` as a time: nothing when it is not there, kBadEncoding or
// kOutOfRange with `field` when it is no time.
Result<std::optional<std::uint64_t>> FindLogTime(json::Value object, std::string_view key,
                                                 const char* field);

// FindLogId reads the member `log_id`. Fails with kMissing, kBadEncoding or kBadLength.
Result<LogId> FindLogId(json::Value object);

}  // namespace tattle

#endif  // TATTLE_CORE_LOGLIST_LOG_ENTRY_H_
