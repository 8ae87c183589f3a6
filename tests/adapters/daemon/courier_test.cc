// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/courier.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/gossip/outbox_plan.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/outbox_file.h"
#include "tests/unit/plugin_gossip/gossip_world.h"

namespace tattle::daemon::courier_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ScriptedAnswer;
using testing::ScriptedServer;
using namespace std::chrono_literals;

class CourierTest : public plugin_gossip_testing::GossipWorld {
 protected:
  void Start() {
    list_ = std::make_shared<const LogList>(std::move(logs_));
    courier_.emplace(CourierParts{*pool_, journal_, counts_, [this] { return list_; },
                                  [now_ms = now_ms_] { return now_ms; }, Draw()},
                     CourierPlan{{}, HeadSide::kClient, http_, folder_.Path("outbox")});
  }

  // Busy keeps the courier waiting for a site that says nothing.
  void Busy() {
    ServeBy("silent.example", [this](const testing::ScriptedRequest&) {
      was_asked_ = true;
      return ScriptedAnswer{.is_silent = true};
    });
    Start();
    ASSERT_TRUE(courier_->SendSoon("https://silent.example"));
    for (int i = 0; i < 1000 && !was_asked_; ++i) {
      std::this_thread::sleep_for(10ms);
    }
    ASSERT_TRUE(was_asked_);
  }

  std::atomic<bool> was_asked_ = false;
  std::shared_ptr<const LogList> list_;
  Counts counts_;
  Journal journal_{{folder_.Path("no-syslog"), 2, false}, [this] { return now_ms_; }, counts_};
  std::optional<GossipCourier> courier_;
};

// Any user can have the notes that wait be as many as may.
TEST_F(CourierTest, DropsNoOfferWhateverElseWaits) {
  for (std::uint64_t size = 10; size < 30; ++size) {
    Own(amber_, size);
  }
  ASSERT_TRUE(NoteWillingness(*pool_, "www.example", Willingness::kYes, now_ms_));
  Busy();
  ASSERT_THAT(OutboxFile(folder_.Path("outbox")).HeadsFor("www.example", now_ms_), Not(IsEmpty()));
  // Large ones, and then small ones until not even these have room.
  for (const std::size_t size : {kMaxObservationSize - 1000, std::size_t{1}}) {
    const std::uint64_t before = counts_.Get(Count::kGossipNotesDropped);
    while (counts_.Get(Count::kGossipNotesDropped) == before) {
      courier_->TakeNote({now_ms_, GossipSaid::kHeads, "a.example", ByteVector(size, 'x')});
    }
  }
  for (int i = 0; i < 3; ++i) {
    courier_->TakeNote({now_ms_, GossipSaid::kOffered, "www.example", {}});
    courier_->TakeNote({now_ms_, GossipSaid::kOffered, "other.example", {}});
  }
  courier_.reset();
  const std::vector<GossipExchange> exchanges = GossipBook(*pool_).Exchanges(10).value();
  std::vector<std::string> carried;
  for (const GossipExchange& exchange : exchanges) {
    if (exchange.kind == ExchangeKind::kCarried) {
      carried.push_back(exchange.host);
    }
  }
  EXPECT_THAT(carried, ElementsAre("www.example"));
}

}  // namespace
}  // namespace tattle::daemon::courier_test
