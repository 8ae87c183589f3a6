// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/pool_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "plugin/pool/pool.h"
#include "plugin/pool/schema.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::pool_file_test {
namespace {

using testlib::HeadOfSize;
using testlib::LogNumber;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

PoolOptions Creating() {
  PoolOptions options;
  options.create = true;
  return options;
}

PoolOptions Reading() {
  PoolOptions options;
  options.read_only = true;
  return options;
}

// RunSql runs SQL with SQLite alone.
void RunSql(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

class PoolFileTest : public testing::Test {
 protected:
  // Good is the content of a pool with a few pages of heads.
  std::string Good() {
    const std::string path = folder_.Path("good.db");
    {
      const auto pool = Pool::Open(path, Creating()).value();
      Pool::Batch batch(*pool);
      for (std::uint64_t size = 0; size < 500; ++size) {
        EXPECT_TRUE(pool->AddHead(LogNumber(1), HeadOfSize(size), HeadSource::kLog, 1));
      }
      EXPECT_TRUE(batch.Commit());
    }
    return Read(path);
  }

  // ExpectRefused: in every way to open it, and the file stays as it is.
  void ExpectRefused(const std::string& content, PoolFault fault) {
    const std::string path = folder_.Write("pool.db", content);
    for (const PoolOptions& options : {Creating(), Reading(), PoolOptions()}) {
      const auto pool = Pool::Open(path, options);
      ASSERT_FALSE(pool);
      EXPECT_EQ(pool.error().fault, fault) << pool.error().sentence;
      EXPECT_TRUE(pool.error().sentence.starts_with(path + ": ")) << pool.error().sentence;
    }
    EXPECT_EQ(Read(path), content);
  }

  testlib::ScratchFolder folder_;
};

TEST_F(PoolFileTest, MakesAFileOnlyWhenAsked) {
  for (const PoolOptions& options : {Reading(), PoolOptions()}) {
    const auto pool = Pool::Open(folder_.Path("pool.db"), options);
    ASSERT_FALSE(pool);
    EXPECT_EQ(pool.error().fault, PoolFault::kMissing);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path())) << "not even a lock";
  EXPECT_TRUE(Pool::Open(folder_.Path("pool.db"), Creating()));
  EXPECT_TRUE(Pool::Open(folder_.Path("pool.db"), PoolOptions()));
  struct stat info = {};
  ASSERT_EQ(stat(folder_.Path("pool.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07U, 0U) << "it says which hosts were spoken to";
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("pool.db-new")));
}

TEST_F(PoolFileTest, SaysWhenThereIsNoFolder) {
  const auto pool = Pool::Open(folder_.Path("missing/pool.db"), Creating());
  ASSERT_FALSE(pool);
  EXPECT_EQ(pool.error().fault, PoolFault::kSystem);
  EXPECT_NE(pool.error().sentence.find("No such file"), std::string::npos);
}

TEST_F(PoolFileTest, OneProcessWritesAndOthersRead) {
  const std::string path = folder_.Path("pool.db");
  const auto writer = Pool::Open(path, Creating()).value();
  const auto second = Pool::Open(path, Creating());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, PoolFault::kBusy);
  EXPECT_TRUE(Pool::Open(path, Reading()));
  EXPECT_TRUE(writer->AddHead(LogNumber(1), HeadOfSize(1), HeadSource::kLog, 1));
}

TEST_F(PoolFileTest, RefusesFilesOfOthers) {
  ExpectRefused("", PoolFault::kForeign);
  ExpectRefused("hello", PoolFault::kForeign);
  ExpectRefused(std::string(8192, '\0'), PoolFault::kForeign);
  RunSql(folder_.Path("other.db"), "CREATE TABLE t (a); PRAGMA application_id = 7");
  ExpectRefused(Read(folder_.Path("other.db")), PoolFault::kForeign);
  std::filesystem::create_directory(folder_.Path("folder"));
  EXPECT_EQ(Pool::Open(folder_.Path("folder"), Creating()).error().fault, PoolFault::kForeign);
  ASSERT_EQ(mkfifo(folder_.Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(Pool::Open(folder_.Path("pipe"), Reading()).error().fault, PoolFault::kForeign);
}

TEST_F(PoolFileTest, RefusesALaterVersion) {
  const std::string good = Good();
  RunSql(folder_.Write("later.db", good),
         ("PRAGMA user_version = " + std::to_string(kPoolVersion + 1)).c_str());
  ExpectRefused(Read(folder_.Path("later.db")), PoolFault::kNewer);
}

TEST_F(PoolFileTest, RefusesAFileThatWasCut) {
  const std::string good = Good();
  ASSERT_GT(good.size(), 20 * 4096U);
  for (const std::size_t size :
       {std::size_t{16}, std::size_t{99}, std::size_t{100}, std::size_t{4096}, good.size() / 2,
        good.size() - 4096, good.size() - 1}) {
    ExpectRefused(good.substr(0, size), PoolFault::kCorrupt);
  }
}

TEST_F(PoolFileTest, RefusesDamageAmongTheHeads) {
  std::string bad = Good();
  // Pages behind the schema: some of them hold heads, and all of those are read at open.
  std::fill(bad.begin() + 8192, bad.end(), 'x');
  ExpectRefused(bad, PoolFault::kCorrupt);
}

TEST_F(PoolFileTest, RefusesAHeadThatIsNoneOfOurs) {
  for (const char* sql :
       {"UPDATE heads SET state = 9 WHERE id = 3", "UPDATE heads SET root = x'00' WHERE id = 3",
        "UPDATE heads SET log = 99 WHERE id = 3", "DROP TABLE scts",
        "UPDATE heads SET tree_size = (SELECT tree_size FROM heads WHERE id = 4) WHERE id = 3"}) {
    RunSql(folder_.Write("odd.db", Good()), sql);
    ExpectRefused(Read(folder_.Path("odd.db")), PoolFault::kCorrupt);
  }
}

TEST_F(PoolFileTest, MakesNoNewFileBesideAnOldLog) {
  folder_.Write("pool.db-wal", "what a file that has gone did not take in");
  const auto pool = Pool::Open(folder_.Path("pool.db"), Creating());
  ASSERT_FALSE(pool);
  EXPECT_EQ(pool.error().fault, PoolFault::kCorrupt);
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("pool.db")));
}

TEST_F(PoolFileTest, CheckFindsWhatOpenDoesNot) {
  const std::string path = folder_.Write("odd.db", Good());
  EXPECT_TRUE(Pool::Open(path, Reading()).value()->Check()->empty());
  RunSql(path,
         "INSERT INTO certificates VALUES (1, zeroblob(32), x'01');"
         "UPDATE heads SET signature = x'00' WHERE id = 3;"
         "INSERT INTO scts VALUES (1, 1, x'00', zeroblob(32), 1, NULL, 0, 77, 1, 1, 1, 1, 1, 0)");
  const std::vector<std::string> faults = Pool::Open(path, Reading()).value()->Check().value();
  ASSERT_EQ(faults.size(), 4U);
  EXPECT_NE(faults[0].find("scts 1 refers to nothing"), std::string::npos) << faults[0];
  EXPECT_NE(faults[1].find("head 3"), std::string::npos) << faults[1];
  EXPECT_NE(faults[2].find("certificate 1"), std::string::npos) << faults[2];
  EXPECT_NE(faults[3].find("SCT 1"), std::string::npos) << faults[3];
}

}  // namespace
}  // namespace tattle::pool_file_test
