// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/log_list_file.h"

#include <cstdlib>
#include <mutex>
#include <utility>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"

namespace tattle {
namespace {

constexpr const char* kVariable = "TATTLE_LOG_LIST";

constexpr std::uint64_t kPauseMs = 1'000;

// While a thread reads, the others leave it alone for so long. It may never come back: it ran out
// of memory, or it is a thread of the process that this one was forked from.
constexpr std::uint64_t kReadingMs = 10'000;

// Distance is how far apart two times are, whichever is the later: the clock may jump either way.
std::uint64_t Distance(std::uint64_t a, std::uint64_t b) {
  return a < b ? b - a : a - b;
}

// DescribeFault is why a list cannot judge; empty if it can.
std::string DescribeFault(const Result<TrustedList>& list) {
  if (!list) {
    return "is no log list that can be used (" + Describe(list.error()) + ")";
  }
  return list->logs->content().logs.empty() ? "knows no log" : "";
}

// DescribeAge says that a list is older than the one in use; empty if it is not, or one of them has
// no date.
std::string DescribeAge(const LogList& list, const LogList& in_use) {
  const std::optional<std::uint64_t>& date = list.content().timestamp_ms;
  const std::optional<std::uint64_t>& date_in_use = in_use.content().timestamp_ms;
  return date && date_in_use && *date < *date_in_use
             ? "of " + EncodeRfc3339(*date) + ", older than the one in use, of " +
                   EncodeRfc3339(*date_in_use)
             : "";
}

}  // namespace

LogListFile::Source LogListFile::FindSource(const std::string& configured,
                                            const std::string& default_file) {
  if (!configured.empty()) {
    return {configured, "log_list", false};
  }
  // secure_getenv: a program with more rights than its user must not read what the user says.
  const char* const named = secure_getenv(kVariable);
  if (named != nullptr && *named != '\0') {
    return {named, kVariable, false};
  }
  return {default_file, "log list", true};
}

LogListFile::LogListFile(const std::string& configured, const std::string& default_file)
    : LogListFile(FindSource(configured, default_file)) {}

LogListFile::LogListFile(Source source) : source_(std::move(source)), state_(Read({})) {}

LogListFile::LogListFile(TrustedList list) {
  state_.snapshot.list = std::make_shared<const TrustedList>(std::move(list));
}

LogListFile::Snapshot LogListFile::Get(std::uint64_t now_ms) {
  State before;
  {
    const std::lock_guard lock(mutex_);
    if (source_.path.empty() || Distance(now_ms, looked_ms_) < pause_ms_) {
      return state_.snapshot;
    }
    looked_ms_ = now_ms;
    pause_ms_ = kReadingMs;
    before = state_;
  }
  State after = Look(before);
  const std::lock_guard lock(mutex_);
  pause_ms_ = kPauseMs;
  const bool is_the_same = after.snapshot.list == state_.snapshot.list &&
                           after.snapshot.problem == state_.snapshot.problem;
  after.snapshot.generation = state_.snapshot.generation + (is_the_same ? 0 : 1);
  // The list of before is freed with `before`, outside the mutex.
  std::swap(state_, after);
  return state_.snapshot;
}

LogListFile::State LogListFile::Look(const State& before) const {
  const std::optional<FileIdentity> identity = FindIdentity(source_.path);
  return identity && identity == before.identity ? before : Read(before);
}

LogListFile::State LogListFile::Read(const State& before) const {
  const tl::expected<FileContent, FileError> content =
      ReadRegularFile(source_.path, kMaxLogListSize);
  if (!content && content.error().missing && source_.may_be_missing && !before.was_there) {
    if (before.snapshot.list != nullptr) {
      return before;
    }
    const Result<TrustedList> pinned = PinnedTrustedList();
    return pinned ? State{{std::make_shared<const TrustedList>(*pinned), nullptr}, {}, false}
                  : Complain(before, {}, "the built-in list " + DescribeFault(pinned));
  }
  if (!content) {
    return Complain(before, {}, content.error().sentence);
  }
  const std::shared_ptr<const TrustedList>& known = before.snapshot.list;
  if (known != nullptr && known->digest == Sha256Of(content->bytes)) {
    return State{{known, nullptr}, content->identity, true};
  }
  const Result<TrustedList> list = DecodeTrustedList(content->bytes);
  if (const std::string fault = DescribeFault(list); !fault.empty()) {
    return Complain(before, content->identity, source_.path + ": " + fault);
  }
  // Whoever brings back an old file would make us forget what a newer one says of logs; and in a
  // chroot there may be a copy that nobody replaces.
  if (const std::string age = known == nullptr ? "" : DescribeAge(*list->logs, *known->logs);
      !age.empty()) {
    return Complain(before, content->identity, source_.path + ": " + age, "; restart to go back");
  }
  return State{{std::make_shared<const TrustedList>(*list), nullptr}, content->identity, true};
}

// Complain keeps the list of before, and the problem too if it is the same, so that it is seen to
// be the same.
LogListFile::State LogListFile::Complain(const State& before,
                                         const std::optional<FileIdentity>& identity,
                                         const std::string& sentence,
                                         const std::string& advice) const {
  std::string text = source_.named + ": " + sentence;
  if (before.snapshot.list != nullptr) {
    text += "; the list from before stays in use" + advice;
  } else if (source_.may_be_missing) {  // nobody has named it, who would know where it is from
    text += "; get a good one by \"tattle loglist update\"";
  }
  std::shared_ptr<const std::string> problem = before.snapshot.problem;
  if (problem == nullptr || *problem != text) {
    problem = std::make_shared<const std::string>(std::move(text));
  }
  return State{{before.snapshot.list, std::move(problem)}, identity, true};
}

}  // namespace tattle
