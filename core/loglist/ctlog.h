// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// OpenSSL's format of a log list (CTLOG_STORE_load_file):
//
//   enabled_logs = argon,xenon
//
//   [argon]
//   description = Google Argon
//   key = BASE64 of the DER SubjectPublicKeyInfo
//
// The file knows no states, operators or dates. Whoever makes one endorses every log that it
// enables, so each is read as `usable` since ever, and as run by an operator of its own: the name
// `operator`, which OpenSSL passes over and which our writer adds, or else the description. A rule
// that asks for different operators is thus only as good as those names. Without a date the list
// is never stale.

#ifndef TATTLE_CORE_LOGLIST_CTLOG_H_
#define TATTLE_CORE_LOGLIST_CTLOG_H_

#include <cstddef>
#include <string>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"

namespace tattle {

// DecodeLogListCtlog reads such a file: comments, sections, quotation marks and backslashes as
// OpenSSL does. What can't be read without guessing is refused for the whole file: variables,
// directives (.include) and lines continued with a backslash (kUnsupportedFormat), a section or
// name that stands twice (kDuplicate), anything else that is no such line (kBadEncoding, with the
// line's number in `offset`), a file without `enabled_logs` (kMissing). A log that is enabled but
// has no section or a key that cannot be used is skipped alone.
Result<LogList> DecodeLogListCtlog(Bytes text);

// CtlogText is a file, and how many logs of the list are not in it.
struct CtlogText {
  std::string text;
  std::size_t num_left_out = 0;
};

// EncodeLogListCtlog writes the logs that are qualified, usable or read-only, of type prod, and
// not denied. The others stay out, since to OpenSSL every log in the file is good, and it could not
// tell an SCT that a retired log stamped in its time from one stamped later.
CtlogText EncodeLogListCtlog(const LogList& list);

}  // namespace tattle

#endif  // TATTLE_CORE_LOGLIST_CTLOG_H_
