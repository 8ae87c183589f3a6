// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the tests of plugin/gossip start from: a pool, two logs and one that is denied, a clock to
// turn, and servers that are called whatever a test wants.

#ifndef TATTLE_TESTS_UNIT_PLUGIN_GOSSIP_GOSSIP_WORLD_H_
#define TATTLE_TESTS_UNIT_PLUGIN_GOSSIP_GOSSIP_WORLD_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/loglist/log_list.h"
#include "core/wire/canonical_signature.h"
#include "plugin/net/gossip_client.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/pool.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/gossip/gossip_testing.h"
#include "tests/unit/net/scripted_server.h"
#include "tests/unit/net/tls_names.h"

namespace tattle::plugin_gossip_testing {

// Canonical is a head as pools keep it.
inline SignedTreeHead Canonical(SignedTreeHead sth) {
  sth.signature = CanonicalSignature(sth.signature).value();
  return sth;
}

inline std::unique_ptr<Pool> OpenPool(const std::string& path, bool read_only = false) {
  PoolOptions options;
  options.create = !read_only;
  options.read_only = read_only;
  auto pool = Pool::Open(path, options);
  EXPECT_TRUE(pool) << pool.error().sentence;
  return pool ? *std::move(pool) : nullptr;
}

// SizesOf are the tree sizes of heads, which tell them apart here.
template <typename Heads>
std::vector<std::uint64_t> SizesOf(const Heads& heads) {
  std::vector<std::uint64_t> out;
  out.reserve(heads.size());
  for (const auto& head : heads) {
    out.push_back(head.sth.head.tree_size);
  }
  return out;
}

class GossipWorld : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open(bool read_only = false) {
    pool_.reset();
    pool_ = OpenPool(folder_.Path("pool"), read_only);
    ASSERT_NE(pool_, nullptr);
  }

  // Keep puts a head into the pool, and answers with its id.
  std::uint64_t Keep(const GossipHead& head, HeadSource source) {
    return pool_->AddHead(*head.log_id, Canonical(head.sth), source, now_ms_).value().id;
  }
  std::uint64_t Own(const testlib::TestLog& log, std::uint64_t tree_size) {
    return Keep(gossip_testing::HeadOf(log, tree_size, now_ms_), HeadSource::kLog);
  }
  std::uint64_t Learnt(const testlib::TestLog& log, std::uint64_t tree_size,
                       HeadSource source = HeadSource::kReply) {
    return Keep(gossip_testing::HeadOf(log, tree_size, now_ms_), source);
  }

  // Split makes a proven one of two heads.
  void Split(const testlib::TestLog& log, std::uint64_t tree_size) {
    const std::uint64_t ids[] = {
        Keep(gossip_testing::HeadOf(log, tree_size, now_ms_, 1), HeadSource::kLog),
        Keep(gossip_testing::HeadOf(log, tree_size, now_ms_, 2), HeadSource::kReply)};
    ASSERT_EQ(pool_->MarkConflicting(ids), 2U);
  }

  KnownHead Known(std::uint64_t id) {
    const auto heads = GossipView(*pool_).HeadsSince(0);
    for (const KnownHead& head : heads.value()) {
      if (head.id == id) {
        return head;
      }
    }
    ADD_FAILURE() << "no head " << id;
    return {};
  }

  void Later(std::uint64_t ms) { now_ms_ += ms; }

  DrawUint64 Draw(std::uint64_t seed = 7) const { return gossip_testing::SeededDraw(seed); }

  // ServeBy starts a server that shows `name`, reached at https://NAME.
  testing::ScriptedServer& ServeBy(const std::string& name,
                                   testing::ScriptedServer::Handler handler,
                                   const testlib::MakeSctList& scts = nullptr) {
    return ServeBy(name, std::move(handler), names_.Issue(name, scts));
  }
  testing::ScriptedServer& ServeBy(const std::string& name,
                                   testing::ScriptedServer::Handler handler,
                                   const testing::TlsIdentity& identity) {
    servers_.push_back(std::make_unique<testing::ScriptedServer>(std::move(handler), identity));
    std::erase_if(http_.connect_to,
                  [&](const std::string& place) { return place.starts_with(name + ":"); });
    http_.connect_to.push_back(servers_.back()->Instead(name + ":443"));
    http_.ca_file = names_.ca_file();
    http_.timeout_ms = 20'000;
    return *servers_.back();
  }
  testing::ScriptedServer& Serve(const std::string& name, const testing::ScriptedAnswer& answer) {
    return ServeBy(name, [answer](const testing::ScriptedRequest&) { return answer; });
  }

  std::uint64_t now_ms_ = gossip_testing::kNowMs;
  testlib::TestLog amber_{"Amber", "Operator A"};
  testlib::TestLog birch_{"Birch", "Operator B"};
  testlib::TestLog denied_{"Denied", "Operator D"};
  testlib::TestLog stranger_{"Stranger", "Operator S"};
  LogList logs_ = testlib::ListOf({amber_.Entry(), birch_.Entry(), denied_.Entry()},
                                  {{denied_.log_id(), denied_.key().Spki(), "public"}});
  testlib::ScratchFolder folder_;
  std::unique_ptr<Pool> pool_;
  testing::TlsNames names_;
  std::vector<std::unique_ptr<testing::ScriptedServer>> servers_;
  HttpOptions http_;
};

}  // namespace tattle::plugin_gossip_testing

#endif  // TATTLE_TESTS_UNIT_PLUGIN_GOSSIP_GOSSIP_WORLD_H_
