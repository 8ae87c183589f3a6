// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What passed between a process and a web server by way of gossip, as one datagram to tattled. It
// goes the way of observations, and is told from them by its first bytes.

#ifndef TATTLE_PLUGIN_RUNTIME_GOSSIP_NOTE_H_
#define TATTLE_PLUGIN_RUNTIME_GOSSIP_NOTE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "plugin/runtime/fork_mutex.h"

namespace tattle {

enum class GossipSaid : std::uint8_t {
  kEnabled = 1,  // values of TransGossipEnabled, comma-separated: DecodeTransGossipEnabled
  kHeader = 2,   // values of TransGossip, comma-separated: DecodeTransGossip
  kHeads = 3,    // the answer to a POST of heads: DecodeHeads
  kOffered = 4,  // nothing: heads of the outbox were sent to it, or are about to be
};

// GossipNote holds what was said as it came: nothing of it has been looked at. The host is the name
// that was contacted over HTTPS with a chain that was valid for it; anybody who may write to the
// socket can say so.
struct GossipNote {
  std::uint64_t seen_ms = 0;
  GossipSaid what = GossipSaid::kEnabled;
  std::string host;
  ByteVector said;

  friend bool operator==(const GossipNote&, const GossipNote&) = default;
};

// EncodeGossipNote is nothing if it would be larger than kMaxObservationSize, the host is no host's
// name, or something is said with kOffered.
std::optional<ByteVector> EncodeGossipNote(const GossipNote& note);

// DecodeGossipNote reads one datagram of any process. Fails with kBadEncoding in the field
// "gossip_note.magic" for a datagram of another kind.
Result<GossipNote> DecodeGossipNote(Bytes datagram);

// ToldNotes remembers what was told within an hour, as far as it has room; kOffered is always news.
// Thread-safe and fork-safe.
class ToldNotes {
 public:
  // IsNews says whether it is to be told now, and takes it for told.
  bool IsNews(const GossipNote& note);

  // Forget takes that back.
  void Forget(const GossipNote& note);

 private:
  // A server that a program talks to says the same each time; of two that meet in one place the
  // older is forgotten, and told again.
  static constexpr std::size_t kPlaces = 256;
  struct Place {
    std::uint64_t key = 0;
    std::uint64_t told_ms = 0;
  };

  ForkMutex mutex_;
  std::array<Place, kPlaces> places_ = {};
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_GOSSIP_NOTE_H_
