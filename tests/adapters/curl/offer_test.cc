// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a handle has sent to a host, it does not send there again over another connection.

#include <memory>
#include <string>

#include "core/gossip/heads.h"
#include "tests/adapters/curl/gossip_fixture.h"

namespace tattle::testlib::curl_offer_test {
namespace {

class CurlOfferTest : public CurlGossipTest {
 protected:
  static constexpr std::uint64_t kDayMs = 86'400'000;
  static constexpr std::uint64_t kPutMs = 15'000;

  CurlOfferTest() {
    options_.now_ms = [](void* arg) { return *static_cast<std::uint64_t*>(arg); };
    options_.now_arg = &now_ms_;
  }

  // Put replaces the outbox, as tattled does some time after it has heard of an offer, and lets it
  // be found.
  void Put(std::uint8_t first_head, std::uint8_t last_head) {
    now_ms_ += kPutMs;
    OutboxHost host = {"example.test", {}};
    for (std::uint8_t log = first_head; log <= last_head; ++log) {
      host.heads.push_back(HeadOf(log));
    }
    const auto file = EncodeOutbox({now_ms_, now_ms_ + 2 * kDayMs, {host}});
    ASSERT_TRUE(file.has_value());
    folder_.Write("outbox", AsText(*file));
  }

  bool IsOffered(Handle& handle) const {
    handle.KeepBody();
    EXPECT_EQ(handle.Get(good_url_), CURLE_OK) << handle.curl_error();
    return !LastField(good_, "transgossip").empty();
  }

  std::uint64_t now_ms_ = kNowMs;
};
TATTLE_FOR_BOTH_CURL_VERSIONS(CurlOfferTest);

TEST_P(CurlOfferTest, APostFollowsTheHeaderOverItsConnection) {
  Put(1, 16);
  const auto handle = NewAttached(client_, options_);
  ASSERT_TRUE(IsOffered(*handle));
  ASSERT_EQ(Prepare(*handle), 1);
  ASSERT_EQ(curl_easy_perform(handle->easy()), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(tattle_curl_gossip_finish(handle->ct()), 1);
  const auto message = DecodeHeads(AsBytes(good_.requests().back().body));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->heads.size(), 16U);
  EXPECT_EQ(good_.num_connections(), 1);
  EXPECT_EQ(Prepare(*handle), 0);
  EXPECT_FALSE(IsOffered(*handle));
  EXPECT_EQ(Prepare(*handle), 0);
}

TEST_P(CurlOfferTest, APostOverAnotherConnectionDoesNotRepeatTheHeader) {
  Put(1, 2);
  const auto handle = NewAttached(client_, options_);
  ASSERT_TRUE(IsOffered(*handle));
  handle->Set(CURLOPT_FRESH_CONNECT, 1L);
  EXPECT_FALSE(IsOffered(*handle));
  EXPECT_EQ(good_.num_connections(), 2);
  EXPECT_EQ(Prepare(*handle), 0);
}

TEST_P(CurlOfferTest, ItIsHeadsThatAreNotRepeated) {
  Put(1, 16);
  const auto handle = NewAttached(client_, options_);
  ASSERT_TRUE(IsOffered(*handle));
  Put(15, 20);
  EXPECT_FALSE(IsOffered(*handle)) << "16 did not fit into the header, but was taken for offered";
  EXPECT_EQ(Prepare(*handle), 0);
  Put(17, 20);
  EXPECT_TRUE(IsOffered(*handle));
}

TEST_P(CurlOfferTest, WhatOneHandleHasOfferedNoOtherDoes) {
  Put(1, 20);
  const auto one = NewAttached(client_, options_);
  const auto two = NewAttached(client_, options_);
  ASSERT_TRUE(IsOffered(*one));
  EXPECT_FALSE(IsOffered(*two));
  EXPECT_EQ(Prepare(*two), 0);
  // But the POST behind the header has all of them.
  ASSERT_EQ(Prepare(*one), 1);
  ASSERT_EQ(curl_easy_perform(one->easy()), CURLE_OK) << one->curl_error();
  EXPECT_EQ(tattle_curl_gossip_finish(one->ct()), 1);
  const auto message = DecodeHeads(AsBytes(good_.requests().back().body));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->heads.size(), 20U);
  Put(21, 22);
  EXPECT_TRUE(IsOffered(*two));
  EXPECT_FALSE(IsOffered(*one));
}

TEST_P(CurlOfferTest, ADayLaterTheyMayBe) {
  Put(1, 2);
  const auto handle = NewAttached(client_, options_);
  ASSERT_TRUE(IsOffered(*handle));
  now_ms_ += kDayMs - 1 - kPutMs;
  Put(1, 2);
  EXPECT_FALSE(IsOffered(*handle));
  now_ms_ += 1;
  EXPECT_TRUE(IsOffered(*handle));
}

}  // namespace
}  // namespace tattle::testlib::curl_offer_test
