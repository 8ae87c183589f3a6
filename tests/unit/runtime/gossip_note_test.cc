// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/gossip_note.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "plugin/runtime/bounds.h"
#include "tests/testlib/ct_log.h"

namespace tattle::gossip_note_test {
namespace {

using testlib::Join;
using testlib::Uint;

constexpr std::uint64_t kSeenMs = 1'795'000'000'000;

GossipNote SomeNote() {
  return {kSeenMs, GossipSaid::kEnabled, "www.example.test", ToVector(AsBytes("Yes"))};
}

// Datagram is put together by hand.
ByteVector Datagram(std::uint8_t what, const std::string& host, const ByteVector& said) {
  return Join({{'T', 'T', 'L', 'G', 1},
               Uint(kSeenMs, 8),
               {what, static_cast<std::uint8_t>(host.size())},
               ToVector(AsBytes(host)),
               Uint(said.size(), 3),
               said});
}

Error ErrorOf(Bytes datagram) {
  const Result<GossipNote> note = DecodeGossipNote(datagram);
  EXPECT_FALSE(note);
  return note ? Error{Errc::kInternal} : note.error();
}

TEST(GossipNoteTest, WritesWhatItsDescriptionSays) {
  EXPECT_EQ(EncodeGossipNote(SomeNote()),
            Datagram(1, "www.example.test", ToVector(AsBytes("Yes"))));
}

TEST(GossipNoteTest, WritesHostsInOneForm) {
  GossipNote note = SomeNote();
  note.host = "WWW.Example.Test.";
  EXPECT_EQ(EncodeGossipNote(note), EncodeGossipNote(SomeNote()));
}

TEST(GossipNoteTest, ReadsWhatItWrites) {
  for (const GossipSaid what : {GossipSaid::kEnabled, GossipSaid::kHeader, GossipSaid::kHeads}) {
    GossipNote note = SomeNote();
    note.what = what;
    EXPECT_EQ(DecodeGossipNote(EncodeGossipNote(note).value()).value(), note);
  }
}

TEST(GossipNoteTest, NothingIsSaidWithAnOffer) {
  const GossipNote note = {kSeenMs, GossipSaid::kOffered, "www.example.test", {}};
  const ByteVector datagram = Datagram(4, "www.example.test", {});
  EXPECT_EQ(EncodeGossipNote(note), datagram);
  EXPECT_EQ(DecodeGossipNote(datagram).value(), note);
  GossipNote talkative = note;
  talkative.said = {0};
  EXPECT_FALSE(EncodeGossipNote(talkative));
  const Error error = ErrorOf(Datagram(4, "www.example.test", {0}));
  EXPECT_EQ(error.code, Errc::kOutOfRange);
  EXPECT_EQ(std::string(error.field), "gossip_note.said");
}

TEST(GossipNoteTest, RefusesWhatCannotBeSent) {
  GossipNote note = SomeNote();
  note.said.resize(kMaxObservationSize);
  EXPECT_FALSE(EncodeGossipNote(note));
  note.said.resize(kMaxObservationSize - 100);
  EXPECT_TRUE(EncodeGossipNote(note));
  for (const std::string& host : {std::string(), std::string("a b"), std::string(256, 'a')}) {
    note.host = host;
    EXPECT_FALSE(EncodeGossipNote(note)) << host;
  }
}

TEST(GossipNoteTest, RejectsEveryPrefix) {
  const ByteVector whole = EncodeGossipNote(SomeNote()).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(ErrorOf(Bytes(whole).first(size)).code, Errc::kTruncated) << size;
  }
}

TEST(GossipNoteTest, RejectsWhatIsNone) {
  const ByteVector good = EncodeGossipNote(SomeNote()).value();
  ByteVector observation = good;
  observation[3] = 'O';
  EXPECT_EQ(ErrorOf(observation).code, Errc::kBadEncoding);
  EXPECT_EQ(std::string(ErrorOf(observation).field), "gossip_note.magic");
  ByteVector later = good;
  later[4] = 2;
  EXPECT_EQ(ErrorOf(later).code, Errc::kUnsupportedVersion);
  EXPECT_EQ(ErrorOf(Join({good, {0}})).code, Errc::kTrailingBytes);
  EXPECT_EQ(ErrorOf(Datagram(0, "a.test", {})).code, Errc::kOutOfRange);
  EXPECT_EQ(ErrorOf(Datagram(5, "a.test", {})).code, Errc::kOutOfRange);
  for (const char* host : {"", "A.test", "a.test.", "a b"}) {
    EXPECT_EQ(ErrorOf(Datagram(1, host, {})).code, Errc::kBadEncoding) << host;
  }
  EXPECT_EQ(ErrorOf(ByteVector(kMaxObservationSize + 1)).code, Errc::kTooLarge);
}

TEST(ToldNotesTest, ForgetsAfterAnHour) {
  ToldNotes told;
  GossipNote note = SomeNote();
  EXPECT_TRUE(told.IsNews(note));
  note.seen_ms += 3'599'999;
  EXPECT_FALSE(told.IsNews(note));
  note.seen_ms += 1;
  EXPECT_TRUE(told.IsNews(note));
  EXPECT_FALSE(told.IsNews(note));
  note.seen_ms -= 1;
  EXPECT_TRUE(told.IsNews(note)) << "the clock was set back";
}

TEST(ToldNotesTest, TellsNotesApart) {
  ToldNotes told;
  GossipNote note = SomeNote();
  EXPECT_TRUE(told.IsNews(note));
  note.host = "www.example.tes";
  note.said = ToVector(AsBytes("tYes"));
  EXPECT_TRUE(told.IsNews(note));
  note.what = GossipSaid::kHeads;
  EXPECT_TRUE(told.IsNews(note));
  EXPECT_FALSE(told.IsNews(SomeNote()));
}

TEST(ToldNotesTest, AnOfferIsAlwaysNews) {
  ToldNotes told;
  const GossipNote note = {kSeenMs, GossipSaid::kOffered, "www.example.test", {}};
  EXPECT_TRUE(told.IsNews(note));
  EXPECT_TRUE(told.IsNews(note));
}

TEST(ToldNotesTest, TakesBack) {
  ToldNotes told;
  EXPECT_TRUE(told.IsNews(SomeNote()));
  told.Forget(SomeNote());
  EXPECT_TRUE(told.IsNews(SomeNote()));
}

}  // namespace
}  // namespace tattle::gossip_note_test
