// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The log list on disk, read again when it was replaced.

#ifndef TATTLE_PLUGIN_RUNTIME_LOG_LIST_FILE_H_
#define TATTLE_PLUGIN_RUNTIME_LOG_LIST_FILE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "plugin/runtime/file.h"
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
    std::uint64_t generation = 0;                // grows whenever one of them is another
  };

  // Loads at once. `configured` is the key log_list of the configuration; if it is empty the places
  // in config.h are tried. A default file that is missing is no problem, a named one is. A list
  // that is there and broken is one in every case: the pinned list does not step in for it.
  explicit LogListFile(const std::string& configured,
                       const std::string& default_file = kDefaultLogListFile);

  // For a list that the program brought itself: there is no file then.
  explicit LogListFile(TrustedList list);

  LogListFile(const LogListFile&) = delete;
  LogListFile& operator=(const LogListFile&) = delete;

  // Get looks for a new file (by device, inode, size and time of change) at most once a second of
  // `now_ms`; one thread does, the others take what there is. A file that cannot be opened any more
  // (chroot, other user), is broken, or whose list is dated before the one in use, leaves the list
  // as it is, and is a problem. Of lists of which one has no date the file's is taken.
  Snapshot Get(std::uint64_t now_ms);

 private:
  // Source is where the list is to come from.
  struct Source {
    std::string path;   // empty: there is no file
    std::string named;  // who says so: a problem begins with it
    bool may_be_missing = false;
  };

  // State is what is known of the file. It is replaced as a whole.
  struct State {
    Snapshot snapshot;
    std::optional<FileIdentity> identity;  // of the file that the snapshot tells of
    bool was_there = false;                // the file, at some time
  };

  explicit LogListFile(Source source);
  static Source FindSource(const std::string& configured, const std::string& default_file);
  State Look(const State& before) const;
  State Read(const State& before) const;
  State Complain(const State& before, const std::optional<FileIdentity>& identity,
                 const std::string& sentence, const std::string& advice = "") const;

  const Source source_;

  ForkMutex mutex_;  // guards what follows
  State state_;
  std::uint64_t looked_ms_ = 0;
  std::uint64_t pause_ms_ = 0;  // after looked_ms_, until somebody looks again
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_LOG_LIST_FILE_H_
