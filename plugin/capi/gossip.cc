// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// gossip.h, "A client".

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <tattle/gossip.h>

#include "core/base/bytes.h"
#include "plugin/capi/enums.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/handle.h"
#include "plugin/runtime/client.h"
#include "plugin/runtime/gossip_note.h"
#include "plugin/runtime/offer.h"

namespace {

using tattle::Bytes;
using tattle::GossipSaid;
using tattle::Offer;
using tattle::capi::BytesFrom;
using tattle::capi::Failed;
using tattle::capi::Get;
using tattle::capi::Guard;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::Number;
using tattle::capi::Outcome;

static_assert(Number(GossipSaid::kEnabled) == TATTLE_GOSSIP_ENABLED);
static_assert(Number(GossipSaid::kHeader) == TATTLE_GOSSIP_HEADER);
static_assert(Number(GossipSaid::kHeads) == TATTLE_GOSSIP_HEADS);
static_assert(Number(GossipSaid::kOffered) == TATTLE_GOSSIP_OFFERED);

Outcome<Offer> LookUp(const tattle_client* client, const char* host, std::uint64_t now_ms) {
  const auto* shared = tattle_client::Open(client);
  if (shared == nullptr) {
    return Misused("client", "is no client");
  }
  if (host == nullptr) {
    return Misused("host");
  }
  tattle::Result<Offer> offer = tattle::MakeOffer((*shared)->HeadsFor(host, now_ms));
  if (!offer) {
    return Failed(offer.error());
  }
  return *std::move(offer);
}

}  // namespace

tattle_status tattle_heads_new(const tattle_client* client, tattle_heads** out, const char* host,
                               uint64_t now_ms, tattle_diag* diag) {
  return Make(out, diag, [=] { return LookUp(client, host, now_ms); });
}

void tattle_heads_free(tattle_heads* heads) {
  tattle::capi::Free(heads);
}

size_t tattle_heads_num(const tattle_heads* heads) {
  return Get(heads, size_t{0}, [](const Offer& offer) { return offer.num_heads; });
}

const char* tattle_heads_get0_header(const tattle_heads* heads) {
  return Get(heads, "", [](const Offer& offer) { return offer.header.c_str(); });
}

const char* tattle_heads_get0_body(const tattle_heads* heads) {
  return Get(heads, "", [](const Offer& offer) { return offer.body.c_str(); });
}

// Bytes cross as a pointer and a length.
// NOLINTNEXTLINE(readability-function-size)
void tattle_client_note_gossip(const tattle_client* client, const char* host, tattle_gossip what,
                               const uint8_t* said, size_t said_len, uint64_t now_ms) {
  Guard(0, 0, [=] {
    const auto* shared = tattle_client::Open(client);
    const Outcome<Bytes> bytes = BytesFrom(said, said_len, "said");
    if (shared != nullptr && host != nullptr && bytes && what >= TATTLE_GOSSIP_ENABLED &&
        what <= TATTLE_GOSSIP_OFFERED) {
      (*shared)->NoteGossip(host, static_cast<GossipSaid>(what), *bytes, now_ms);
    }
    return 0;
  });
}
