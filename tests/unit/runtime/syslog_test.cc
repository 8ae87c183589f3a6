// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/syslog.h"

#include <errno.h>
#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::syslog_test {
namespace {

constexpr std::uint64_t kNowMs = 1'791'000'000'000;
constexpr std::int64_t kNowS = 1'791'000'000;  // 2026-10-03T04:00:00Z, a Saturday

class FormatSyslogLineTest : public testing::Test {};

TEST_F(FormatSyslogLineTest, IsWhatRfc3164Says) {
  EXPECT_EQ(FormatSyslogLine(LogLevel::kInfo, "curl", 4711, "a.test: compliant", kNowS),
            "<30>Oct  3 04:00:00 curl[4711]: tattle: a.test: compliant");
  EXPECT_EQ(FormatSyslogLine(LogLevel::kWarning, "p", 1, "", kNowS + 30LL * 86400 + 12),
            "<28>Nov  2 04:00:12 p[1]: tattle: ");
  EXPECT_EQ(FormatSyslogLine(LogLevel::kError, "p", 1, "x", 951'782'399),
            "<27>Feb 28 23:59:59 p[1]: tattle: x");
  EXPECT_EQ(FormatSyslogLine(LogLevel::kError, "p", 1, "x", 951'782'400),
            "<27>Feb 29 00:00:00 p[1]: tattle: x");
}

TEST_F(FormatSyslogLineTest, TakesTheNameWithoutTheTitle) {
  for (const char* title : {"nginx: worker process", "nginx [worker]", "nginx worker"}) {
    EXPECT_EQ(FormatSyslogLine(LogLevel::kInfo, title, 1, "x", kNowS),
              "<30>Oct  3 04:00:00 nginx[1]: tattle: x");
  }
}

TEST_F(FormatSyslogLineTest, CutsTheMiddleOutOfWhatIsTooLong) {
  for (const std::size_t len : {800U, 2000U, 100'000U}) {
    const std::string text = std::string(len, 'x') + std::string(200, 'y') + " (refused)";
    const std::string line = FormatSyslogLine(LogLevel::kInfo, "p", 1, text, kNowS);
    EXPECT_EQ(line.size(), Syslog::kMaxPacket) << len;
    EXPECT_NE(line.find("tattle: xxx"), std::string::npos) << len;
    EXPECT_EQ(line.substr(line.size() - 105),
              (len == 800 ? "yy..." : "xx...") + std::string(90, 'y') + " (refused)");
  }
  const std::string text(Syslog::kMaxPacket - 34, 'x');
  EXPECT_EQ(FormatSyslogLine(LogLevel::kInfo, "p", 1, text, kNowS).size(), Syslog::kMaxPacket);
  EXPECT_EQ(FormatSyslogLine(LogLevel::kInfo, "p", 1, text, kNowS).find("..."), std::string::npos);
}

class SyslogTest : public testing::Test {
 protected:
  // WriteMany counts the lines that were taken.
  int WriteMany(Syslog& syslog, LogLevel level, std::uint64_t now_ms) const {
    int taken = 0;
    for (int i = 0; i < 100; ++i) {
      taken += syslog.Write(level, "x", now_ms) ? 1 : 0;
      listener_.Receive();
    }
    return taken;
  }

  testlib::ScratchFolder folder_;
  std::string path_ = folder_.Path("log");
  testlib::DatagramListener listener_{path_};
};

TEST_F(SyslogTest, WritesALine) {
  Syslog syslog(path_, kNowMs);
  ASSERT_TRUE(syslog.Write(LogLevel::kWarning, "a.test: not compliant", kNowMs));
  const std::string line = listener_.ReceiveText();
  EXPECT_EQ(line.substr(0, 5), "<28>O");
  EXPECT_NE(line.find("]: tattle: a.test: not compliant"), std::string::npos);
  EXPECT_NE(line.find("[" + std::to_string(getpid()) + "]"), std::string::npos);
}

TEST_F(SyslogTest, KeepsTheNameThatItBeganWith) {
  char* const before = program_invocation_short_name;
  const std::string name = before;
  std::string title = "in disguise";
  Syslog syslog(path_, kNowMs);
  program_invocation_short_name = title.data();
  const bool is_written = syslog.Write(LogLevel::kInfo, "x", kNowMs);
  program_invocation_short_name = before;
  ASSERT_TRUE(is_written);
  EXPECT_NE(listener_.ReceiveText().find(" " + name + "["), std::string::npos);
}

TEST_F(SyslogTest, WritesNothingWithoutAPath) {
  Syslog syslog("", kNowMs);
  EXPECT_FALSE(syslog.is_on());
  EXPECT_FALSE(syslog.Write(LogLevel::kError, "x", kNowMs));
}

TEST_F(SyslogTest, RationsEachLevelForItself) {
  Syslog syslog(path_, kNowMs);
  EXPECT_EQ(WriteMany(syslog, LogLevel::kInfo, kNowMs), 30);
  EXPECT_EQ(WriteMany(syslog, LogLevel::kError, kNowMs), 30);
  EXPECT_EQ(WriteMany(syslog, LogLevel::kInfo, kNowMs + 9'999), 0);
  EXPECT_EQ(WriteMany(syslog, LogLevel::kInfo, kNowMs + 10'000), 30);
}

TEST_F(SyslogTest, DropsAtOnceWhatAFullSocketDoesNotTake) {
  Syslog syslog(path_, kNowMs);
  int taken = 0;
  // Fifty windows of thirty lines are more than a socket holds.
  for (int i = 0; i < 1500; ++i) {
    const std::uint64_t now_ms = kNowMs + static_cast<std::uint64_t>(i / 30) * 10'000;
    taken += syslog.Write(LogLevel::kInfo, std::string(900, 'x'), now_ms) ? 1 : 0;
  }
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, 1500);
}

}  // namespace
}  // namespace tattle::syslog_test
