// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What programs find in the outbox, and have taken out of it.

#include <algorithm>
#include <utility>

#include "adapters/daemon/gossip/courier_work.h"
#include "adapters/daemon/gossip/outbox_writer.h"
#include "plugin/gossip/outbox_plan.h"

namespace tattle::daemon {
namespace {

// How old the file may be where nothing has changed.
constexpr std::uint64_t kWriteMs = kOutboxAgeMs / 6;

bool IsSameHead(const OutboxHead& a, const OutboxHead& b) {
  return a.log_id == b.log_id && a.sth.head == b.sth.head;
}

bool IsSameHost(const OutboxHost& a, const OutboxHost& b) {
  return a.host == b.host &&
         std::equal(a.heads.begin(), a.heads.end(), b.heads.begin(), b.heads.end(), IsSameHead);
}

std::set<std::string> NamesOf(const std::vector<OutboxHost>& hosts) {
  std::set<std::string> names;
  for (const OutboxHost& one : hosts) {
    names.insert(one.host);
  }
  return names;
}

}  // namespace

// TakeOffered remembers what was carried also where the pool cannot be written: what is offered
// again tells the host that it has met the same machine twice.
void CourierWork::TakeOffered(const std::string& host, std::uint64_t now_ms) {
  const bool is_in_file = std::any_of(written_.begin(), written_.end(),
                                      [&](const OutboxHost& one) { return one.host == host; });
  if (!is_in_file) {
    return;
  }
  has_news_ = true;
  carried_ms_.emplace(host, now_ms);
  Say("gossip notes", NoteAllCarried());
}

// NoteAllCarried brings the pool up to date.
Outcome<void> CourierWork::NoteAllCarried() {
  for (auto one = carried_ms_.begin(); one != carried_ms_.end();) {
    if (Outcome<void> done = NoteCarried(parts_.pool, one->first, one->second); !done) {
      return done;
    }
    one = carried_ms_.erase(one);
  }
  return {};
}

void CourierWork::RenewOutbox() {
  const std::shared_ptr<const LogList> logs = parts_.list();
  renewed_ms_ = parts_.clock();
  has_news_ = false;
  if (!carried_ms_.empty()) {
    Say("gossip notes", NoteAllCarried());
  }
  Say("outbox", WriteRenewed(logs.get(), renewed_ms_));
}

Outcome<void> CourierWork::WriteRenewed(const LogList* logs, std::uint64_t now_ms) {
  if (plan_.outbox.empty()) {
    return {};
  }
  if (logs == nullptr) {
    return WriteHosts({}, now_ms);
  }
  const CourierSettings& settings = plan_.settings;
  auto hosts =
      tattle::RenewOutbox(parts_.pool, *logs, plan_.side,
                          settings.servers.size() + settings.auditors.size(), now_ms, parts_.draw);
  if (!hosts) {
    // The file on disk expires; what else it offers is still for these hosts alone.
    const Outcome<void> taken_out = TakeOutCarried();
    return taken_out ? Sorry(hosts.error()) : taken_out;
  }
  std::erase_if(*hosts, [&](const OutboxHost& one) { return carried_ms_.contains(one.host); });
  num_hosts_ = hosts->size();
  return WriteHosts(*std::move(hosts), now_ms);
}

// TakeOutCarried leaves the file as it is but for those hosts: it expires no later.
Outcome<void> CourierWork::TakeOutCarried() {
  std::vector<OutboxHost> left = written_;
  std::erase_if(left, [&](const OutboxHost& one) { return carried_ms_.contains(one.host); });
  if (left.size() == written_.size()) {
    return {};
  }
  return WriteFile(std::move(left), written_ms_);
}

Outcome<void> CourierWork::WriteHosts(std::vector<OutboxHost> hosts, std::uint64_t now_ms) {
  const bool is_same =
      std::equal(hosts.begin(), hosts.end(), written_.begin(), written_.end(), IsSameHost);
  if (is_same && !IsPast(written_ms_, now_ms, kWriteMs)) {
    return {};
  }
  return WriteFile(std::move(hosts), now_ms);
}

bool CourierWork::IsOffering(const std::string& host) const {
  const std::lock_guard lock(mutex_);
  return offering_.contains(host);
}

void CourierWork::SetOffering(std::set<std::string> hosts) {
  const std::lock_guard lock(mutex_);
  offering_ = std::move(hosts);
}

// WriteFile: programs may read the new file before we have heard that it is there, and of one that
// could not be written nobody knows what became of it.
Outcome<void> CourierWork::WriteFile(std::vector<OutboxHost> hosts, std::uint64_t made_ms) {
  const std::set<std::string> names = NamesOf(hosts);
  std::set<std::string> both = NamesOf(written_);
  both.insert(names.begin(), names.end());
  SetOffering(std::move(both));
  Outcome<void> written = WriteOutbox(plan_.outbox, hosts, made_ms);
  if (!written) {
    parts_.counts.Add(Count::kFileFailures);
    return written;
  }
  SetOffering(names);
  parts_.counts.Add(Count::kFilesWritten);
  written_ = std::move(hosts);
  written_ms_ = made_ms;
  return {};
}

}  // namespace tattle::daemon
