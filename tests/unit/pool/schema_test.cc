// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/schema.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "plugin/pool/gossip_book.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/pool_place.h"
#include "plugin/pool/site_book.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::schema_test {
namespace {

using testlib::LogNumber;

std::string VectorPath(unsigned version) {
  return std::string(TATTLE_POOL_VECTORS) + "/version_" + std::to_string(version) + ".sql";
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// MakePool runs a script with SQLite alone.
std::string MakePool(const testlib::ScratchFolder& folder, const std::string& sql) {
  std::string path = folder.Path("pool.db");
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  EXPECT_EQ(sqlite3_exec(database, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  return path;
}

// Schema is what a file says of its tables and indexes.
std::vector<std::string> Schema(const std::string& path) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  std::vector<std::string> out;
  const auto add = [](void* rows, int, char** columns, char**) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): SQLite has no other form
    static_cast<std::vector<std::string>*>(rows)->emplace_back(columns[0]);
    return 0;
  };
  sqlite3_exec(database, "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name", add, &out,
               nullptr);
  sqlite3_close(database);
  return out;
}

// PlanOfAHost is how SQLite looks for the SCTs of a host.
std::string PlanOfAHost(const std::string& path) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  std::string out;
  const auto add = [](void* plan, int, char** columns, char**) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): SQLite has no other form
    *static_cast<std::string*>(plan) += columns[3];
    return 0;
  };
  sqlite3_exec(database,
               "EXPLAIN QUERY PLAN SELECT sct FROM sct_hosts WHERE host = 'a' ORDER BY sct DESC",
               add, &out, nullptr);
  sqlite3_close(database);
  return out;
}

TEST(SchemaTest, AnIndexLeadsToTheSctsOfAHost) {
  const testlib::ScratchFolder folder;
  PoolOptions options;
  options.create = true;
  ASSERT_TRUE(Pool::Open(folder.Path("pool.db"), options));
  EXPECT_EQ(PlanOfAHost(folder.Path("pool.db")),
            "SEARCH sct_hosts USING COVERING INDEX sct_hosts_by_host (host=?)");
}

TEST(SchemaTest, EveryReleasedVersionHasAVector) {
  std::size_t num_vectors = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TATTLE_POOL_VECTORS)) {
    num_vectors += entry.path().extension() == ".sql" ? 1U : 0U;
  }
  EXPECT_EQ(num_vectors, kPoolVersion);
}

class MigrateTest : public testing::TestWithParam<unsigned> {};

TEST_P(MigrateTest, BringsAReleasedVersionToOurs) {
  const testlib::ScratchFolder folder;
  const std::string script = ReadText(VectorPath(GetParam()));
  ASSERT_FALSE(script.empty());
  const std::string path = MakePool(folder, script);
  const std::string fresh = folder.Path("fresh.db");
  PoolOptions options;
  options.create = true;
  ASSERT_TRUE(Pool::Open(fresh, options));
  const auto opened = Pool::Open(path, options);
  ASSERT_TRUE(opened) << opened.error().sentence;
  Pool& pool = **opened;
  if (GetParam() < kPoolVersion) {
    ASSERT_TRUE(PoolPlace(pool).migration());
    EXPECT_EQ(PoolPlace(pool).migration()->from, GetParam());
    EXPECT_EQ(PoolPlace(pool).migration()->to, kPoolVersion);
  } else {
    EXPECT_FALSE(PoolPlace(pool).migration());
  }
  EXPECT_EQ(Schema(path), Schema(fresh));

  EXPECT_EQ(*pool.Check(), std::vector<std::string>());
  EXPECT_EQ(pool.TrustedHead(LogNumber(1)).value()->sth.head.tree_size, 7U);
  EXPECT_EQ(pool.FindProof(1).value()->nodes, std::vector<Hash>{LogNumber(4)});
  const std::vector<PooledHead> heads = pool.HeadsAfter(1, 10).value();
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_EQ(heads[0].source, HeadSource::kReply);
  EXPECT_EQ(heads[0].proof_attempts, 3U);
  EXPECT_EQ(heads[0].num_reports, 5U);
  const std::vector<PooledSct> scts = pool.DueScts(LogNumber(1), 1'795'000'000'000, 10).value();
  ASSERT_EQ(scts.size(), 1U);
  EXPECT_EQ(scts[0].leaf_index, 77U);
  EXPECT_EQ(pool.Chain(scts[0].chain_id).value(), (std::vector<ByteVector>{{1, 2, 3, 4}}));
  EXPECT_EQ(pool.SctHosts(1).value(), std::vector<std::string>{"www.example"});
  EXPECT_EQ(pool.FindEvidence("c0").value().front().json, "{}");
  EXPECT_EQ(pool.Progress(LogNumber(1))->last_failure, "no answer");
  EXPECT_TRUE(pool.FindPeer("www.example").value()->is_willing);
  EXPECT_EQ(pool.Counters()->front().value, 42U);
  if (GetParam() >= 2) {
    EXPECT_TRUE(GossipView(pool).HeadsSince(0)->back().given_to_auditor);
    EXPECT_EQ(GossipBook(pool).Promised()->front().head.sth.head.tree_size, 7U);
    EXPECT_EQ(GossipBook(pool).Exchanges(1)->front().failure, "no answer");
    const FeedbackSite site = SiteBook(pool).FindSite("www.example").value().value();
    EXPECT_EQ(site.num_successes, 3U);
    EXPECT_EQ(site.bundles.front().scts.front().sct, (ByteVector{1, 2, 3}));
  }
}

INSTANTIATE_TEST_SUITE_P(Released, MigrateTest, testing::Range(1U, kPoolVersion + 1));

}  // namespace
}  // namespace tattle::schema_test
