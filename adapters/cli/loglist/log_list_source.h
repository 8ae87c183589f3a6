// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Where the commands take their log list from.

#ifndef TATTLE_ADAPTERS_CLI_LOGLIST_LOG_LIST_SOURCE_H_
#define TATTLE_ADAPTERS_CLI_LOGLIST_LOG_LIST_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

struct LoadedLogList {
  std::shared_ptr<const LogList> list;
  std::string origin;  // the file's path, or "built-in"
};

// LoadLogList takes `path` if it is not empty, else the file that TATTLE_LOG_LIST names, else
// /var/lib/tattle/log_list.json if it exists, else the list that is built in. A file that is named
// or exists but cannot be used is an error, never a reason to take another. The keys that the
// built-in list denies are denied in every list. The error is a sentence for people: what, where
// and what to do.
Outcome<LoadedLogList> LoadLogList(const std::string& path);

// ReadListFile reads the bytes of a list, unjudged.
Outcome<ByteVector> ReadListFile(const std::string& path);

// InstalledLogListPath is the file that LoadLogList looks for when no path is given.
std::string InstalledLogListPath();

// DescribeLogList is a list in a line: "PATH, version 1.0, of 2026-08-20T00:00:00Z".
std::string DescribeLogList(const LogList& list, const std::string& origin);

// WarnAboutLogList tells stderr what a person should know before trusting the list's answers:
// entries that were skipped, and that the list is stale, with what follows from it.
void WarnAboutLogList(const LogList& list, const std::string& origin, std::uint64_t now_ms,
                      OnStale on_stale = OnStale::kLenient);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_LOGLIST_LOG_LIST_SOURCE_H_
