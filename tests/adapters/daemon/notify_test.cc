// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/notify.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "plugin/runtime/descriptor.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::daemon::notify_test {
namespace {

union SocketAddress {
  sockaddr any;
  sockaddr_un unix_path;
};

TEST(NotifierTest, SpeaksToPathsAndToNamesOfNoFileSystem) {
  const testlib::ScratchFolder folder;
  const testlib::DatagramListener listener(folder.Path("notify"));
  const Notifier notifier(folder.Path("notify"));
  EXPECT_TRUE(notifier.Ready());
  EXPECT_EQ(listener.ReceiveText(), "READY=1");
  EXPECT_TRUE(notifier.Reloading(12));
  EXPECT_EQ(listener.ReceiveText(), "RELOADING=1\nMONOTONIC_USEC=12");

  SocketAddress address = {};
  address.unix_path = {};
  address.unix_path.sun_family = AF_UNIX;
  const std::string name = "tattle-test-" + std::to_string(getpid());
  std::copy(name.begin(), name.end(), std::next(std::begin(address.unix_path.sun_path)));
  const Descriptor abstract(socket(AF_UNIX, SOCK_DGRAM, 0));
  ASSERT_EQ(bind(abstract.fd(), &address.any,
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())),
            0);
  EXPECT_TRUE(Notifier("@" + name).Stopping());
  std::array<char, 64> text = {};
  EXPECT_EQ(recv(abstract.fd(), text.data(), text.size(), MSG_DONTWAIT), 10);
  EXPECT_THAT(text.data(), testing::StartsWith("STOPPING=1"));
}

TEST(NotifierTest, WithoutAListenerNothingHappens) {
  EXPECT_FALSE(Notifier("").Ready());
  EXPECT_FALSE(Notifier("/nowhere/notify").Ready());
  EXPECT_FALSE(Notifier("relative").Ready());
  EXPECT_FALSE(Notifier("@" + std::string(200, 'x')).Ready());
}

TEST(WatchdogPeriodTest, IsHalfOfWhatIsAllowedToThisProcess) {
  using std::chrono::milliseconds;
  EXPECT_EQ(WatchdogPeriod("30000000", nullptr, 4711), milliseconds(15'000));
  EXPECT_EQ(WatchdogPeriod("30000000", "4711", 4711), milliseconds(15'000));
  EXPECT_EQ(WatchdogPeriod("30000000", "4712", 4711), std::nullopt);
  EXPECT_EQ(WatchdogPeriod("30000000", "x", 4711), std::nullopt);
  EXPECT_EQ(WatchdogPeriod(nullptr, nullptr, 4711), std::nullopt);
  EXPECT_EQ(WatchdogPeriod("0", nullptr, 4711), std::nullopt);
  EXPECT_EQ(WatchdogPeriod("soon", nullptr, 4711), std::nullopt);
}

}  // namespace
}  // namespace tattle::daemon::notify_test
