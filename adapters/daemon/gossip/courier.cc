// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/courier.h"

#include <chrono>
#include <utility>

namespace tattle::daemon {
namespace {

// How often to look at the clock. Nothing that is due wants more.
constexpr std::chrono::milliseconds kCourierTick{500};

CourierPlan StoppedBy(CourierPlan plan, const std::stop_source& stop) {
  plan.http.stop = stop.get_token();
  return plan;
}

std::size_t SizeOfNote(const GossipNote& note) {
  return sizeof note + note.host.size() + note.said.size();
}

}  // namespace

GossipCourier::GossipCourier(CourierParts parts, CourierPlan plan)
    : counts_(parts.counts), work_(std::move(parts), StoppedBy(std::move(plan), stop_)) {
  work_.RenewOutbox();  // it is there when we say that we are ready
  thread_ = std::thread([this] { Run(); });
}

GossipCourier::~GossipCourier() {
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
  }
  changed_.notify_all();
  thread_.join();
}

// TakeOffer drops nothing: what is forgotten would be offered to that host again.
void GossipCourier::TakeOffer(GossipNote note) {
  if (!work_.IsOffering(note.host)) {
    counts_.Add(Count::kGossipNotes);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    offered_.insert(std::move(note.host));
  }
  changed_.notify_all();
}

void GossipCourier::TakeNote(GossipNote note) {
  if (note.what == GossipSaid::kOffered) {
    return TakeOffer(std::move(note));
  }
  const std::size_t size = SizeOfNote(note);
  {
    const std::lock_guard lock(mutex_);
    if (note_bytes_ + size > kMaxNoteBytes) {
      counts_.Add(Count::kGossipNotes);
      counts_.Add(Count::kGossipNotesDropped);
      return;
    }
    note_bytes_ += size;
    notes_.push_back(std::move(note));
  }
  changed_.notify_all();
}

bool GossipCourier::SendSoon(const std::string& site) {
  {
    const std::lock_guard lock(mutex_);
    if (wanted_.size() == kMaxWanted) {
      return false;
    }
    wanted_.push_back(site);
  }
  changed_.notify_all();
  return true;
}

// Wait is false when it is time to stop.
bool GossipCourier::Wait(bool is_busy) {
  std::unique_lock lock(mutex_);
  if (!is_busy) {
    changed_.wait_for(lock, kCourierTick, [this] {
      return stop_.stop_requested() || !notes_.empty() || !offered_.empty() || !wanted_.empty();
    });
  }
  return !stop_.stop_requested();
}

void GossipCourier::TakeWaiting() {
  std::deque<GossipNote> notes;
  std::set<std::string> offered;
  std::string site;
  {
    const std::lock_guard lock(mutex_);
    offered.swap(offered_);
    notes.swap(notes_);
    note_bytes_ = 0;
    if (!wanted_.empty()) {
      site = std::move(wanted_.front());
      wanted_.pop_front();
    }
  }
  for (const std::string& host : offered) {
    work_.TakeNote({0, GossipSaid::kOffered, host, {}});
  }
  for (auto note = notes.begin(); note != notes.end() && !stop_.stop_requested(); ++note) {
    work_.TakeNote(*note);
  }
  if (!site.empty() && !stop_.stop_requested()) {
    work_.SendTo(site);
  }
}

void GossipCourier::Run() {
  bool is_busy = true;
  while (Wait(is_busy)) {
    TakeWaiting();
    is_busy = work_.Step();
  }
  TakeWaiting();  // what was offered is not to be offered again by whoever comes after us
}

}  // namespace tattle::daemon
