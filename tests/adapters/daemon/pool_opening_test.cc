// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/pool_opening.h"

#include <cstdint>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/pool/pool_place.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::daemon::pool_opening_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::uint64_t kNowMs = 1'792'000'000'000;

class OpenPoolTest : public testing::Test {
 protected:
  testlib::ScratchFolder folder_;
  Counts counts_;
  Journal journal_{{folder_.Path("no-syslog"), 2, false}, [] { return kNowMs; }, counts_};
};

TEST_F(OpenPoolTest, MakesTheFile) {
  const auto pool = OpenPool(folder_.Path("pool"), journal_);
  ASSERT_TRUE(pool.has_value()) << pool.error();
  EXPECT_FALSE(PoolPlace(**pool).IsInMemory());
  EXPECT_EQ((*pool)->path(), folder_.Path("pool"));
  EXPECT_THAT(journal_.Problems(), IsEmpty());
}

TEST_F(OpenPoolTest, FailsWhereAnotherProcessHasIt) {
  const auto first = OpenPool(folder_.Path("pool"), journal_);
  const auto second = OpenPool(folder_.Path("pool"), journal_);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error(), StartsWith("pool: " + folder_.Path("pool") +
                                         ": another process has it, most likely another tattled"));
  EXPECT_THAT(journal_.Problems(), IsEmpty());
}

TEST_F(OpenPoolTest, WithoutAFileItIsInMemoryUntilARestart) {
  const std::string path = folder_.Path("none/pool");
  const auto pool = OpenPool(path, journal_);
  ASSERT_TRUE(pool.has_value()) << pool.error();
  EXPECT_TRUE(PoolPlace(**pool).IsInMemory());
  EXPECT_THAT(journal_.Problems(),
              ElementsAre(testing::AllOf(StartsWith("pool's file: " + path),
                                         HasSubstr("No such file or directory"),
                                         HasSubstr("; what is seen is kept in memory only"))));
  TryPool(path, journal_);
  EXPECT_THAT(journal_.Problems(), ElementsAre(HasSubstr("No such file or directory")));
  std::filesystem::create_directory(folder_.Path("none"));
  TryPool(path, journal_);
  EXPECT_THAT(journal_.Problems(),
              ElementsAre(StartsWith("pool's file: " + path + ": can be opened again: restart")));
  folder_.Write("none/pool", "no pool");
  TryPool(path, journal_);
  EXPECT_THAT(journal_.Problems(), ElementsAre(HasSubstr("is not a pool of Tattle's")));
}

TEST_F(OpenPoolTest, SeesThatItsFilesWereRemoved) {
  const std::string path = folder_.Path("pool");
  const auto pool = OpenPool(path, journal_).value();
  CheckPoolFiles(*pool, journal_);
  EXPECT_THAT(journal_.Problems(), IsEmpty());
  for (const char* const suffix : {"", "-lock", "-wal", "-shm"}) {
    const std::string file = path + suffix;
    std::filesystem::rename(file, folder_.Path("away"));
    CheckPoolFiles(*pool, journal_);
    EXPECT_THAT(journal_.Problems(),
                ElementsAre(StartsWith("pool's file: " + file + ": was removed or replaced")));
    std::filesystem::rename(folder_.Path("away"), file);
    CheckPoolFiles(*pool, journal_);
    EXPECT_THAT(journal_.Problems(), IsEmpty());
  }
  std::filesystem::rename(path, folder_.Path("away"));
  folder_.Write("pool", "another");
  CheckPoolFiles(*pool, journal_);
  EXPECT_THAT(journal_.Problems(), ElementsAre(HasSubstr(": was removed or replaced")));
}

}  // namespace
}  // namespace tattle::daemon::pool_opening_test
