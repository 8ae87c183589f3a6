// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "tests/testlib/scratch_folder.h"

namespace tattle::file_test {
namespace {

class ReadRegularFileTest : public ::testing::Test {
 protected:
  testlib::ScratchFolder folder_;
};

TEST_F(ReadRegularFileTest, ReadsFilesUpToTheBound) {
  for (const std::size_t size : {0U, 1U, 16383U, 16384U, 16385U, 50000U}) {
    const std::string text(size, 'a');
    const std::string path = folder_.Write("file", text);
    const auto content = ReadRegularFile(path, size);
    ASSERT_TRUE(content) << content.error().sentence;
    EXPECT_EQ(AsText(content->bytes), text);
    EXPECT_EQ(content->identity.size, size);
    if (size > 0) {
      const auto larger = ReadRegularFile(path, size - 1);
      ASSERT_FALSE(larger);
      EXPECT_EQ(larger.error().sentence,
                path + ": is larger than " + std::to_string(size - 1) + " bytes");
      EXPECT_FALSE(larger.error().missing);
    }
  }
}

// /proc gives its files no size: the bound holds all the same.
TEST_F(ReadRegularFileTest, BoundsFilesWhoseSizeIsNotKnown) {
  EXPECT_TRUE(ReadRegularFile("/proc/self/status", 1U << 20U));
  const auto larger = ReadRegularFile("/proc/self/status", 10);
  ASSERT_FALSE(larger);
  EXPECT_EQ(larger.error().sentence, "/proc/self/status: is larger than 10 bytes");
}

TEST_F(ReadRegularFileTest, SaysThatAFileIsMissing) {
  const std::string file = folder_.Write("file", "a");
  for (const std::string& path : {folder_.Path("none"), file + "/none"}) {
    const auto content = ReadRegularFile(path, 10);
    ASSERT_FALSE(content);
    EXPECT_TRUE(content.error().missing) << path;
    EXPECT_EQ(content.error().sentence.substr(0, path.size()), path);
  }
  const auto none = ReadRegularFile(folder_.Path("none"), 10);
  EXPECT_EQ(none.error().sentence,
            folder_.Path("none") + ": cannot be read (No such file or directory)");
  EXPECT_FALSE(ReadRegularFile(file + std::string("\0b", 2), 10));
}

// Were one of them opened as it is, the test would hang.
TEST_F(ReadRegularFileTest, RefusesWhatIsNoRegularFileWithoutWaiting) {
  const std::string fifo = folder_.Path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string socket_path = folder_.Path("socket");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  ASSERT_LT(socket_path.size(), sizeof(address.sun_path));
  std::copy(socket_path.begin(), socket_path.end(), std::begin(address.sun_path));
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): POSIX
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  for (const std::string& path : {fifo, socket_path, folder_.path(), std::string("/dev/null")}) {
    const auto content = ReadRegularFile(path, 10);
    ASSERT_FALSE(content) << path;
    EXPECT_TRUE(content.error().not_regular) << path;
    EXPECT_FALSE(content.error().missing) << path;
  }
  close(fd);
}

TEST_F(ReadRegularFileTest, LeavesNoDescriptorOpen) {
  const std::string path = folder_.Write("file", "text");
  const auto lowest_free = [] {
    const int fd = open("/dev/null", O_RDONLY);
    close(fd);
    return fd;
  };
  const int before = lowest_free();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(ReadRegularFile(path, 10));
    EXPECT_FALSE(ReadRegularFile(path, 1));
    EXPECT_FALSE(ReadRegularFile(folder_.path(), 1));
  }
  EXPECT_EQ(lowest_free(), before);
}

TEST_F(ReadRegularFileTest, TellsByTheIdentityThatAFileChanged) {
  const std::string path = folder_.Write("file", "text");
  const FileIdentity first = ReadRegularFile(path, 10)->identity;
  EXPECT_EQ(ReadRegularFile(path, 10)->identity, first);
  EXPECT_EQ(FindIdentity(path), first);

  folder_.Replace("file", "text");
  EXPECT_NE(FindIdentity(path), first);
  const FileIdentity second = ReadRegularFile(path, 10)->identity;
  std::filesystem::resize_file(path, 3);
  EXPECT_NE(FindIdentity(path), second);
  std::filesystem::remove(path);
  EXPECT_EQ(FindIdentity(path), std::nullopt);
}

TEST_F(ReadRegularFileTest, TellsAChangeWhoseTimeWasSetBack) {
  const std::string path = folder_.Write("file", "text");
  const auto time = std::filesystem::last_write_time(path);
  const FileIdentity before = *FindIdentity(path);
  // The kernel's clock for files ticks every few milliseconds.
  for (int i = 0; i < 1000 && FindIdentity(path)->ctime_ns == before.ctime_ns; ++i) {
    usleep(1000);
    folder_.Write("file", "TEXT");
    std::filesystem::last_write_time(path, time);
  }
  EXPECT_NE(FindIdentity(path), before);
}

}  // namespace
}  // namespace tattle::file_test
