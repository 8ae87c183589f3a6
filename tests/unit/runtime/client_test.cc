// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/client.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/loglist/encode.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/observation.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::client_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testlib::TestCa;
using testlib::TestKey;
using testlib::TestLog;

constexpr std::uint64_t kStampMs = 1'790'000'100'000;
constexpr std::uint64_t kNowMs = 1'792'000'000'000;
constexpr std::uint64_t kHourMs = 3'600'000;
constexpr std::uint64_t kListMs = kNowMs - 24 * kHourMs;

// World is slow to make and the same for all tests.
struct World {
  TestCa ca{"Public CA"};
  TestKey leaf_key = TestKey::P256();
  TestLog alpha{"Alpha", "Operator A"};
  TestLog beta{"Beta", "Operator B"};
  ByteVector good = Leaf({&alpha, &beta}, kStampMs);
  ByteVector poor = Leaf({&alpha}, kStampMs);

  ByteVector Leaf(const std::vector<const TestLog*>& logs, std::uint64_t stamp_ms) const {
    return ca.Issue(leaf_key, {}, [&](Bytes tbs) {
      std::vector<ByteVector> scts;
      scts.reserve(logs.size());
      for (const TestLog* log : logs) {
        scts.push_back(log->SignPrecert(tbs, ca.key().Spki(), stamp_ms));
      }
      return testlib::SctList(scts);
    });
  }
};

const World& TheWorld() {
  static const World* const world = new World;
  return *world;
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    Write("roots.pem", testlib::PemText(world().ca.certificate()));
    options_.config.public_roots = Path("roots.pem");
    options_.config.mode = Mode::kRequire;
    options_.config.observe_socket.clear();
    options_.config.outbox.clear();
    options_.list = ListMadeAt(kListMs);
    options_.log = [](void* arg, std::int32_t level, const char* line) {
      static_cast<std::vector<std::string>*>(arg)->push_back(std::to_string(level) + " " + line);
    };
    options_.log_arg = &lines_;
  }

  static const World& world() { return TheWorld(); }

  std::string Path(const std::string& name) const { return folder_.Path(name); }
  void Write(const std::string& name, const std::string& text) const {
    static_cast<void>(folder_.Write(name, text));
  }

  static LogList::Content ListContent(std::uint64_t made_ms) {
    LogList::Content content;
    content.timestamp_ms = made_ms;
    content.operators = {"Operator A", "Operator B"};
    content.logs = {world().alpha.Entry(), world().beta.Entry()};
    return content;
  }

  static TrustedList ListMadeAt(std::uint64_t made_ms, std::uint8_t version = 1) {
    Result<LogList> list = LogList::Create(ListContent(made_ms));
    return {std::make_shared<const LogList>(*std::move(list)), Sha256Of(ByteVector{version})};
  }

  std::shared_ptr<Client> Make() {
    auto client = Client::Create(options_, kNowMs);
    EXPECT_TRUE(client.has_value()) << (client ? "" : client.error());
    return client.value_or(nullptr);
  }

  // ConnectionWith is a validated connection to example.test. Borrows the leaf.
  Connection ConnectionWith(Bytes leaf) const {
    Connection connection;
    connection.host = "example.test";
    connection.chain = ChainStatus::kValidated;
    connection.evidence.leaf = leaf;
    connection.evidence.issuer = world().ca.certificate();
    connection.cas = cas_;
    return connection;
  }

  testlib::ScratchFolder folder_;
  std::array<Bytes, 1> cas_ = {world().ca.certificate()};
  ClientOptions options_;
  std::vector<std::string> lines_;
};

TEST_F(ClientTest, LetsPassWhatIsCompliant) {
  const auto client = Make();
  const Session session = client->Judge(ConnectionWith(world().good), kNowMs);
  EXPECT_EQ(session.decision, Decision::kProceed);
  EXPECT_EQ(session.scope, Scope::kPublic);
  EXPECT_EQ(session.origin, Origin::kVerified);
  ASSERT_TRUE(session.verdict);
  EXPECT_TRUE(session.verdict->compliant);
  ASSERT_TRUE(session.facts);
  EXPECT_EQ(session.facts->report.scts.size(), 2U);
  EXPECT_THAT(session.reason, StartsWith("compliant with chrome: "));
  EXPECT_FALSE(session.saved.empty());
  EXPECT_THAT(lines_, ElementsAre(StartsWith("1 example.test: compliant with chrome")));
  EXPECT_EQ(client->counters().Get(Counter::kJudged), 1U);
  EXPECT_EQ(client->counters().Get(Counter::kCompliant), 1U);
  EXPECT_EQ(client->counters().Get(Counter::kRefused), 0U);
}

TEST_F(ClientTest, RefusesWhatIsNotCompliantOnlyWhereItIsRequired) {
  const auto client = Make();
  Connection connection = ConnectionWith(world().poor);
  EXPECT_EQ(client->Judge(connection, kNowMs).decision, Decision::kRefuse);
  connection.mode = Mode::kReport;
  const Session session = client->Judge(connection, kNowMs);
  EXPECT_EQ(session.decision, Decision::kProceed);
  EXPECT_FALSE(session.verdict->compliant);
  EXPECT_THAT(lines_, ElementsAre(StartsWith("3 example.test: not compliant with chrome: "),
                                  StartsWith("2 example.test: not compliant with chrome: ")));
  EXPECT_EQ(client->counters().Get(Counter::kNotCompliant), 2U);
  EXPECT_EQ(client->counters().Get(Counter::kRefused), 1U);
}

TEST_F(ClientTest, DoesNothingWhereItIsOff) {
  options_.config.mode = Mode::kOff;
  const auto client = Make();
  const Session session = client->Judge(ConnectionWith(world().poor), kNowMs);
  EXPECT_EQ(session.decision, Decision::kProceed);
  EXPECT_EQ(session.scope, Scope::kOff);
  EXPECT_TRUE(session.saved.empty());
  EXPECT_THAT(lines_, ElementsAre());
}

TEST_F(ClientTest, DoesNotJudgeWhatIsOutOfScope) {
  options_.config.exempt_hosts = {"*.internal.test"};
  const auto client = Make();
  const TestCa private_ca("Private CA");
  const ByteVector private_leaf = private_ca.Issue(world().leaf_key, {});
  const std::array<Bytes, 1> private_cas = {private_ca.certificate()};

  Connection connection = ConnectionWith(private_leaf);
  connection.cas = private_cas;
  connection.evidence.issuer = private_ca.certificate();
  EXPECT_EQ(client->Judge(connection, kNowMs).scope, Scope::kPrivate);

  connection = ConnectionWith(world().poor);
  connection.host = "mail.internal.test";
  EXPECT_EQ(client->Judge(connection, kNowMs).scope, Scope::kExemptHost);

  connection = ConnectionWith(world().poor);
  connection.chain = ChainStatus::kDane;
  EXPECT_EQ(client->Judge(connection, kNowMs).scope, Scope::kDane);
  connection.chain = ChainStatus::kNotValidated;
  EXPECT_EQ(client->Judge(connection, kNowMs).scope, Scope::kChainNotValid);
  connection.chain = ChainStatus::kNoCertificate;
  const Session session = client->Judge(connection, kNowMs);
  EXPECT_EQ(session.scope, Scope::kNoCertificate);
  EXPECT_EQ(session.decision, Decision::kProceed);
  EXPECT_EQ(session.verdict, nullptr);
  EXPECT_EQ(client->counters().Get(Counter::kOutOfScope), 5U);
  EXPECT_EQ(client->counters().Get(Counter::kJudged), 0U);
  EXPECT_EQ(lines_.size(), 5U);
  EXPECT_THAT(lines_.at(0), StartsWith("1 example.test: CT not judged: "));
}

TEST_F(ClientTest, ExemptsAKey) {
  options_.config.exempt_spki = {Sha256Of(world().leaf_key.Spki())};
  const auto client = Make();
  EXPECT_EQ(client->Judge(ConnectionWith(world().poor), kNowMs).scope, Scope::kExemptSpki);
}

TEST_F(ClientTest, TakesBrokenEvidenceForNoPass) {
  const auto client = Make();
  const ByteVector garbage = {0x30, 0x03, 0x02, 0x01, 0x00};
  const Session broken_leaf = client->Judge(ConnectionWith(garbage), kNowMs);
  EXPECT_EQ(broken_leaf.decision, Decision::kRefuse);
  EXPECT_EQ(broken_leaf.verdict, nullptr);
  EXPECT_TRUE(broken_leaf.saved.empty());
  EXPECT_THAT(broken_leaf.reason, StartsWith("CT cannot be judged: "));
  Connection connection = ConnectionWith(world().good);
  const std::array<Bytes, 1> broken_cas = {garbage};
  connection.cas = broken_cas;
  const Session broken_ca = client->Judge(connection, kNowMs);
  EXPECT_EQ(broken_ca.decision, Decision::kRefuse);
  EXPECT_EQ(broken_ca.scope, Scope::kUnknown);
  EXPECT_EQ(client->counters().Get(Counter::kUndecided), 2U);
  connection.mode = Mode::kReport;
  EXPECT_EQ(client->Judge(connection, kNowMs).decision, Decision::kProceed);
}

TEST_F(ClientTest, RefusesWithoutALogListWhereItIsRequiredAndGoesOnWhereNot) {
  options_.list.reset();
  options_.config.log_list = Path("list.json");
  const auto client = Make();
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("list.json")));
  Connection connection = ConnectionWith(world().good);
  const Session refused = client->Judge(connection, kNowMs);
  EXPECT_EQ(refused.decision, Decision::kRefuse);
  EXPECT_THAT(refused.reason, HasSubstr("list.json"));
  connection.mode = Mode::kReport;
  EXPECT_EQ(client->Judge(connection, kNowMs).decision, Decision::kProceed);
  EXPECT_EQ(client->counters().Get(Counter::kListProblems), 1U);

  Write("list.json", EncodeLogListJson(*LogList::Create(ListContent(kListMs))));
  connection.mode.reset();
  const Session judged = client->Judge(connection, kNowMs + 2000);
  EXPECT_EQ(judged.decision, Decision::kProceed) << judged.reason;
  EXPECT_EQ(client->counters().Get(Counter::kListLoads), 1U);
  EXPECT_THAT(lines_, testing::Contains("1 log_list: can be read again"));
}

TEST_F(ClientTest, VerifiesTheSameEvidenceOnce) {
  const auto client = Make();
  const Session first = client->Judge(ConnectionWith(world().good), kNowMs);
  const Session second = client->Judge(ConnectionWith(world().good), kNowMs + 1);
  EXPECT_EQ(second.origin, Origin::kCached);
  EXPECT_EQ(second.facts, first.facts);
  EXPECT_TRUE(second.verdict->compliant);
  EXPECT_EQ(client->Judge(ConnectionWith(world().poor), kNowMs).origin, Origin::kVerified);
  EXPECT_EQ(client->counters().Get(Counter::kCacheHits), 1U);
}

TEST_F(ClientTest, JudgesRememberedFactsByTheTimeOfTheConnection) {
  const auto client = Make();
  EXPECT_EQ(client->Judge(ConnectionWith(world().good), kNowMs).decision, Decision::kProceed);
  const Session before = client->Judge(ConnectionWith(world().good), kStampMs - kClockDriftMs - 1);
  EXPECT_EQ(before.origin, Origin::kCached);
  EXPECT_EQ(before.decision, Decision::kRefuse);
}

// Back and forth over every moment at which something changes.
TEST_F(ClientTest, JudgesFromMemoryAsItWouldAnew) {
  LogList::Content content = ListContent(kListMs);
  content.logs.at(0).state = LogState::kRetired;
  content.logs.at(0).state_since_ms = kNowMs + kHourMs;
  content.logs.at(1).state_since_ms = kNowMs - kHourMs;  // pending before
  Result<LogList> list = LogList::Create(std::move(content));
  options_.list = {std::make_shared<const LogList>(*std::move(list)), Sha256Of(ByteVector{9})};
  std::vector<std::uint64_t> times;
  for (const std::uint64_t moment_ms :
       {kStampMs - kClockDriftMs, kNowMs - kHourMs, kNowMs + kHourMs, kListMs + kLogListMaxAgeMs}) {
    times.insert(times.end(), {moment_ms - 1, moment_ms, moment_ms + 1, moment_ms - 1, kNowMs});
  }
  for (const OnStale on_stale : {OnStale::kLenient, OnStale::kFail}) {
    options_.config.on_stale = on_stale;
    options_.config.verdict_cache = 1024;
    const auto remembering = Make();
    options_.config.verdict_cache = 0;
    const auto forgetful = Make();
    std::set<std::string> reasons;
    for (const std::uint64_t time_ms : times) {
      const Session remembered = remembering->Judge(ConnectionWith(world().good), time_ms);
      const Session anew = forgetful->Judge(ConnectionWith(world().good), time_ms);
      EXPECT_EQ(remembered.decision, anew.decision) << time_ms;
      EXPECT_EQ(remembered.reason, anew.reason) << time_ms;
      EXPECT_EQ(remembered.list_stale, anew.list_stale) << time_ms;
      EXPECT_EQ(remembered.verdict->compliant, anew.verdict->compliant) << time_ms;
      EXPECT_EQ(remembered.facts->reasons, anew.facts->reasons) << time_ms;
      EXPECT_EQ(remembered.saved, anew.saved) << time_ms;
      reasons.insert(anew.reason);
    }
    EXPECT_EQ(remembering->counters().Get(Counter::kCacheHits), times.size() - 1);
    EXPECT_EQ(reasons.size(), 4U);
  }
}

TEST_F(ClientTest, JudgesAStaleListLenientlyOrNotAtAllAsConfigured) {
  const std::uint64_t later_ms = kListMs + kLogListMaxAgeMs + 24 * kHourMs;
  const TestLog unknown("Unknown", "Operator U");
  const ByteVector leaf = world().Leaf({&world().alpha, &unknown}, kStampMs);
  const Session lenient = Make()->Judge(ConnectionWith(leaf), later_ms);
  EXPECT_TRUE(lenient.list_stale);
  EXPECT_EQ(lenient.decision, Decision::kProceed);
  EXPECT_THAT(lenient.reason, HasSubstr("older than 70 days"));
  options_.config.on_stale = OnStale::kFail;
  const Session closed = Make()->Judge(ConnectionWith(world().good), later_ms);
  EXPECT_EQ(closed.decision, Decision::kRefuse);
  EXPECT_FALSE(closed.verdict->compliant);
  EXPECT_EQ(closed.verdict->reasons.at(0).code, ReasonCode::kListStale);
  EXPECT_THAT(closed.reason, HasSubstr("update it"));
}

TEST_F(ClientTest, SaysOneLineWithoutControlCharacters) {
  const auto client = Make();
  Connection connection = ConnectionWith(world().good);
  connection.host = "a\nb\x7f";
  static_cast<void>(client->Judge(connection, kNowMs));
  EXPECT_THAT(lines_, ElementsAre(StartsWith("1 a?b?: ")));
}

TEST_F(ClientTest, ResumesWhatItSaved) {
  const auto client = Make();
  const Connection connection = ConnectionWith(world().good);
  const Session first = client->Judge(connection, kNowMs);
  Connection bare;
  bare.host = connection.host;
  const std::optional<Session> resumed = client->Resume(bare, first.saved, kNowMs + kHourMs);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->origin, Origin::kResumed);
  EXPECT_EQ(resumed->decision, Decision::kProceed);
  EXPECT_TRUE(resumed->verdict->compliant);
  EXPECT_EQ(resumed->saved, first.saved);
  ASSERT_EQ(resumed->facts->report.scts.size(), 2U);
  EXPECT_EQ(resumed->facts->report.scts.at(0).log->description, "Alpha");
  EXPECT_EQ(lines_.size(), 1U) << "not before the server agrees";
  client->NoteResumed(*resumed, bare.host);
  EXPECT_EQ(lines_.size(), 2U);
  EXPECT_EQ(client->counters().Get(Counter::kResumed), 1U);
  EXPECT_EQ(client->counters().Get(Counter::kCompliant), 2U);
}

TEST_F(ClientTest, ResumesNothingThatWouldBeRefused) {
  const auto client = Make();
  const ByteVector saved = client->Judge(ConnectionWith(world().good), kNowMs).saved;
  Connection bare;
  bare.host = "example.test";
  const std::uint64_t before_ms = kStampMs - kClockDriftMs - 1;
  EXPECT_FALSE(client->Resume(bare, saved, before_ms));
  bare.mode = Mode::kReport;
  const std::optional<Session> reported = client->Resume(bare, saved, before_ms);
  ASSERT_TRUE(reported);
  EXPECT_FALSE(reported->verdict->compliant);
  EXPECT_EQ(client->counters().Get(Counter::kNotResumed), 1U);
}

TEST_F(ClientTest, ResumesNothingOfAnotherListOrOtherRootsOrNobody) {
  const ByteVector saved = Make()->Judge(ConnectionWith(world().good), kNowMs).saved;
  Connection bare;
  bare.host = "example.test";
  EXPECT_TRUE(Make()->Resume(bare, saved, kNowMs)) << "another client of the same configuration";
  EXPECT_FALSE(Make()->Resume(bare, {}, kNowMs));
  const std::optional<TrustedList> list = options_.list;
  options_.list = ListMadeAt(kListMs, 2);
  EXPECT_FALSE(Make()->Resume(bare, saved, kNowMs));
  options_.list = list;
  options_.config.exempt_spki = {Hash{1}};
  EXPECT_FALSE(Make()->Resume(bare, saved, kNowMs));
  options_.config.exempt_spki.clear();
  options_.config.public_roots.clear();
  EXPECT_FALSE(Make()->Resume(bare, saved, kNowMs));
}

TEST_F(ClientTest, ResumesByTheHostOfTheNewConnection) {
  options_.config.exempt_hosts = {"exempt.test"};
  const auto client = Make();
  Connection connection = ConnectionWith(world().poor);
  connection.host = "exempt.test";
  const Session exempt = client->Judge(connection, kNowMs);
  EXPECT_EQ(exempt.scope, Scope::kExemptHost);
  Connection bare;
  bare.host = "exempt.test";
  ASSERT_TRUE(client->Resume(bare, exempt.saved, kNowMs));
  EXPECT_EQ(client->Resume(bare, exempt.saved, kNowMs)->scope, Scope::kExemptHost);
  bare.host = "example.test";
  EXPECT_FALSE(client->Resume(bare, exempt.saved, kNowMs)) << "was never judged";

  const Session judged = client->Judge(ConnectionWith(world().good), kNowMs);
  bare.host = "exempt.test";
  EXPECT_EQ(client->Resume(bare, judged.saved, kNowMs)->scope, Scope::kExemptHost);
}

TEST_F(ClientTest, RefusesToBeMadeWithRootsThatCannotBeRead) {
  options_.config.public_roots = Path("nothing.pem");
  const auto client = Client::Create(options_, kNowMs);
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error(), HasSubstr("nothing.pem"));
}

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

TEST_F(ClientTest, WithAProblemNothingIsJudgedAndRequireRefusesInScope) {
  options_.problem = "tattle.conf:7: policy: there is no policy \"crome\"";
  const auto client = Make();
  EXPECT_THAT(lines_, ElementsAre("3 tattle.conf:7: policy: there is no policy \"crome\""));
  Connection connection = ConnectionWith(world().good);
  const Session refused = client->Judge(connection, kNowMs);
  EXPECT_EQ(refused.decision, Decision::kRefuse);
  EXPECT_THAT(refused.reason, HasSubstr("CT cannot be judged: tattle.conf:7: policy"));
  EXPECT_TRUE(refused.saved.empty());
  connection.mode = Mode::kReport;
  EXPECT_EQ(client->Judge(connection, kNowMs).decision, Decision::kProceed);
  connection.mode = Mode::kRequire;
  const TestCa another_ca("CA that the configuration may have called public");
  const std::array<Bytes, 1> other_cas = {another_ca.certificate()};
  connection.cas = other_cas;
  EXPECT_EQ(client->Judge(connection, kNowMs).decision, Decision::kRefuse);
  connection.chain = ChainStatus::kDane;
  EXPECT_EQ(client->Judge(connection, kNowMs).decision, Decision::kProceed);
  EXPECT_FALSE(client->Resume(connection, Make()->Judge(connection, kNowMs).saved, kNowMs));
}

TEST_F(ClientTest, WritesToSyslogWhatWasJudgedAndCountersOnceAnHour) {
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

TEST_F(ClientTest, CountsLinesThatNobodyTakes) {
  options_.config.syslog = Path("nobody");
  const auto client = Make();
  static_cast<void>(client->Judge(ConnectionWith(world().good), kNowMs));
  EXPECT_EQ(client->counters().Get(Counter::kLogLinesLost), 1U);
}

TEST_F(ClientTest, TellsTheDaemonWhatItSawOnceAnHourAndHost) {
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

TEST_F(ClientTest, TellsTheDaemonNothingOfWhatIsOutOfScope) {
  options_.config.observe_socket = Path("observe.sock");
  options_.config.exempt_hosts = {"example.test"};
  const Daemon daemon(options_.config.observe_socket);
  static_cast<void>(Make()->Judge(ConnectionWith(world().good), kNowMs));
  EXPECT_FALSE(daemon.Receive());
}

TEST_F(ClientTest, CountsWhatItCannotTellTheDaemon) {
  options_.config.observe_socket = Path("observe.sock");
  const auto client = Make();
  EXPECT_EQ(client->Judge(ConnectionWith(world().good), kNowMs).decision, Decision::kProceed);
  EXPECT_EQ(client->counters().Get(Counter::kObservationsDropped), 1U);
  static_cast<void>(client->Judge(ConnectionWith(world().good), kNowMs));
  EXPECT_EQ(std::count(lines_.begin(), lines_.end(),
                       "1 observe_socket: nobody takes observations at " + Path("observe.sock")),
            1);
}

TEST_F(ClientTest, RemembersNoVerdictOfHundredsOfScts) {
  const auto client = Make();
  std::vector<ByteVector> scts(kMaxCachedScts - 1, ByteVector(60));
  ByteVector list = testlib::SctList(scts);
  Connection connection = ConnectionWith(world().good);
  for (const Origin origin : {Origin::kVerified, Origin::kVerified}) {
    connection.evidence.tls_scts = list;
    EXPECT_EQ(client->Judge(connection, kNowMs).origin, origin);
  }
  scts.resize(kMaxCachedScts - 2);
  list = testlib::SctList(scts);
  for (const Origin origin : {Origin::kVerified, Origin::kCached}) {
    connection.evidence.tls_scts = list;
    EXPECT_EQ(client->Judge(connection, kNowMs).origin, origin);
  }
}

TEST_F(ClientTest, SavesNothingOfWhatHoldsForOneConnectionOnly) {
  const auto client = Make();
  Connection connection = ConnectionWith(world().good);
  for (const ChainStatus chain : {ChainStatus::kDane, ChainStatus::kNoCertificate}) {
    connection.chain = chain;
    EXPECT_TRUE(client->Judge(connection, kNowMs).saved.empty());
  }
  connection.chain = ChainStatus::kNotValidated;
  EXPECT_FALSE(client->Judge(connection, kNowMs).saved.empty());
}

TEST_F(ClientTest, GoesOnInAChroot) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root may chroot";
  }
  options_.list.reset();
  options_.config.log_list = Path("list.json");
  Write("list.json", EncodeLogListJson(*LogList::Create(ListContent(kListMs))));
  std::filesystem::create_directory(Path("empty"));
  const auto client = Make();
  const pid_t child = fork();
  if (child == 0) {
    const bool moved = chroot(Path("empty").c_str()) == 0 && chdir("/") == 0;
    const Session session = client->Judge(ConnectionWith(world().good), kNowMs + 2000);
    _exit(moved && session.verdict && session.decision == Decision::kProceed ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tattle::client_test
