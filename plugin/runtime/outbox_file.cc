// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/outbox_file.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "plugin/runtime/bounds.h"
#include "plugin/runtime/host_name.h"

namespace tattle {
namespace {

constexpr std::uint64_t kLookEveryMs = 5'000;

// A file that was made so soon after an offer may be of before tattled heard of it. What it has for
// the host in truth waits for the next one.
constexpr std::uint64_t kHearingMs = 10'000;

// Find is the host's entry, or null.
const OutboxHost* Find(const Outbox& outbox, const std::string& host) {
  const auto found = std::lower_bound(
      outbox.hosts.begin(), outbox.hosts.end(), host,
      [](const OutboxHost& entry, const std::string& wanted) { return entry.host < wanted; });
  return found == outbox.hosts.end() || found->host != host ? nullptr : &*found;
}

bool IsOfBefore(const Outbox& outbox, std::uint64_t offered_ms) {
  return outbox.made_ms < offered_ms || outbox.made_ms - offered_ms < kHearingMs;
}

// Open is null for a file that is broken, which is read no more until it is replaced.
std::shared_ptr<const Outbox> Open(Bytes file) {
  Result<Outbox> outbox = DecodeOutbox(file);
  if (!outbox) {
    return nullptr;
  }
  return std::make_shared<const Outbox>(*std::move(outbox));
}

}  // namespace

OutboxFile::OutboxFile(std::string path) : path_(std::move(path)) {}

std::vector<OutboxHead> OutboxFile::HeadsFor(std::string_view host, std::uint64_t now_ms) {
  if (path_.empty()) {
    return {};
  }
  const std::shared_ptr<const Outbox> outbox = Get(now_ms);
  if (outbox == nullptr || now_ms >= outbox->expires_ms) {
    return {};
  }
  const std::string name = CanonicalHost(host);
  const OutboxHost* const found = Find(*outbox, name);
  return found == nullptr || WasOffered(name, *outbox) ? std::vector<OutboxHead>() : found->heads;
}

bool OutboxFile::WasOffered(const std::string& host, const Outbox& outbox) {
  const std::lock_guard lock(mutex_);
  const auto offered = offered_ms_.find(host);
  return offered != offered_ms_.end() && IsOfBefore(outbox, offered->second);
}

void OutboxFile::NoteOffered(std::string_view host, std::uint64_t now_ms) {
  const std::string name = CanonicalHost(host);
  const std::lock_guard lock(mutex_);
  if (outbox_ != nullptr && Find(*outbox_, name) != nullptr) {
    offered_ms_[name] = now_ms;
  }
}

std::shared_ptr<const Outbox> OutboxFile::Get(std::uint64_t now_ms) {
  if (TakeTurn(now_ms)) {
    Look();
  }
  const std::lock_guard lock(mutex_);
  return outbox_;
}

// TakeTurn gives the turn to look at the file to one thread in five seconds. A turn is not handed
// back: a child that was forked while a thread of its parent was reading takes the next one. A
// clock that was set back is taken for one that went on.
bool OutboxFile::TakeTurn(std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (looked_ms_ && std::max(now_ms, *looked_ms_) - std::min(now_ms, *looked_ms_) < kLookEveryMs) {
    return false;
  }
  looked_ms_ = now_ms;
  return true;
}

// Look reads the file if it is another one. If two threads are at it, since one took longer than a
// turn, the older file may win; the next turn finds that it is not the one at the path.
void OutboxFile::Look() {
  const std::optional<FileIdentity> identity = FindIdentity(path_);
  {
    const std::lock_guard lock(mutex_);
    if (identity && identity == identity_) {
      return;
    }
  }
  std::shared_ptr<const Outbox> outbox;
  std::optional<FileIdentity> read;
  if (const auto content = ReadRegularFile(path_, kMaxOutboxSize)) {
    outbox = Open(content->bytes);
    read = content->identity;
  }
  const std::lock_guard lock(mutex_);
  outbox_.swap(outbox);  // what was there is released behind the lock
  if (outbox_ != nullptr) {
    std::erase_if(offered_ms_,
                  [this](const auto& one) { return !IsOfBefore(*outbox_, one.second); });
  }
  identity_ = read;
}

}  // namespace tattle
