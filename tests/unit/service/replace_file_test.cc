// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/testlib/scratch_folder.h"

namespace tattle::replace_file_test {
namespace {

const auto kNoWait = [](const std::string& /*folder*/) { return false; };
const auto kWait = [](const std::string& /*folder*/) { return true; };

std::string Read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct stat StatusOf(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status;
}

std::size_t NumFiles(const std::string& folder) {
  const std::filesystem::directory_iterator files(folder);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

class ReplaceFileTest : public testing::Test {
 protected:
  testlib::ScratchFolder folder_;
};

TEST_F(ReplaceFileTest, MakesAFileThatEverybodyMayRead) {
  const mode_t before = umask(077);
  const auto done = ReplaceFile(folder_.Path("a"), AsBytes("new"));
  umask(before);
  ASSERT_TRUE(done.has_value()) << done.error();
  EXPECT_EQ(Read(folder_.Path("a")), "new");
  EXPECT_EQ(StatusOf(folder_.Path("a")).st_mode & 07777U, 0644U);
}

TEST_F(ReplaceFileTest, KeepsModeAndLinkAndLeavesTheOldFileToItsReaders) {
  const std::string path = folder_.Write("a", "old");
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  std::filesystem::create_symlink(path, folder_.Path("link"));
  std::ifstream reader(path);
  ASSERT_TRUE(ReplaceFile(folder_.Path("link"), AsBytes("new")).has_value());
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.Path("link")));
  EXPECT_EQ(Read(path), "new");
  EXPECT_EQ(StatusOf(path).st_mode & 07777U, 0600U);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "old");
}

TEST_F(ReplaceFileTest, LeavesNothingBehindWhereItFails) {
  std::filesystem::create_directory(folder_.Path("a"));
  const auto done = ReplaceFile(folder_.Path("a"), AsBytes("new"));
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error(), "cannot replace " + folder_.Path("a") + ": Is a directory");
  EXPECT_EQ(NumFiles(folder_.path()), 1U);
  const auto nowhere = ReplaceFile(folder_.Path("none/a"), AsBytes("new"));
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_EQ(nowhere.error(), "cannot create a file beside " + folder_.Path("none/a") +
                                 ": No such file or directory");
}

TEST_F(ReplaceFileTest, LeavesAPipeAlone) {
  ASSERT_EQ(mkfifo(folder_.Path("pipe").c_str(), 0600), 0);
  const auto done = ReplaceFile(folder_.Path("pipe"), AsBytes("new"));
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error(), "cannot replace " + folder_.Path("pipe") + ": it is not a file");
  EXPECT_TRUE(S_ISFIFO(StatusOf(folder_.Path("pipe")).st_mode));
  EXPECT_EQ(NumFiles(folder_.path()), 1U);
}

TEST_F(ReplaceFileTest, ComesInPiecesAndIsSeenWhole) {
  const std::string path = folder_.Write("a", "old");
  auto file = Replacement::Create(path);
  ASSERT_TRUE(file.has_value()) << file.error();
  Replacement moved = *std::move(file);
  ASSERT_TRUE(moved.Write(AsBytes("ne")).has_value());
  ASSERT_TRUE(moved.Write(AsBytes("w")).has_value());
  EXPECT_EQ(Read(path), "old");
  EXPECT_EQ(Read(moved.temp_path()), "new");
  ASSERT_TRUE(moved.Finish(0600).has_value());
  EXPECT_EQ(Read(path), "new");
  EXPECT_EQ(NumFiles(folder_.path()), 1U);
}

TEST_F(ReplaceFileTest, GoesAwayWhereItIsNotFinished) {
  {
    const auto file = Replacement::Create(folder_.Path("a"));
    ASSERT_TRUE(file.has_value()) << file.error();
    ASSERT_TRUE(file->Write(AsBytes("half")).has_value());
    EXPECT_EQ(NumFiles(folder_.path()), 1U);
  }
  EXPECT_EQ(NumFiles(folder_.path()), 0U);
  auto whole = Replacement::Create(folder_.Path("b"));
  ASSERT_TRUE(whole.has_value() && whole->Finish(0600).has_value());
  EXPECT_EQ(StatusOf(folder_.Path("b")).st_mode & 07777U, 0600U);
}

class FolderLockTest : public ReplaceFileTest {
 protected:
  std::string LockPath() const { return folder_.Path(".tattle-lock"); }
};

TEST_F(FolderLockTest, KeepsOthersOutOfTheFolderAndGoesWithItsOwner) {
  {
    const auto lock = FolderLock::Create(folder_.Path("a"), kNoWait);
    ASSERT_TRUE(lock.has_value()) << lock.error();
    const auto second = FolderLock::Create(folder_.Path("b"), kNoWait);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error(), "another update is under way in " + folder_.path());
  }
  EXPECT_EQ(NumFiles(folder_.path()), 0U);
  EXPECT_TRUE(FolderLock::Create(folder_.Path("b"), kNoWait).has_value());
}

TEST_F(FolderLockTest, CannotBeHeldByWhoeverMayOnlyReadTheFolder) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  // Anybody can open the folder, and lock that.
  const Descriptor folder(open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(flock(folder.fd(), LOCK_EX), 0);
  const auto lock = FolderLock::Create(folder_.Path("a"), kNoWait);
  ASSERT_TRUE(lock.has_value()) << lock.error();
  EXPECT_EQ(StatusOf(LockPath()).st_mode & 07777U, 0600U);
}

TEST_F(FolderLockTest, CanBeHeldByWhoeverMayWriteIntoTheFolder) {
  const mode_t before = umask(077);
  for (const auto& [folder_mode, want] :
       {std::pair(0700U, 0600U), {0775U, 0660U}, {0757U, 0606U}, {0777U, 0666U}}) {
    ASSERT_EQ(chmod(folder_.path().c_str(), folder_mode), 0);
    const auto lock = FolderLock::Create(folder_.Path("a"), kNoWait);
    ASSERT_TRUE(lock.has_value()) << lock.error();
    EXPECT_EQ(StatusOf(LockPath()).st_mode & 07777U, want);
  }
  umask(before);
}

TEST_F(FolderLockTest, IsTheFolderOwnersEvenIfRootMadeIt) {
  if (geteuid() == 0) {  // nobody else can make the owner another
    ASSERT_EQ(chown(folder_.path().c_str(), 65534, 65534), 0);
  }
  const auto lock = FolderLock::Create(folder_.Path("a"), kNoWait);
  ASSERT_TRUE(lock.has_value()) << lock.error();
  EXPECT_EQ(StatusOf(LockPath()).st_uid, StatusOf(folder_.path()).st_uid);
}

TEST_F(FolderLockTest, AFileThatAKilledProcessLeftIsNoLock) {
  static_cast<void>(folder_.Write(".tattle-lock", ""));
  EXPECT_TRUE(FolderLock::Create(folder_.Path("a"), kNoWait).has_value());
}

TEST_F(FolderLockTest, DoesNotFollowALink) {
  std::filesystem::create_symlink(folder_.Path("other"), LockPath());
  const auto lock = FolderLock::Create(folder_.Path("a"), kNoWait);
  ASSERT_FALSE(lock.has_value());
  EXPECT_NE(lock.error().find("Too many levels of symbolic links"), std::string::npos);
}

TEST_F(FolderLockTest, SaysThatThereIsNoFolder) {
  const auto lock = FolderLock::Create(folder_.Path("none/a"), kNoWait);
  ASSERT_FALSE(lock.has_value());
  EXPECT_EQ(lock.error(),
            "cannot open the folder " + folder_.Path("none") + ": No such file or directory");
}

// The file goes and comes while others wait for it: there is still one owner at a time.
TEST_F(FolderLockTest, HasOneOwnerAtATimeOfManyWhoWait) {
  std::atomic<int> num_owners = 0;
  std::atomic<int> num_times = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) {
        const auto lock = FolderLock::Create(folder_.Path("a"), kWait);
        ASSERT_TRUE(lock.has_value()) << lock.error();
        EXPECT_EQ(++num_owners, 1);
        ++num_times;
        std::this_thread::yield();
        --num_owners;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(num_times, 400);
  EXPECT_EQ(NumFiles(folder_.path()), 0U);
}

}  // namespace
}  // namespace tattle::replace_file_test
