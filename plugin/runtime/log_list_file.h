// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The log list on disk, read again when it was replaced.

#ifndef TATTLE_PLUGIN_RUNTIME_LOG_LIST_FILE_H_
#define TATTLE_PLUGIN_RUNTIME_LOG_LIST_FILE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "plugin/runtime/fork_mutex.h"
#include "plugin/runtime/trusted_list.h"

namespace tattle {

inline constexpr const char* kDefaultLogListFile = "/var/lib/tattle/log_list.json";

// LogListFile is thread-safe and fork-safe.
class LogListFile {
 public:
  // Snapshot is what there is now.
  struct Snapshot {
    std::shared_ptr<const TrustedList> list;     // null: none could be read
    std::shared_ptr<const std::string> problem;  // a sentence; null: none. Both may be there: the
                                                 // file broke, and the list of before goes on
  };

  // Loads at once. `configured` is the key log_list of the configuration; if it is empty the places
  // in config.h are tried. A default file that is missing is no problem, a named one is. A list
  // that is there and broken is one in every case: the pinned list does not step in for it.
  explicit LogListFile(const std::string& configured);

  // For a list that the program brought itself: there is no file then.
  explicit LogListFile(TrustedList list);

  LogListFile(const LogListFile&) = delete;
  LogListFile& operator=(const LogListFile&) = delete;

  // Get looks for a new file (by device, inode, size and time of change) at most once a second of
  // `now_ms`; one thread does, the others take what there is. A file that cannot be opened any more
  // (chroot, other user) or is broken leaves the list as it is, and is a problem.
  Snapshot Get(std::uint64_t now_ms);
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_LOG_LIST_FILE_H_
