// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The daemon's sockets, with a loop of their own and clients in the same process.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "adapters/daemon/observe/observe_socket.h"
#include "adapters/daemon/sockets/line_server.h"
#include "adapters/daemon/sockets/unix_socket.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/datagram_socket.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::daemon::sockets_test {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kNowMs = 1'792'000'000'000;

union SocketAddress {
  sockaddr any;
  sockaddr_un unix_path;
};

Descriptor ConnectTo(const std::string& path, int type) {
  SocketAddress address = {};
  address.unix_path = {};
  address.unix_path.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), std::begin(address.unix_path.sun_path));
  Descriptor made(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  return connect(made.fd(), &address.any, sizeof(address.unix_path)) == 0 ? std::move(made)
                                                                          : Descriptor(-1);
}

class SocketsTest : public testing::Test {
 protected:
  SocketsTest() : base_(event_base_new()) { event_base_priority_init(base_.get(), kNumPriorities); }

  // Loop serves until there is nothing to do, or `done` says so; false if it never did.
  template <typename Done>
  bool LoopUntil(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) {
        return false;
      }
      const timeval tick = {0, 5000};
      event_base_loopexit(base_.get(), &tick);
      event_base_dispatch(base_.get());
    }
    return true;
  }

  UnixSocket Bind(const std::string& name, int type, mode_t mode = 0660) {
    auto made = UnixSocket::Create({folder_.Path(name), type, mode, std::nullopt});
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error());
    return *std::move(made);
  }

  testlib::ScratchFolder folder_;
  EventBasePtr base_;
  Counts counts_;
};

using UnixSocketTest = SocketsTest;

TEST_F(UnixSocketTest, HasTheModeItIsToldAndLeavesNothingBehind) {
  {
    const UnixSocket open = Bind("a", SOCK_DGRAM, 0666);
    struct stat status = {};
    ASSERT_EQ(stat(folder_.Path("a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0666U);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("a")));
}

TEST_F(UnixSocketTest, TakesThePlaceOfOneThatNobodyServes) {
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    {
      const testlib::DatagramListener dead(folder_.Path("a"));
    }  // its file stays, as after kill -9
    ASSERT_TRUE(std::filesystem::exists(folder_.Path("a")));
    const UnixSocket made = Bind("a", type);
    EXPECT_GE(ConnectTo(folder_.Path("a"), type).fd(), 0);
  }
}

TEST_F(UnixSocketTest, LeavesOneThatIsServedAndWhatIsNoSocket) {
  const UnixSocket served = Bind("a", SOCK_STREAM);
  const auto second = UnixSocket::Create({folder_.Path("a"), SOCK_STREAM, 0600, std::nullopt});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error(), HasSubstr("is served by another process; unless tattled runs"));
  static_cast<void>(folder_.Write("file", "mine"));
  const auto file = UnixSocket::Create({folder_.Path("file"), SOCK_DGRAM, 0600, std::nullopt});
  ASSERT_FALSE(file.has_value());
  EXPECT_THAT(file.error(), HasSubstr("is there and is no socket"));
  EXPECT_TRUE(std::filesystem::exists(folder_.Path("file")));
  const auto nowhere = UnixSocket::Create({folder_.Path("none/a"), SOCK_DGRAM, 0600, std::nullopt});
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_THAT(nowhere.error(), HasSubstr("cannot be bound (No such file or directory)"));
}

TEST_F(UnixSocketTest, LeavesOneThatIsServedAsAnotherKind) {
  const UnixSocket served = Bind("a", SOCK_DGRAM);
  const auto second = UnixSocket::Create({folder_.Path("a"), SOCK_STREAM, 0600, std::nullopt});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error(), HasSubstr("Protocol wrong type for socket"));
  EXPECT_GE(ConnectTo(folder_.Path("a"), SOCK_DGRAM).fd(), 0);
}

// AsNobody is without root's rights while it lives, if there were any.
class AsNobody {
 public:
  AsNobody() : uid_(geteuid()) { EXPECT_EQ(uid_ == 0 ? seteuid(65534) : 0, 0); }
  ~AsNobody() { EXPECT_EQ(seteuid(uid_), 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  uid_t uid_;
};

TEST_F(UnixSocketTest, LeavesOneThatMayNotBeAsked) {
  const UnixSocket served = Bind("a", SOCK_STREAM, 0);
  ASSERT_EQ(chmod(folder_.Path("").c_str(), 0777), 0);  // whoever may not ask could remove it
  const AsNobody nobody;
  const auto second = UnixSocket::Create({folder_.Path("a"), SOCK_STREAM, 0600, std::nullopt});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error(), HasSubstr("Permission denied"));
  EXPECT_TRUE(std::filesystem::exists(folder_.Path("a")));
}

TEST_F(UnixSocketTest, DoesNotRemoveTheSocketOfASuccessor) {
  auto first = std::make_unique<UnixSocket>(Bind("a", SOCK_DGRAM));
  std::filesystem::remove(folder_.Path("a"));
  const UnixSocket second = Bind("a", SOCK_DGRAM);
  first.reset();
  EXPECT_TRUE(std::filesystem::exists(folder_.Path("a")));
}

class ObserveSocketTest : public SocketsTest {
 protected:
  void Open(std::uint64_t rate) {
    limits_.emplace(rate, 100'000, kNowMs);
    auto made = ObserveSocket::Create(
        base_.get(), Bind("observe", SOCK_DGRAM, 0666), *limits_,
        [this](Bytes datagram) { taken_.emplace_back(AsText(datagram)); }, [] { return kNowMs; },
        counts_);
    ASSERT_TRUE(made.has_value()) << made.error();
    observe_ = *std::move(made);
  }

  bool WaitFor(std::uint64_t number) {
    return LoopUntil([&] { return counts_.Get(Count::kObservations) >= number; });
  }

  std::optional<SenderLimits> limits_;
  std::vector<std::string> taken_;
  std::unique_ptr<ObserveSocket> observe_;
};

TEST_F(ObserveSocketTest, TakesWhatAClientSends) {
  Open(100);
  DatagramSocket client(folder_.Path("observe"), kNowMs);
  ASSERT_TRUE(client.Send(AsBytes("one"), kNowMs));
  ASSERT_TRUE(client.Send(AsBytes("two"), kNowMs));
  ASSERT_TRUE(WaitFor(2));
  EXPECT_THAT(taken_, testing::ElementsAre("one", "two"));
}

TEST_F(ObserveSocketTest, NoticesWhatIsLongerThanTheBound) {
  Open(100);
  DatagramSocket client(folder_.Path("observe"), kNowMs);
  ASSERT_TRUE(client.Send(ByteVector(kMaxObservationSize), kNowMs));
  ASSERT_TRUE(client.Send(ByteVector(kMaxObservationSize + 1), kNowMs));
  ASSERT_TRUE(WaitFor(2));
  ASSERT_EQ(taken_.size(), 1U);
  EXPECT_EQ(taken_[0].size(), kMaxObservationSize);
  EXPECT_EQ(counts_.Get(Count::kObservationsTooLong), 1U);
}

TEST_F(ObserveSocketTest, DropsWhatASenderSendsBeyondHisRate) {
  Open(1);
  DatagramSocket client(folder_.Path("observe"), kNowMs);
  for (std::uint64_t i = 1; i <= 30; ++i) {
    ASSERT_TRUE(client.Send(AsBytes("x"), kNowMs));
    ASSERT_TRUE(WaitFor(i));
  }
  EXPECT_EQ(taken_.size(), 10U);
  EXPECT_EQ(counts_.Get(Count::kObservationsOverRate), 20U);
}

std::size_t NumOpen() {
  const std::filesystem::directory_iterator open("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

TEST_F(ObserveSocketTest, KeepsNoDescriptorThatIsSentAlong) {
  Open(100);
  const Descriptor client = ConnectTo(folder_.Path("observe"), SOCK_DGRAM);
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(int))> control = {};
  iovec from = {nullptr, 0};
  msghdr message = {};
  message.msg_iov = &from;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int sent = client.fd();
  std::copy_n(static_cast<const std::uint8_t*>(static_cast<const void*>(&sent)), sizeof(sent),
              CMSG_DATA(header));
  const std::size_t before = NumOpen();
  ASSERT_EQ(sendmsg(client.fd(), &message, 0), 0);
  ASSERT_TRUE(WaitFor(1));
  EXPECT_EQ(NumOpen(), before);
}

class LineServerTest : public SocketsTest {
 protected:
  void Open(const LineServerOptions& options) {
    server_.emplace(
        base_.get(), Bind("line", SOCK_STREAM), options,
        [this](std::string_view line, uid_t uid) {
          uid_ = uid;
          return "<" + std::string(line) + ">";
        },
        counts_);
  }

  Descriptor Client() {
    Descriptor made = ConnectTo(folder_.Path("line"), SOCK_STREAM);
    fcntl(made.fd(), F_SETFL, O_NONBLOCK);
    return made;
  }

  static void Write(const Descriptor& client, std::string_view text) {
    ASSERT_EQ(send(client.fd(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }

  // ReadToEnd is all that comes until the server hangs up.
  std::string ReadToEnd(const Descriptor& client) {
    std::string out;
    EXPECT_TRUE(LoopUntil([&] {
      std::array<char, 4096> chunk = {};
      const ssize_t len = recv(client.fd(), chunk.data(), chunk.size(), 0);
      out.append(chunk.data(), len > 0 ? static_cast<std::size_t>(len) : 0);
      return len == 0 || (len < 0 && errno != EAGAIN);
    }));
    return out;
  }

  std::optional<LineServer> server_;
  uid_t uid_ = 0;
};

TEST_F(LineServerTest, AnswersALineAndHangsUpAfterThePeer) {
  Open({});
  const Descriptor client = Client();
  Write(client, "hello\r\nyou\n");
  shutdown(client.fd(), SHUT_WR);  // as Exim does
  EXPECT_EQ(ReadToEnd(client), "<hello>\n<you>\n");
  EXPECT_EQ(uid_, getuid());
  EXPECT_EQ(server_->num_connections(), 0U);
}

TEST_F(LineServerTest, TakesALineWithoutItsEnd) {
  Open({});
  const Descriptor client = Client();
  Write(client, "hello");
  shutdown(client.fd(), SHUT_WR);
  EXPECT_EQ(ReadToEnd(client), "<hello>\n");
}

TEST_F(LineServerTest, CutsAPeerWhoSendsTooMuch) {
  LineServerOptions options;
  options.max_line = 100;
  options.max_lines_a_connection = 3;
  Open(options);
  const Descriptor long_line = Client();
  Write(long_line, std::string(101, 'x'));
  EXPECT_EQ(ReadToEnd(long_line), "");
  const Descriptor many_lines = Client();
  Write(many_lines, "\n\n\n\n");
  EXPECT_THAT(ReadToEnd(many_lines), testing::Not(HasSubstr("<>\n<>\n<>\n<>\n")));
  EXPECT_EQ(counts_.Get(Count::kConnectionsCut), 2U);
}

TEST_F(LineServerTest, CutsAPeerWhoSaysNothing) {
  LineServerOptions options;
  options.timeout = std::chrono::milliseconds(20);
  Open(options);
  const Descriptor client = Client();
  Write(client, "hel");
  EXPECT_EQ(ReadToEnd(client), "");
  EXPECT_EQ(counts_.Get(Count::kConnectionsCut), 1U);
}

TEST_F(LineServerTest, GivesALineOneDeadlineHoweverItsBytesCome) {
  LineServerOptions options;
  options.timeout = std::chrono::milliseconds(500);
  Open(options);
  const Descriptor client = Client();
  Write(client, "first\n");
  ASSERT_TRUE(LoopUntil([&] { return uid_ == getuid() && server_->num_connections() == 1; }));
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() < start + std::chrono::seconds(10) &&
         send(client.fd(), "x", 1, MSG_NOSIGNAL) == 1) {
    const timeval tick = {0, 20'000};
    event_base_loopexit(base_.get(), &tick);
    event_base_dispatch(base_.get());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(counts_.Get(Count::kConnectionsCut), 1U);
}

TEST_F(LineServerTest, StrangersLeaveRoomForThoseWhoAreKnown) {
  bool is_known = false;
  LineServerOptions options;
  options.max_connections = 100;
  options.max_connections_of_strangers = 3;
  options.is_known = [&is_known](uid_t /*uid*/) { return is_known; };
  Open(options);
  std::vector<Descriptor> clients;
  clients.reserve(60);
  for (int i = 0; i < 60; ++i) {
    clients.push_back(Client());
  }
  ASSERT_TRUE(LoopUntil([&] { return counts_.Get(Count::kConnections) == 60; }));
  EXPECT_EQ(server_->num_connections(), 3U);
  is_known = true;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(Client());
  }
  ASSERT_TRUE(LoopUntil([&] { return counts_.Get(Count::kConnections) == 120; }));
  EXPECT_EQ(server_->num_connections(), 52U);  // 97 were free: 49, and 48 are left
  clients.clear();
  ASSERT_TRUE(LoopUntil([&] { return server_->num_connections() == 0; }));
}

TEST_F(LineServerTest, LeavesAsManyConnectionsToOthersAsOneUserHas) {
  LineServerOptions options;
  options.max_connections = 8;
  Open(options);
  constexpr std::size_t kClients = 6;
  std::vector<Descriptor> clients;
  clients.reserve(kClients);
  while (clients.size() < kClients) {
    clients.push_back(Client());
  }
  ASSERT_TRUE(LoopUntil([&] { return counts_.Get(Count::kConnections) == kClients; }));
  EXPECT_EQ(server_->num_connections(), 4U);
  EXPECT_EQ(counts_.Get(Count::kConnectionsCut), 2U);
  clients.clear();
  ASSERT_TRUE(LoopUntil([&] { return server_->num_connections() == 0; }));
  const Descriptor client = Client();
  Write(client, "again\n");
  shutdown(client.fd(), SHUT_WR);
  EXPECT_EQ(ReadToEnd(client), "<again>\n");
}

}  // namespace
}  // namespace tattle::daemon::sockets_test
