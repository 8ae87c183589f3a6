// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client remembers of verdicts, and for how long it is true.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/client.h"
#include "tests/unit/runtime/client_fixture.h"

namespace tattle::client_memory_test {
namespace {

using ClientMemoryTest = testlib::ClientFixture;

TEST_F(ClientMemoryTest, VerifiesTheSameEvidenceOnce) {
  const auto client = Make();
  const Session first = client->Judge(ConnectionWith(world().good), kNowMs);
  const Session second = client->Judge(ConnectionWith(world().good), kNowMs + 1);
  EXPECT_EQ(second.origin, Origin::kCached);
  EXPECT_EQ(second.facts, first.facts);
  EXPECT_TRUE(second.verdict->compliant);
  EXPECT_EQ(client->Judge(ConnectionWith(world().poor), kNowMs).origin, Origin::kVerified);
  EXPECT_EQ(client->counters().Get(Counter::kCacheHits), 1U);
}

TEST_F(ClientMemoryTest, JudgesRememberedFactsByTheTimeOfTheConnection) {
  const auto client = Make();
  EXPECT_EQ(client->Judge(ConnectionWith(world().good), kNowMs).decision, Decision::kProceed);
  const Session before = client->Judge(ConnectionWith(world().good), kStampMs - kClockDriftMs - 1);
  EXPECT_EQ(before.origin, Origin::kCached);
  EXPECT_EQ(before.decision, Decision::kRefuse);
}

// Back and forth over every moment at which something changes.
TEST_F(ClientMemoryTest, JudgesFromMemoryAsItWouldAnew) {
  LogList::Content content = ListContent(kListMs);
  content.logs.at(0).state = LogState::kRetired;
  content.logs.at(0).state_since_ms = kNowMs + kHourMs;
  content.logs.at(1).state_since_ms = kNowMs - kHourMs;  // pending before
  Result<LogList> list = LogList::Create(std::move(content));
  options_.list = {std::make_shared<const LogList>(*std::move(list)), Sha256Of(ByteVector{9})};
  std::vector<std::uint64_t> times;
  for (const std::uint64_t moment_ms :
       {kStampMs - kClockDriftMs, kNowMs - kHourMs, kNowMs + kHourMs, kListMs + kLogListMaxAgeMs}) {
    times.insert(times.end(), {moment_ms - 1, moment_ms, moment_ms + 1, moment_ms - 1, kNowMs});
  }
  for (const OnStale on_stale : {OnStale::kLenient, OnStale::kFail}) {
    options_.config.on_stale = on_stale;
    options_.config.verdict_cache = 1024;
    const auto remembering = Make();
    options_.config.verdict_cache = 0;
    const auto forgetful = Make();
    std::set<std::string> reasons;
    for (const std::uint64_t time_ms : times) {
      const Session remembered = remembering->Judge(ConnectionWith(world().good), time_ms);
      const Session anew = forgetful->Judge(ConnectionWith(world().good), time_ms);
      EXPECT_EQ(remembered.decision, anew.decision) << time_ms;
      EXPECT_EQ(remembered.reason, anew.reason) << time_ms;
      EXPECT_EQ(remembered.list_stale, anew.list_stale) << time_ms;
      EXPECT_EQ(remembered.verdict->compliant, anew.verdict->compliant) << time_ms;
      EXPECT_EQ(remembered.facts->reasons, anew.facts->reasons) << time_ms;
      EXPECT_EQ(remembered.saved, anew.saved) << time_ms;
      reasons.insert(anew.reason);
    }
    EXPECT_EQ(remembering->counters().Get(Counter::kCacheHits), times.size() - 1);
    EXPECT_EQ(reasons.size(), 4U);
  }
}

TEST_F(ClientMemoryTest, RemembersNoVerdictOfHundredsOfScts) {
  const auto client = Make();
  std::vector<ByteVector> scts(kMaxCachedScts - 1, ByteVector(60));
  ByteVector list = testlib::SctList(scts);
  Connection connection = ConnectionWith(world().good);
  for (const Origin origin : {Origin::kVerified, Origin::kVerified}) {
    connection.evidence.tls_scts = list;
    EXPECT_EQ(client->Judge(connection, kNowMs).origin, origin);
  }
  scts.resize(kMaxCachedScts - 2);
  list = testlib::SctList(scts);
  for (const Origin origin : {Origin::kVerified, Origin::kCached}) {
    connection.evidence.tls_scts = list;
    EXPECT_EQ(client->Judge(connection, kNowMs).origin, origin);
  }
}

}  // namespace
}  // namespace tattle::client_memory_test
