// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The log list that Tattle brings along.
//
// It is Tattle's own and no copy: browser makers do not license their lists for enforcement
// elsewhere, and a list under a valid signature of theirs has been served with keys in it that are
// public. core/data/log_list.json holds keys, URLs, intervals and states of all logs as their
// operators and the programs of Apple, Google and Mozilla publish them; `sources` says for each
// where. It is read-only data and safe to use from any thread.

#ifndef TATTLE_CORE_DATA_PINNED_LOG_LIST_H_
#define TATTLE_CORE_DATA_PINNED_LOG_LIST_H_

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"

namespace tattle {

// PinnedLogListJson is the pinned list as v3 JSON. It lives as long as the program.
Bytes PinnedLogListJson();

// DecodeTrustedLogList is DecodeLogList for a list that is going to judge: the keys that the pinned
// list denies are denied whatever the list says, as a key that is public stays public.
Result<LogList> DecodeTrustedLogList(Bytes text);

}  // namespace tattle

#endif  // TATTLE_CORE_DATA_PINNED_LOG_LIST_H_
