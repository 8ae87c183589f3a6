// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Log lists from bytes.
//
// A list is made by somebody else and lives for months, so it is read with two measures. What
// decides about trust is read strictly: an entry whose id, key, state, operator history or interval
// cannot be made out is refused alone and named in `skipped`, and the rest of the list still loads.
// What only describes (description, URLs, merge delay) is taken where it can be read. Fields,
// states and types that we do not know are legal; a state that we do not know counts for nothing.

#ifndef TATTLE_CORE_LOGLIST_DECODE_H_
#define TATTLE_CORE_LOGLIST_DECODE_H_

#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"

namespace tattle {

// DecodeLogList reads a list in either format: JSON if the first character is a brace, OpenSSL's
// ctlog format (core/loglist/ctlog.h) if it has an `enabled_logs`. Fails with kUnsupportedFormat
// for anything else, and as the two decoders do.
Result<LogList> DecodeLogList(Bytes text);

// DecodeLogListJson reads the v3 JSON schema, and what Apple and Mozilla make of it. Fails for the
// document as a whole: with kTooLarge, with kBadEncoding or kDuplicate when it is not JSON or has a
// member that stands twice, with kMissing without `operators`, with kUnsupportedFormat for the v1
// schema, and for a date or a deny list that cannot be read.
Result<LogList> DecodeLogListJson(Bytes text);

// DecodeDeniedLogs reads nothing but the deny list of a JSON log list. Fails as DecodeLogListJson.
Result<std::vector<DeniedLog>> DecodeDeniedLogs(Bytes text);

}  // namespace tattle

#endif  // TATTLE_CORE_LOGLIST_DECODE_H_
