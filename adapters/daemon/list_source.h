// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ListSource: the log list of this moment, for all threads of the daemon.

#ifndef TATTLE_ADAPTERS_DAEMON_LIST_SOURCE_H_
#define TATTLE_ADAPTERS_DAEMON_LIST_SOURCE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/journal.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/log_list_file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/session_line.h"

namespace tattle::daemon {

// ListSource is thread-safe. It reads the file again when it was replaced, and says what is wrong.
class ListSource {
 public:
  // `configured` is the key log_list, `on_stale` what follows for verdicts. Borrows the journal.
  ListSource(const std::string& configured, Clock clock, Journal& journal,
             OnStale on_stale = OnStale::kLenient)
      : clock_(std::move(clock)),
        journal_(journal),
        on_stale_(on_stale),
        file_(std::make_shared<LogListFile>(configured)) {}

  void SetOnStale(OnStale on_stale) { on_stale_ = on_stale; }

  // CheckNext looks at the file that Reset is to take. Fails with a sentence where that has no list
  // to judge by, and there is one now. Where there is none now, nothing is lost by it.
  Outcome<void> CheckNext(const std::string& configured) {
    const std::uint64_t now_ms = clock_();
    const LogListFile::Snapshot next = LogListFile(configured).Get(now_ms);
    if (next.list != nullptr || File()->Get(now_ms).list == nullptr) {
      return {};
    }
    return Sorry(*next.problem);
  }

  // Reset takes another file from now on.
  void Reset(const std::string& configured) {
    const std::lock_guard lock(mutex_);
    file_ = std::make_shared<LogListFile>(configured);
  }

  // Get is null if there is no list.
  std::shared_ptr<const LogList> Get() {
    const std::uint64_t now_ms = clock_();
    const LogListFile::Snapshot snapshot = File()->Get(now_ms);
    if (snapshot.problem != nullptr) {
      journal_.Complain("log list", WithoutSubject(*snapshot.problem));
    } else {
      journal_.Settle("log list");
    }
    if (snapshot.list != nullptr && snapshot.list->logs->IsStaleAt(now_ms)) {
      journal_.Complain("log list's date", DescribeStaleList(*snapshot.list->logs, on_stale_));
    } else {
      journal_.Settle("log list's date");
    }
    return snapshot.list == nullptr ? nullptr : snapshot.list->logs;
  }

 private:
  // WithoutSubject leaves out what the subject says already.
  static std::string WithoutSubject(const std::string& problem) {
    constexpr std::size_t kLen = std::string_view("log list: ").size();
    return problem.starts_with("log_list: ") || problem.starts_with("log list: ")
               ? problem.substr(kLen)
               : problem;
  }

  std::shared_ptr<LogListFile> File() {
    const std::lock_guard lock(mutex_);
    return file_;
  }

  const Clock clock_;
  Journal& journal_;
  std::atomic<OnStale> on_stale_;
  std::mutex mutex_;
  std::shared_ptr<LogListFile> file_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_LIST_SOURCE_H_
