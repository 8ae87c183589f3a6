// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client says of connections, to people and to the daemon.

#include <algorithm>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/loglist/encode.h"
#include "plugin/runtime/client.h"
#include "plugin/runtime/observation.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/unit/runtime/client_fixture.h"

namespace tattle::client_report_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using ClientReportTest = testlib::ClientFixture;

// Daemon takes observations.
class Daemon {
 public:
  explicit Daemon(const std::string& path) : listener_(path) {}

  std::optional<Observation> Receive() const {
    const std::optional<ByteVector> datagram = listener_.Receive();
    if (!datagram) {
      return std::nullopt;
    }
    const Result<Observation> observation = DecodeObservation(*datagram);
    EXPECT_TRUE(observation);
    return observation ? std::optional(*observation) : std::nullopt;
  }

 private:
  testlib::DatagramListener listener_;
};

TEST_F(ClientReportTest, SaysOneLineWithoutControlCharacters) {
  const auto client = Make();
  Connection connection = ConnectionWith(world().good);
  connection.host = "a\nb\x7f";
  static_cast<void>(client->Judge(connection, kNowMs));
  EXPECT_THAT(lines_, ElementsAre(StartsWith("1 a?b?: ")));
}

TEST_F(ClientReportTest, WritesToSyslogWhatWasJudgedAndCountersOnceAnHour) {
  const testlib::DatagramListener syslog(Path("log"));
  options_.config.syslog = Path("log");
  options_.log = nullptr;
  const auto client = Make();
  Connection connection = ConnectionWith(world().poor);
  connection.host = "a.test\nb";
  static_cast<void>(client->Judge(connection, kNowMs));
  EXPECT_THAT(syslog.ReceiveText(), HasSubstr("]: tattle: a.test?b: not compliant with chrome: "));
  connection.chain = ChainStatus::kNotValidated;
  static_cast<void>(client->Judge(connection, kNowMs));
  EXPECT_EQ(syslog.ReceiveText(), "");
  connection = ConnectionWith(world().good);
  static_cast<void>(client->Judge(connection, kNowMs + kHourMs));
  EXPECT_THAT(syslog.ReceiveText(), HasSubstr("example.test: compliant"));
  EXPECT_THAT(syslog.ReceiveText(), HasSubstr("tattle: counters: judged 2, compliant 1, "
                                              "not_compliant 1, out_of_scope 1, refused 1"));
  static_cast<void>(client->Judge(connection, kNowMs + kHourMs + 1));
  EXPECT_THAT(syslog.ReceiveText(), HasSubstr("example.test: compliant"));
  EXPECT_EQ(syslog.ReceiveText(), "");
}

TEST_F(ClientReportTest, TellsSyslogThatAHostIsExempt) {
  const testlib::DatagramListener syslog(Path("log"));
  options_.config.syslog = Path("log");
  options_.config.exempt_hosts = {"*.internal.test"};
  options_.log = nullptr;
  const auto client = Make();
  Connection connection = ConnectionWith(world().poor);
  connection.host = "mail.internal.test";
  const Session session = client->Judge(connection, kNowMs);
  const std::string line = syslog.ReceiveText();
  EXPECT_THAT(line, StartsWith("<30>"));
  EXPECT_THAT(line, HasSubstr("]: tattle: mail.internal.test: CT not judged: the host is listed in "
                              "exempt_hosts"));
  connection.host = "internal.test";
  static_cast<void>(client->Judge(connection, kNowMs));
  EXPECT_THAT(syslog.ReceiveText(), HasSubstr("internal.test: not compliant"));
  const auto resumed = client->Resume(connection, session.saved, kNowMs);
  EXPECT_FALSE(resumed) << "of another host";
  // No more than other lines.
  connection.host = "mail.internal.test";
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(client->Judge(connection, kNowMs));
  }
  EXPECT_GT(client->counters().Get(Counter::kLogLinesLost), 60U);
}

TEST_F(ClientReportTest, WarnsOfAStaleListOnceUntilThereIsANewOne) {
  const auto put = [this](std::uint64_t made_ms) {
    Write("list.json", EncodeLogListJson(*LogList::Create(ListContent(made_ms))));
  };
  const testlib::DatagramListener syslog(Path("log"));
  options_.config.syslog = Path("log");
  options_.config.log_list = Path("list.json");
  options_.list.reset();
  options_.log = nullptr;
  put(kListMs);
  const auto client = Make();
  std::uint64_t now_ms = kListMs + kLogListMaxAgeMs + kHourMs;
  const auto warnings_of = [&](int num_judged) {
    int count = 0;
    for (int i = 0; i < num_judged; ++i, now_ms += 2'000) {
      static_cast<void>(client->Judge(ConnectionWith(world().good), now_ms));
    }
    for (std::string line; !(line = syslog.ReceiveText()).empty();) {
      count += line.rfind("<28>", 0) == 0 &&
                       line.find("tattle: the log list is older than 70 days") != std::string::npos
                   ? 1
                   : 0;
    }
    return count;
  };
  EXPECT_EQ(warnings_of(3), 1);
  put(now_ms - kHourMs);
  EXPECT_EQ(warnings_of(2), 0);
  now_ms += kLogListMaxAgeMs;
  EXPECT_EQ(warnings_of(2), 1);
}

TEST_F(ClientReportTest, CountsLinesThatNobodyTakes) {
  options_.config.syslog = Path("nobody");
  const auto client = Make();
  static_cast<void>(client->Judge(ConnectionWith(world().good), kNowMs));
  EXPECT_EQ(client->counters().Get(Counter::kLogLinesLost), 1U);
}

TEST_F(ClientReportTest, TellsTheDaemonWhatItSawOnceAnHourAndHost) {
  options_.config.observe_socket = Path("observe.sock");
  const Daemon daemon(options_.config.observe_socket);
  const auto client = Make();
  Connection connection = ConnectionWith(world().good);
  static_cast<void>(client->Judge(connection, kNowMs));
  const std::optional<Observation> seen = daemon.Receive();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->host, "example.test");
  EXPECT_EQ(seen->seen_ms, kNowMs);
  EXPECT_TRUE(seen->compliant);
  EXPECT_THAT(seen->chain, ElementsAre(world().good, world().ca.certificate()));
  static_cast<void>(client->Judge(connection, kNowMs + 1));
  EXPECT_FALSE(daemon.Receive());
  connection.host = "other.test";
  static_cast<void>(client->Judge(connection, kNowMs + 2));
  EXPECT_TRUE(daemon.Receive());
  static_cast<void>(client->Judge(connection, kNowMs + 2 + kHourMs));
  EXPECT_TRUE(daemon.Receive());
  EXPECT_EQ(client->counters().Get(Counter::kObservationsSent), 3U);
  EXPECT_EQ(client->counters().Get(Counter::kObservationsDropped), 0U);
}

TEST_F(ClientReportTest, TellsTheDaemonNothingOfWhatIsOutOfScope) {
  options_.config.observe_socket = Path("observe.sock");
  options_.config.exempt_hosts = {"example.test"};
  const Daemon daemon(options_.config.observe_socket);
  static_cast<void>(Make()->Judge(ConnectionWith(world().good), kNowMs));
  EXPECT_FALSE(daemon.Receive());
}

TEST_F(ClientReportTest, CountsWhatItCannotTellTheDaemon) {
  options_.config.observe_socket = Path("observe.sock");
  const auto client = Make();
  EXPECT_EQ(client->Judge(ConnectionWith(world().good), kNowMs).decision, Decision::kProceed);
  EXPECT_EQ(client->counters().Get(Counter::kObservationsDropped), 1U);
  static_cast<void>(client->Judge(ConnectionWith(world().good), kNowMs));
  EXPECT_EQ(std::count(lines_.begin(), lines_.end(),
                       "1 observe_socket: nobody takes observations at " + Path("observe.sock")),
            1);
}

}  // namespace
}  // namespace tattle::client_report_test
