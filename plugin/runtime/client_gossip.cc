// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client carries between web servers and tattled.

#include <optional>

#include "plugin/runtime/bounds.h"
#include "plugin/runtime/client.h"
#include "plugin/runtime/host_name.h"

namespace tattle {

std::vector<OutboxHead> Client::HeadsFor(std::string_view host, std::uint64_t now_ms) {
  return outbox_.HeadsFor(host, now_ms);
}

void Client::NoteGossip(std::string_view host, GossipSaid what, Bytes said, std::uint64_t now_ms) {
  if (what == GossipSaid::kOffered) {
    outbox_.NoteOffered(host, now_ms);  // also where tattled does not hear of it
  }
  if (config_.observe_socket.empty() || host.size() > kMaxHostName + 1 ||
      said.size() > kMaxObservationSize) {
    return;
  }
  if (!observations_.MaySend(now_ms)) {
    return Drop();
  }
  const GossipNote note = {now_ms, what, CanonicalHost(host), ToVector(said)};
  const std::optional<ByteVector> datagram = EncodeGossipNote(note);
  if (!datagram || !told_notes_.IsNews(note)) {
    return;
  }
  if (!observations_.Send(*datagram, now_ms)) {
    told_notes_.Forget(note);
    return Drop();
  }
  counters_.Add(Counter::kObservationsSent);
  drop_said_.store(false, std::memory_order_relaxed);
}

}  // namespace tattle
