// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeGossipNote
// Property: an accepted datagram names a host and encodes to itself; no observation is one; with an
// offer nothing is said.

#include <cstddef>
#include <cstdint>

#include "fuzz/require.h"
#include "plugin/runtime/gossip_note.h"
#include "plugin/runtime/observation.h"

using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const tattle::Result<tattle::GossipNote> note = tattle::DecodeGossipNote(input);
  if (!note) {
    Require(note.error().offset <= size);
    return 0;
  }
  Require(!note->host.empty());
  Require(note->what != tattle::GossipSaid::kOffered || note->said.empty());
  Require(tattle::EncodeGossipNote(*note) == tattle::ToVector(input));
  Require(!tattle::DecodeObservation(input).has_value());
  return 0;
}
