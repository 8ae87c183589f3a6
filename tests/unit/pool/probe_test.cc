// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/probe.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "plugin/pool/schema.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::probe_test {
namespace {

using testlib::HeadOfSize;
using testlib::LogNumber;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ProbePoolTest : public testlib::PoolFixture {
 protected:
  // Probe leaves the folder as it is.
  PoolResult<PoolProbe> Probe() {
    const std::vector<std::string> before = Files();
    PoolResult<PoolProbe> probe = ProbePool(path());
    EXPECT_EQ(Files(), before);
    return probe;
  }

  void RunSql(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

 private:
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(ProbePoolTest, LooksBesideAWriterAndBehindOne) {
  Add(HeadOfSize(5));
  const PoolResult<PoolProbe> beside = Probe();
  ASSERT_TRUE(beside) << beside.error().sentence;
  EXPECT_TRUE(beside->is_there);
  EXPECT_EQ(beside->version, kPoolVersion);
  pool_.reset();
  EXPECT_TRUE(Probe());
  std::filesystem::remove(path() + "-wal");
  std::filesystem::remove(path() + "-shm");
  const std::string content = Read(path());
  EXPECT_TRUE(Probe());
  EXPECT_EQ(Read(path()), content);
}

TEST_F(ProbePoolTest, WhatIsNotThereWouldBeMade) {
  pool_.reset();
  for (const char* const suffix : {"", "-wal", "-shm", "-lock"}) {
    std::filesystem::remove(path() + suffix);
  }
  EXPECT_FALSE(Probe()->is_there);
  folder_.Write("pool.db-wal", "the log of a file that has gone");
  EXPECT_EQ(Probe().error().fault, PoolFault::kCorrupt);
}

TEST_F(ProbePoolTest, FindsDamageAndVersions) {
  Add(HeadOfSize(5));
  RunSql("PRAGMA user_version = 99");
  EXPECT_EQ(Probe().error().fault, PoolFault::kNewer);
  RunSql("PRAGMA user_version = 1");
  EXPECT_EQ(Probe()->version, 1U);
  EXPECT_EQ(Probe()->next_version, kPoolVersion);
  RunSql("PRAGMA user_version = " + std::to_string(kPoolVersion) + "; UPDATE heads SET state = 9");
  EXPECT_EQ(Probe().error().fault, PoolFault::kCorrupt);
  pool_.reset();
  folder_.Write("pool.db", "not a pool");
  EXPECT_EQ(Probe().error().fault, PoolFault::kForeign);
}

TEST_F(ProbePoolTest, TakesAnyName) {
  options_.create = true;
  for (const char* const name : {"a?b", "a%20b", "a#b"}) {
    ASSERT_TRUE(Pool::Open(folder_.Path(name), options_));
    std::filesystem::remove(folder_.Path(name) + "-wal");
    std::filesystem::remove(folder_.Path(name) + "-shm");
    const PoolResult<PoolProbe> probe = ProbePool(folder_.Path(name));
    ASSERT_TRUE(probe) << probe.error().sentence;
    EXPECT_TRUE(probe->is_there) << name;
  }
}

}  // namespace
}  // namespace tattle::probe_test
