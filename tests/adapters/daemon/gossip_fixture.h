// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A gossip endpoint without sockets: a pool, two logs and one that is denied, a clock to turn.

#ifndef TATTLE_TESTS_ADAPTERS_DAEMON_GOSSIP_FIXTURE_H_
#define TATTLE_TESTS_ADAPTERS_DAEMON_GOSSIP_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/daemon/gossip/handler.h"
#include "core/base/json.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::daemon {

inline constexpr const char* kOldPath = "/.well-known/ct/v1/sth-pollination";
inline constexpr const char* kNewPath = "/.well-known/ct-gossip/v1/sth-pollination";
inline constexpr const char* kOldFeedback = "/.well-known/ct/v1/sct-feedback";
inline constexpr const char* kNewFeedback = "/.well-known/ct-gossip/v1/sct-feedback";

class GossipFixture : public testing::Test {
 protected:
  GossipFixture() { Start(); }

  static GossipSettings Settings() {
    GossipSettings settings;
    settings.socket = "/run/gossip.sock";
    settings.names = {"a.example"};
    return settings;
  }

  // Start makes a handler anew over the same pool.
  void Start(const GossipSettings& settings = Settings(), PoolLimits limits = {}) {
    handler_.reset();
    pool_.reset();
    PoolOptions options;
    options.create = true;
    options.limits = limits;
    auto pool = Pool::Open(folder_.Path("pool"), options);
    ASSERT_TRUE(pool) << pool.error().sentence;
    pool_ = *std::move(pool);
    GossipParts parts = {*pool_,
                         journal_,
                         counts_,
                         [this] { return list_; },
                         [this] { return now_ms_; },
                         gossip_testing::SeededDraw(7)};
    handler_.emplace(std::move(parts), settings, Hash{1});
  }

  static HttpRequest Request(std::string method, std::string path, const std::string& body = "") {
    HttpRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.body = ToVector(AsBytes(body));
    request.peer = "192.0.2.1";
    return request;
  }

  HttpResponse Post(const std::string& path, const std::string& body) {
    return handler_->Answer(Request("POST", path, body));
  }
  HttpResponse Get(const std::string& path) { return handler_->Answer(Request("GET", path)); }

  static std::optional<std::string> Header(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) {
        return value;
      }
    }
    return std::nullopt;
  }

  static std::string Body(const HttpResponse& response) {
    return std::string(AsText(response.body));
  }

  static std::string Heads(const std::vector<GossipHead>& heads,
                           HeadDialect dialect = HeadDialect::kSths) {
    return EncodeHeads(dialect, heads).value();
  }

  static HeadMessage Read(const HttpResponse& response) {
    const Result<HeadMessage> message = DecodeHeads(response.body);
    EXPECT_TRUE(message) << Body(response);
    return message.value_or(HeadMessage());
  }

  std::uint64_t CountOf(Count count) const { return counts_.Get(count); }

  std::size_t NumHeads() { return pool_->HeadsAfter(0, 10'000)->size(); }
  std::size_t NumScts() { return pool_->SctsAfter(0, 10'000)->size(); }

  // Later lets heads of before come into answers.
  void Later(std::uint64_t ms = 20'000) { now_ms_ += ms; }

  std::uint64_t now_ms_ = gossip_testing::kNowMs;
  testlib::TestLog amber_{"Amber", "Operator A"};
  testlib::TestLog birch_{"Birch", "Operator B"};
  testlib::TestLog denied_{"Denied", "Operator D"};
  testlib::TestLog stranger_{"Stranger", "Operator S"};
  std::shared_ptr<const LogList> list_ = std::make_shared<const LogList>(
      testlib::ListOf({amber_.Entry(), birch_.Entry(), denied_.Entry()},
                      {{denied_.log_id(), denied_.key().Spki(), "public"}}));
  testlib::ScratchFolder folder_;
  Counts counts_;
  Journal journal_{{folder_.Path("no-syslog"), 2, false}, [this] { return now_ms_; }, counts_};
  std::unique_ptr<Pool> pool_;
  std::optional<GossipHandler> handler_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_TESTS_ADAPTERS_DAEMON_GOSSIP_FIXTURE_H_
