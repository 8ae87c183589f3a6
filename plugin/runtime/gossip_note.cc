// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/gossip_note.h"

#include <cstddef>
#include <mutex>
#include <utility>

#include "core/base/reader.h"
#include "core/base/writer.h"
#include "core/crypto/sha256.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/host_name.h"
#include "plugin/runtime/own_format.h"

namespace tattle {
namespace {

constexpr OwnFormat kNoteFormat = {
    {'T', 'T', 'L', 'G'}, 1, "gossip_note.magic", "gossip_note.version"};
constexpr std::uint64_t kToldForMs = 3'600'000;

// IsOneToSay: that heads were offered is all there is to it.
bool IsOneToSay(GossipSaid what, std::size_t said_size) {
  return what != GossipSaid::kOffered || said_size == 0;
}

// KeyOf is what makes two notes the same: all but the time. Never 0.
std::uint64_t KeyOf(const GossipNote& note) {
  const std::array<std::uint8_t, 1> what = {static_cast<std::uint8_t>(note.what)};
  const std::array<std::uint8_t, 1> end = {0};  // no host has one
  const Hash hash =
      Sha256().Update(what).Update(AsBytes(note.host)).Update(end).Update(note.said).Finish();
  ByteReader reader(hash);
  std::uint64_t key = 0;
  return reader.ReadUint64(key) && key != 0 ? key : 1;
}

}  // namespace

std::optional<ByteVector> EncodeGossipNote(const GossipNote& note) {
  const std::string host = CanonicalHost(note.host);
  if (host.empty() || !IsCanonicalHost(host) || note.said.size() > kMaxObservationSize ||
      !IsOneToSay(note.what, note.said.size())) {
    return std::nullopt;
  }
  ByteWriter writer;
  WriteFormat(writer, kNoteFormat);
  writer.WriteUint64(note.seen_ms);
  writer.WriteUint8(static_cast<std::uint8_t>(note.what));
  writer.WriteVector8(AsBytes(host));
  writer.WriteVector24(note.said);
  Result<ByteVector> bytes = writer.Finish();
  if (!bytes || bytes->size() > kMaxObservationSize) {
    return std::nullopt;
  }
  return *std::move(bytes);
}

// struct {
//   opaque magic[4];                       -- "TTLG"
//   uint8 version;                         -- 1
//   uint64 seen;                           -- milliseconds
//   GossipSaid what;                       -- uint8
//   opaque host<1..2^8-1>;                 -- as IsCanonicalHost has it
//   opaque said<0..2^24-1>;                -- empty with kOffered
// } GossipNote;
Result<GossipNote> DecodeGossipNote(Bytes datagram) {
  if (datagram.size() > kMaxObservationSize) {
    return Fail(Errc::kTooLarge, "gossip_note");
  }
  ByteReader reader(datagram);
  if (const Result<void> format = ReadFormat(reader, kNoteFormat); !format) {
    return tl::unexpected(format.error());
  }
  GossipNote out;
  std::uint8_t what = 0;
  Bytes host;
  Bytes said;
  if (!reader.ReadUint64(out.seen_ms) || !reader.ReadUint8(what) || !reader.ReadVector8(host) ||
      !reader.ReadVector24(said)) {
    return Fail(Errc::kTruncated, "gossip_note", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "gossip_note", reader.offset());
  }
  out.what = static_cast<GossipSaid>(what);
  out.host = AsText(host);
  out.said = ToVector(said);
  if (out.what < GossipSaid::kEnabled || out.what > GossipSaid::kOffered) {
    return Fail(Errc::kOutOfRange, "gossip_note.what");
  }
  if (out.host.empty() || !IsCanonicalHost(out.host)) {
    return Fail(Errc::kBadEncoding, "gossip_note.host");
  }
  if (!IsOneToSay(out.what, out.said.size())) {
    return Fail(Errc::kOutOfRange, "gossip_note.said");
  }
  return out;
}

bool ToldNotes::IsNews(const GossipNote& note) {
  if (note.what == GossipSaid::kOffered) {
    return true;  // each time other heads
  }
  const std::uint64_t key = KeyOf(note);
  const std::lock_guard lock(mutex_);
  Place& place = places_[key % kPlaces];
  // A clock that was set back makes news of everything.
  if (place.key == key && note.seen_ms >= place.told_ms &&
      note.seen_ms - place.told_ms < kToldForMs) {
    return false;
  }
  place = {key, note.seen_ms};
  return true;
}

void ToldNotes::Forget(const GossipNote& note) {
  const std::uint64_t key = KeyOf(note);
  const std::lock_guard lock(mutex_);
  if (Place& place = places_[key % kPlaces]; place.key == key) {
    place = {};
  }
}

}  // namespace tattle
