// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The outbox on disk, read again when it was replaced.

#ifndef TATTLE_PLUGIN_RUNTIME_OUTBOX_FILE_H_
#define TATTLE_PLUGIN_RUNTIME_OUTBOX_FILE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/runtime/file.h"
#include "plugin/runtime/fork_mutex.h"
#include "plugin/runtime/outbox.h"

namespace tattle {

// OutboxFile is thread-safe and fork-safe. The file is read and not mapped: one that shrinks under
// a mapping would kill the program.
class OutboxFile {
 public:
  // An empty path: there are never heads. Nothing is read before the first question.
  explicit OutboxFile(std::string path);
  OutboxFile(const OutboxFile&) = delete;
  OutboxFile& operator=(const OutboxFile&) = delete;

  // HeadsFor are the heads to offer this host; none if it is not willing, if the file is missing,
  // broken or out of date, or if they were offered (NoteOffered). Looks for a new file at most once
  // in five seconds of `now_ms`.
  std::vector<OutboxHead> HeadsFor(std::string_view host, std::uint64_t now_ms);

  // NoteOffered: what there is for this host is on its way there. None of it is given again, before
  // there is a file that tattled has made after it heard of that.
  void NoteOffered(std::string_view host, std::uint64_t now_ms);

 private:
  bool WasOffered(const std::string& host, const Outbox& outbox);
  std::shared_ptr<const Outbox> Get(std::uint64_t now_ms);
  bool TakeTurn(std::uint64_t now_ms);
  void Look();

  const std::string path_;
  ForkMutex mutex_;
  std::shared_ptr<const Outbox> outbox_;  // null: there is none that can be used
  std::optional<FileIdentity> identity_;  // of the file that was read last, also of a broken one
  std::optional<std::uint64_t> looked_ms_;
  // When what was offered, by host; of hosts that the file has, or one of seconds ago had.
  std::map<std::string, std::uint64_t> offered_ms_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_OUTBOX_FILE_H_
