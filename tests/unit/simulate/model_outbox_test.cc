// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The model of a client beside a client with a pool on disk and plugin/gossip over it: both are
// given the same heads, visits and random numbers, and must send the same messages.

#include "examples/simulate/model_outbox.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/time.h"
#include "examples/simulate/life.h"
#include "examples/simulate/pool_outbox.h"
#include "examples/simulate/stream.h"
#include "examples/simulate/world.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::simulate::model_outbox_test {
namespace {

using Messages = std::vector<Message>;

// A pool says in which order it has the heads that wait for a host by what it is asked; nobody
// else looks at it.
Message Sorted(Message message) {
  std::sort(message.heads.begin(), message.heads.end());
  return message;
}

class ModelOutboxTest : public ::testing::Test {
 protected:
  static Settings SettingsOf(std::uint32_t logs, std::uint32_t days) {
    Settings settings;
    settings.clients = 1000;
    settings.servers = 20;
    settings.willing = 0.8;
    settings.logs = logs;
    settings.fetch_s = 3600;
    settings.days = days;
    settings.warm_up_days = 0;
    settings.share = 0.5;
    return settings;
  }

  // LiveWith collects what a client sends. Each server makes a head for each message, to know the
  // client by.
  static Messages LiveWith(const Logs& logs, const World& world, std::uint32_t client,
                           std::uint64_t until_ms, Outbox& outbox) {
    Messages out;
    Life{logs, world, client, outbox}.Live(until_ms, [&](const Message& message) {
      out.push_back(Sorted(message));
      const std::uint64_t mark = (std::uint64_t{1} << 40U) + out.size();
      return Heads{{0, mark, message.time_ms, Face::kBoth}};
    });
    return out;
  }

  Messages LiveWithPool(const Logs& logs, const World& world, std::uint32_t client,
                        std::uint64_t until_ms, std::vector<std::uint32_t>& order) {
    PoolOutbox outbox(logs, folder_.Path("pool"), kStartMs);
    order = outbox.Order();
    return LiveWith(logs, world, client, until_ms, outbox);
  }

  testlib::ScratchFolder folder_;
};

// Parts of a hundred clients.
class ManyClientsTest : public ModelOutboxTest, public ::testing::WithParamInterface<int> {};

TEST_P(ManyClientsTest, SendWhatTheySendWithAPool) {
  constexpr std::uint32_t kNumClients = 100;
  Settings settings = SettingsOf(2, 1);
  settings.servers = 4;
  settings.visits = 70;
  const Logs logs = Logs::Create(settings.logs, settings.fetch_s).value();
  const World world(settings, 5);
  std::size_t num_messages = 0;
  const std::uint32_t first = kNumClients * static_cast<std::uint32_t>(GetParam());
  for (std::uint32_t client = first; client < first + kNumClients; ++client) {
    std::vector<std::uint32_t> order;
    const std::uint64_t until_ms = kStartMs + kMsPerDay / 6;
    const Messages real = LiveWithPool(logs, world, client, until_ms, order);
    ModelOutbox model(logs, ModelOutbox::kAll);
    model.SetOrder(order);
    ASSERT_EQ(LiveWith(logs, world, client, until_ms, model), real) << "client " << client;
    num_messages += real.size();
  }
  EXPECT_GT(num_messages, 200U);
}

INSTANTIATE_TEST_SUITE_P(Parts, ManyClientsTest, ::testing::Range(0, 3));

// Long enough for what waits to grow old, for hosts to be forgotten, and for an auditor to be told
// what servers said.
TEST_F(ModelOutboxTest, ALongLifeIsThatOfAPool) {
  Settings settings = SettingsOf(1, 16);
  settings.visits = 4;
  for (const double with_auditor : {0.0, 1.0}) {
    settings.with_auditor = with_auditor;
    const Logs logs = Logs::Create(settings.logs, settings.fetch_s).value();
    const World world(settings, 6);
    std::vector<std::uint32_t> order;
    const Messages real = LiveWithPool(logs, world, 0, world.end_ms(), order);
    ModelOutbox model(logs, ModelOutbox::kAll);
    ASSERT_EQ(LiveWith(logs, world, 0, world.end_ms(), model), real);
    EXPECT_GT(real.size(), 10U);
  }
}

// A log that signs less often than it is asked shows the same head again and again.
TEST_F(ModelOutboxTest, AHeadThatIsFetchedAgainIsNotNew) {
  Settings settings = SettingsOf(1, 2);
  settings.head_s = 4 * 3600;
  const Logs logs = Logs::Create(settings.logs, settings.fetch_s).value();
  const World world(settings, 7);
  for (std::uint32_t client = 0; client < 3; ++client) {
    std::vector<std::uint32_t> order;
    const Messages real = LiveWithPool(logs, world, client, world.end_ms(), order);
    ModelOutbox model(logs, ModelOutbox::kAll);
    ASSERT_EQ(LiveWith(logs, world, client, world.end_ms(), model), real);
    std::map<Head, std::size_t> times;
    for (const Message& message : real) {
      for (const Head& head : message.heads) {
        EXPECT_EQ(++times[head], 1U) << "to one server only";
      }
    }
  }
}

// Where a log has more heads than are looked at, every one is still as likely as any other.
TEST_F(ModelOutboxTest, DrawsEvenlyWhereThereAreMoreThanItLooksAt) {
  const Logs logs = Logs::Create(2, 3600).value();
  constexpr std::uint64_t kNumHeads = 40;
  constexpr std::size_t kNumClients = 4000;
  std::map<std::uint64_t, std::size_t> times;
  for (std::size_t client = 0; client < kNumClients; ++client) {
    ModelOutbox outbox(logs);
    for (std::uint64_t size = 1; size <= kNumHeads; ++size) {
      outbox.AddOwn({0, size, kStartMs + size, Face::kBoth}, kStartMs + size);
    }
    outbox.NoteWilling(1, kStartMs + kNumHeads);
    outbox.Renew(0, kStartMs + kNumHeads, DrawOf(client));
    const Heads heads = outbox.Carry(1, kStartMs + kNumHeads, DrawOf(client));
    ASSERT_EQ(heads.size(), 8U);
    ASSERT_EQ(std::set(heads.begin(), heads.end()).size(), 8U);
    for (const Head& head : heads) {
      ++times[head.size];
    }
  }
  ASSERT_EQ(times.size(), kNumHeads);
  for (const auto& [size, num] : times) {
    // 800 on average; five standard deviations are 126.
    EXPECT_NEAR(static_cast<double>(num), 800, 126) << "head " << size;
  }
}

}  // namespace
}  // namespace tattle::simulate::model_outbox_test
