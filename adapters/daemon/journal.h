// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Journal: what the daemon says to whoever runs it, a line at a time.

#ifndef TATTLE_ADAPTERS_DAEMON_JOURNAL_H_
#define TATTLE_ADAPTERS_DAEMON_JOURNAL_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/counts.h"
#include "plugin/runtime/log_line.h"
#include "plugin/runtime/syslog.h"

namespace tattle::daemon {

// JournalOptions say where lines go: to the syslog socket if there is one, else to a descriptor.
struct JournalOptions {
  std::string syslog;           // path; empty: none
  int fd = 2;                   // borrowed
  bool has_priorities = false;  // lines begin with "<3>", as the journal of systemd reads them
};

// Journal is thread-safe. At most 30 lines of a level are written in ten seconds; what is left out
// is counted, and said when these are over.
class Journal {
 public:
  Journal(JournalOptions options, Clock clock, Counts& counts);

  void Info(std::string_view line) { Write(LogLevel::kInfo, line); }
  void Warning(std::string_view line) { Write(LogLevel::kWarning, line); }
  void Error(std::string_view line) { Write(LogLevel::kError, line); }
  void Write(LogLevel level, std::string_view line);

  // SayLost says how many lines were not written, of times that are over. So does Write; this is
  // for when nothing is to be written.
  void SayLost() { SayLostAt(clock_()); }

  // Complain notes a problem that lasts, and says it unless it was said already. `subject` is what
  // has it, such as "pool".
  void Complain(const std::string& subject, const std::string& sentence);

  // Settle says that the problem of a subject is over, if there was one, and in which words.
  void Settle(const std::string& subject, std::string_view sentence = "works again");

  // Problems are those of this moment: "pool: /var/lib/tattle/pool: is full".
  std::vector<std::string> Problems() const;

  // last_lost_ms is when a line was lost; 0: never.
  std::uint64_t last_lost_ms() const { return last_lost_ms_; }

  // ToLogLine writes what a Client says; `arg` is the Journal.
  static void ToLogLine(void* arg, std::int32_t level, const char* line);

 private:
  struct Window {
    std::uint64_t number = 0;
    std::uint32_t lines = 0;
  };

  bool IsWithinRate(LogLevel level, std::uint64_t now_ms);
  bool Put(LogLevel level, std::string_view text, std::uint64_t now_ms);
  void NoteLost(std::uint64_t number, std::uint64_t now_ms);
  void SayLostAt(std::uint64_t now_ms);

  const JournalOptions options_;
  const Clock clock_;
  Counts& counts_;
  Syslog syslog_;
  std::atomic<std::uint64_t> last_lost_ms_ = 0;
  mutable std::mutex mutex_;
  std::array<Window, 4> windows_;  // by level
  std::uint64_t num_lost_ = 0;     // and not said yet
  std::uint64_t lost_window_ = 0;  // the number of the last window in which there was one
  std::map<std::string, std::string> problems_;
};

// OneLine makes text from outside fit for a line: control characters become "?", and what is longer
// than `max_len` bytes is cut.
std::string OneLine(std::string_view text, std::size_t max_len = 400);

// SayTo is a function that writes lines; it borrows the journal.
inline auto SayTo(Journal& journal) {
  return [&journal](LogLevel level, const std::string& line) { journal.Write(level, line); };
}

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_JOURNAL_H_
