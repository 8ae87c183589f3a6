// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client saves in sessions, and takes back from them.

#include <cstdint>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "plugin/runtime/client.h"
#include "tests/unit/runtime/client_fixture.h"

namespace tattle::client_resume_test {
namespace {

using ClientResumeTest = testlib::ClientFixture;

TEST_F(ClientResumeTest, ResumesWhatItSaved) {
  const auto client = Make();
  const Connection connection = ConnectionWith(world().good);
  const Session first = client->Judge(connection, kNowMs);
  Connection bare;
  bare.host = connection.host;
  const std::optional<Session> resumed = client->Resume(bare, first.saved, kNowMs + kHourMs);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->origin, Origin::kResumed);
  EXPECT_EQ(resumed->decision, Decision::kProceed);
  EXPECT_TRUE(resumed->verdict->compliant);
  EXPECT_EQ(resumed->saved, first.saved);
  ASSERT_EQ(resumed->facts->report.scts.size(), 2U);
  EXPECT_EQ(resumed->facts->report.scts.at(0).log->description, "Alpha");
  EXPECT_EQ(lines_.size(), 1U) << "not before the server agrees";
  client->NoteResumed(*resumed, bare.host);
  EXPECT_EQ(lines_.size(), 2U);
  EXPECT_EQ(client->counters().Get(Counter::kResumed), 1U);
  EXPECT_EQ(client->counters().Get(Counter::kCompliant), 2U);
}

TEST_F(ClientResumeTest, ResumesNothingThatWouldBeRefused) {
  const auto client = Make();
  const ByteVector saved = client->Judge(ConnectionWith(world().good), kNowMs).saved;
  Connection bare;
  bare.host = "example.test";
  const std::uint64_t before_ms = kStampMs - kClockDriftMs - 1;
  EXPECT_FALSE(client->Resume(bare, saved, before_ms));
  bare.mode = Mode::kReport;
  const std::optional<Session> reported = client->Resume(bare, saved, before_ms);
  ASSERT_TRUE(reported);
  EXPECT_FALSE(reported->verdict->compliant);
  EXPECT_EQ(client->counters().Get(Counter::kNotResumed), 1U);
}

TEST_F(ClientResumeTest, ResumesNothingOfAnotherListOrOtherRootsOrNobody) {
  const ByteVector saved = Make()->Judge(ConnectionWith(world().good), kNowMs).saved;
  Connection bare;
  bare.host = "example.test";
  EXPECT_TRUE(Make()->Resume(bare, saved, kNowMs)) << "another client of the same configuration";
  EXPECT_FALSE(Make()->Resume(bare, {}, kNowMs));
  const std::optional<TrustedList> list = options_.list;
  options_.list = ListMadeAt(kListMs, 2);
  EXPECT_FALSE(Make()->Resume(bare, saved, kNowMs));
  options_.list = list;
  options_.config.exempt_spki = {Hash{1}};
  EXPECT_FALSE(Make()->Resume(bare, saved, kNowMs));
  options_.config.exempt_spki.clear();
  options_.config.public_roots.clear();
  EXPECT_FALSE(Make()->Resume(bare, saved, kNowMs));
}

TEST_F(ClientResumeTest, ResumesByTheHostOfTheNewConnection) {
  options_.config.exempt_hosts = {"exempt.test"};
  const auto client = Make();
  Connection connection = ConnectionWith(world().poor);
  connection.host = "exempt.test";
  const Session exempt = client->Judge(connection, kNowMs);
  EXPECT_EQ(exempt.scope, Scope::kExemptHost);
  Connection bare;
  bare.host = "exempt.test";
  ASSERT_TRUE(client->Resume(bare, exempt.saved, kNowMs));
  EXPECT_EQ(client->Resume(bare, exempt.saved, kNowMs)->scope, Scope::kExemptHost);
  bare.host = "example.test";
  EXPECT_FALSE(client->Resume(bare, exempt.saved, kNowMs)) << "was never judged";

  const Session judged = client->Judge(ConnectionWith(world().good), kNowMs);
  bare.host = "exempt.test";
  EXPECT_EQ(client->Resume(bare, judged.saved, kNowMs)->scope, Scope::kExemptHost);
}

TEST_F(ClientResumeTest, SavesNothingOfWhatHoldsForOneConnectionOnly) {
  const auto client = Make();
  Connection connection = ConnectionWith(world().good);
  for (const ChainStatus chain : {ChainStatus::kDane, ChainStatus::kNoCertificate}) {
    connection.chain = chain;
    EXPECT_TRUE(client->Judge(connection, kNowMs).saved.empty());
  }
  connection.chain = ChainStatus::kNotValidated;
  EXPECT_FALSE(client->Judge(connection, kNowMs).saved.empty());
}

}  // namespace
}  // namespace tattle::client_resume_test
