// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/datagram_socket.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "plugin/runtime/bounds.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::datagram_socket_test {
namespace {

constexpr std::uint64_t kNowMs = 1'795'000'000'000;
constexpr std::uint64_t kConnectEveryMs = 10'000;

const ByteVector kDatagram = {1, 2, 3, 4};

using Daemon = testlib::DatagramListener;

// OpenFds are the descriptors of this process, apart from that which looks for them.
std::set<int> OpenFds() {
  std::set<int> fds;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    fds.insert(std::stoi(entry.path().filename()));
  }
  std::erase_if(fds, [](int fd) { return fcntl(fd, F_GETFD) < 0; });
  return fds;
}

class DatagramSocketTest : public testing::Test {
 protected:
  // NewFd is the descriptor that has come since `before`.
  static int NewFd(const std::set<int>& before) {
    for (const int fd : OpenFds()) {
      if (!before.contains(fd)) {
        return fd;
      }
    }
    ADD_FAILURE() << "no new descriptor";
    return -1;
  }

  const testlib::ScratchFolder folder_;
  const std::string path_ = folder_.Path("observe.sock");
};

TEST_F(DatagramSocketTest, DeliversDatagramsWhole) {
  const Daemon daemon(path_);
  DatagramSocket sender(path_, kNowMs);
  for (const std::size_t len : {std::size_t{1}, std::size_t{10'000}, kMaxObservationSize}) {
    ByteVector datagram(len);
    for (std::size_t i = 0; i < len; ++i) {
      datagram.at(i) = static_cast<std::uint8_t>(i * 7);
    }
    EXPECT_TRUE(sender.MaySend(kNowMs));
    EXPECT_TRUE(sender.Send(datagram, kNowMs));
    EXPECT_EQ(daemon.Receive(), datagram) << len;
  }
  EXPECT_EQ(daemon.Receive(), std::nullopt);
}

TEST_F(DatagramSocketTest, SendsNothingWithoutADaemon) {
  DatagramSocket sender(path_, kNowMs);
  EXPECT_FALSE(sender.MaySend(kNowMs));
  EXPECT_FALSE(sender.Send(kDatagram, kNowMs));
  EXPECT_FALSE(sender.MaySend(kNowMs + kConnectEveryMs));
  EXPECT_FALSE(sender.Send(kDatagram, kNowMs + 2 * kConnectEveryMs));
}

TEST_F(DatagramSocketTest, NeverSendsToAPathThatIsNone) {
  const Daemon daemon(path_);
  for (const std::string& path :
       {std::string(), std::string(108, 'a'), std::string(5'000, 'a'), path_ + '\0',
        folder_.Path(""), path_.substr(0, path_.size() - 1)}) {
    DatagramSocket sender(path, kNowMs);
    EXPECT_FALSE(sender.MaySend(kNowMs + kConnectEveryMs));
    EXPECT_FALSE(sender.Send(kDatagram, kNowMs + 2 * kConnectEveryMs));
  }
}

TEST_F(DatagramSocketTest, FindsADaemonThatComesLaterOnceInTenSeconds) {
  DatagramSocket sender(path_, kNowMs);
  const Daemon daemon(path_);
  EXPECT_FALSE(sender.MaySend(kNowMs + kConnectEveryMs - 1));
  EXPECT_FALSE(sender.Send(kDatagram, kNowMs + kConnectEveryMs - 1));
  EXPECT_TRUE(sender.MaySend(kNowMs + kConnectEveryMs));
  EXPECT_TRUE(sender.Send(kDatagram, kNowMs + kConnectEveryMs));
  EXPECT_EQ(daemon.Receive(), kDatagram);
}

TEST_F(DatagramSocketTest, FindsADaemonThatComesLaterWhenTheClockWasSetBack) {
  DatagramSocket sender(path_, kNowMs);
  const Daemon daemon(path_);
  EXPECT_TRUE(sender.Send(kDatagram, 0));
}

TEST_F(DatagramSocketTest, FindsADaemonThatWasRestarted) {
  auto daemon = std::make_unique<Daemon>(path_);
  DatagramSocket sender(path_, kNowMs);
  daemon.reset();
  EXPECT_FALSE(sender.Send(kDatagram, kNowMs + 1));
  daemon = std::make_unique<Daemon>(path_);
  EXPECT_FALSE(sender.MaySend(kNowMs + kConnectEveryMs - 1));
  EXPECT_TRUE(sender.MaySend(kNowMs + kConnectEveryMs));
  EXPECT_TRUE(sender.Send(kDatagram, kNowMs + kConnectEveryMs));
  EXPECT_EQ(daemon->Receive(), kDatagram);

  // A restart that nobody noticed costs nothing, if it is not the second within ten seconds.
  daemon = std::make_unique<Daemon>(path_);
  EXPECT_TRUE(sender.Send(kDatagram, kNowMs + 2 * kConnectEveryMs));
  EXPECT_EQ(daemon->Receive(), kDatagram);
  daemon = std::make_unique<Daemon>(path_);
  EXPECT_FALSE(sender.Send(kDatagram, kNowMs + 2 * kConnectEveryMs + 1));
  EXPECT_EQ(daemon->Receive(), std::nullopt);
}

TEST_F(DatagramSocketTest, DropsAtOnceWhatAFullSocketDoesNotTake) {
  const Daemon daemon(path_);
  DatagramSocket sender(path_, kNowMs);
  std::size_t num_sent = 0;
  while (num_sent < 1'000'000 && sender.Send(kDatagram, kNowMs)) {
    ++num_sent;
  }
  EXPECT_GT(num_sent, 0U);
  EXPECT_LT(num_sent, 1'000'000U);
  EXPECT_FALSE(sender.Send(kDatagram, kNowMs));
  EXPECT_TRUE(sender.MaySend(kNowMs));
  while (daemon.Receive()) {
  }
  EXPECT_TRUE(sender.Send(kDatagram, kNowMs));
  EXPECT_EQ(daemon.Receive(), kDatagram);
}

TEST_F(DatagramSocketTest, KeepsItsSocketAfterADatagramThatIsTooLong) {
  const Daemon daemon(path_);
  DatagramSocket sender(path_, kNowMs);
  EXPECT_FALSE(sender.Send(ByteVector(64U << 20U), kNowMs));
  EXPECT_TRUE(sender.Send(kDatagram, kNowMs));
  EXPECT_EQ(daemon.Receive(), kDatagram);
}

TEST_F(DatagramSocketTest, OpensAnotherSocketWhenItsOwnWasClosed) {
  const Daemon daemon(path_);
  const std::set<int> before = OpenFds();
  DatagramSocket sender(path_, kNowMs);
  close(NewFd(before));
  EXPECT_TRUE(sender.Send(kDatagram, kNowMs));
  EXPECT_EQ(daemon.Receive(), kDatagram);
}

TEST_F(DatagramSocketTest, NeverTouchesADescriptorThatTookItsNumber) {
  const Daemon daemon(path_);
  std::array<int, 2> pipe_fds = {};
  ASSERT_EQ(pipe2(pipe_fds.data(), O_NONBLOCK | O_CLOEXEC), 0);
  for (const bool is_sent : {false, true}) {
    const std::set<int> before = OpenFds();
    auto sender = std::make_unique<DatagramSocket>(path_, kNowMs);
    const int fd = NewFd(before);
    ASSERT_EQ(dup2(pipe_fds.at(1), fd), fd);
    if (is_sent) {
      EXPECT_TRUE(sender->Send(kDatagram, kNowMs));
      EXPECT_EQ(daemon.Receive(), kDatagram);
    }
    sender.reset();
    std::array<char, 8> buffer = {};
    EXPECT_LT(read(pipe_fds.at(0), buffer.data(), buffer.size()), 0);  // nothing was written to it
    EXPECT_EQ(close(fd), 0);                                           // and nobody closed it
    EXPECT_EQ(OpenFds(), before);
  }
  close(pipe_fds.at(0));
  close(pipe_fds.at(1));
}

TEST_F(DatagramSocketTest, NeverSendsOnAnotherSocketThatTookItsNumber) {
  const Daemon daemon(path_);
  std::array<int, 2> pair = {};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair.data()), 0);
  const std::set<int> before = OpenFds();
  DatagramSocket sender(path_, kNowMs);
  const int fd = NewFd(before);
  ASSERT_EQ(dup2(pair.at(1), fd), fd);
  EXPECT_TRUE(sender.Send(kDatagram, kNowMs + kConnectEveryMs));
  EXPECT_EQ(daemon.Receive(), kDatagram);
  std::array<char, 8> buffer = {};
  EXPECT_LT(recv(pair.at(0), buffer.data(), buffer.size(), MSG_DONTWAIT), 0);
  for (const int left : {pair.at(0), pair.at(1), fd}) {
    EXPECT_EQ(close(left), 0);
  }
}

TEST_F(DatagramSocketTest, NeverTakesTheNumberOfAStandardStream) {
  const Daemon daemon(path_);
  const int kept = fcntl(0, F_DUPFD_CLOEXEC, 100);
  close(0);
  {
    DatagramSocket sender(path_, kNowMs);
    EXPECT_LT(fcntl(0, F_GETFD), 0);
    EXPECT_TRUE(sender.Send(kDatagram, kNowMs));
  }
  if (kept >= 0) {
    dup2(kept, 0);
    close(kept);
  }
}

TEST_F(DatagramSocketTest, SendsFromParentAndChild) {
  const Daemon daemon(path_);
  DatagramSocket sender(path_, kNowMs);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    _exit(sender.Send(ByteVector{7}, kNowMs) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(sender.Send(ByteVector{8}, kNowMs));
  EXPECT_EQ(daemon.Receive(), ByteVector{7});
  EXPECT_EQ(daemon.Receive(), ByteVector{8});
}

TEST_F(DatagramSocketTest, GivesBackEveryDescriptor) {
  std::uint64_t now_ms = kNowMs;
  auto daemon = std::make_unique<Daemon>(path_);
  const std::set<int> before = OpenFds();
  {
    DatagramSocket sender(path_, now_ms);
    for (int i = 0; i < 1'000; ++i) {
      daemon.reset();
      EXPECT_FALSE(
          sender.Send(kDatagram, now_ms += kConnectEveryMs));  // and a connect() that fails
      daemon = std::make_unique<Daemon>(path_);
      EXPECT_TRUE(sender.Send(kDatagram, now_ms += kConnectEveryMs));
    }
    EXPECT_EQ(OpenFds().size(), before.size() + 1);
  }
  EXPECT_EQ(OpenFds().size(), before.size());
}

}  // namespace
}  // namespace tattle::datagram_socket_test
