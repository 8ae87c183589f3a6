// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/client.h"

#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/loglist/encode.h"
#include "tests/unit/runtime/client_fixture.h"

namespace tattle::client_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testlib::TestCa;
using testlib::TestLog;

using ClientTest = testlib::ClientFixture;

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
  EXPECT_THAT(lines_, ElementsAre(AllOf(StartsWith("3 example.test: not compliant with chrome: "),
                                        EndsWith(" (refused)")),
                                  AllOf(StartsWith("2 example.test: not compliant with chrome: "),
                                        EndsWith(" (would be refused)"))));
  EXPECT_THAT(session.reason, Not(HasSubstr("refused"))) << "who asks for it, says that";
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
  connection.host = "evil\n3 bank.test: compliant";
  client->Judge(connection, kNowMs);
  EXPECT_THAT(lines_.at(5), StartsWith("1 evil?3 bank.test: compliant: CT not judged: "));
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
  options_.config.exempt_hosts = {"*.internal.test"};
  const auto client = Make();
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("list.json")));
  Connection connection = ConnectionWith(world().good);
  const Session refused = client->Judge(connection, kNowMs);
  EXPECT_EQ(refused.decision, Decision::kRefuse);
  EXPECT_THAT(refused.reason, HasSubstr("list.json"));
  connection.mode = Mode::kReport;
  EXPECT_EQ(client->Judge(connection, kNowMs).decision, Decision::kProceed);
  EXPECT_EQ(client->counters().Get(Counter::kListProblems), 1U);
  Connection exempt = ConnectionWith(world().poor);
  exempt.host = "mail.internal.test";
  EXPECT_EQ(client->Judge(exempt, kNowMs).decision, Decision::kProceed) << "nobody asks a list";

  Write("list.json", EncodeLogListJson(*LogList::Create(ListContent(kListMs))));
  connection.mode.reset();
  const Session judged = client->Judge(connection, kNowMs + 2000);
  EXPECT_EQ(judged.decision, Decision::kProceed) << judged.reason;
  EXPECT_EQ(client->counters().Get(Counter::kListLoads), 1U);
  EXPECT_THAT(lines_, testing::Contains("1 log_list: can be read again"));
}

TEST_F(ClientTest, JudgesAStaleListLenientlyOrNotAtAllAsConfigured) {
  const std::uint64_t later_ms = kListMs + kLogListMaxAgeMs + 24 * kHourMs;
  const TestLog unknown("Unknown", "Operator U");
  const ByteVector leaf = world().Leaf({&world().alpha, &unknown}, kStampMs);
  const Session lenient = Make()->Judge(ConnectionWith(leaf), later_ms);
  EXPECT_TRUE(lenient.list_stale);
  EXPECT_EQ(lenient.decision, Decision::kProceed);
  EXPECT_THAT(lenient.reason, HasSubstr("older than 70 days"));
  EXPECT_THAT(lines_, ElementsAre(StartsWith("2 the log list is older than 70 days (of "),
                                  StartsWith("1 example.test: compliant with chrome")));
  options_.config.on_stale = OnStale::kFail;
  const Session closed = Make()->Judge(ConnectionWith(world().good), later_ms);
  EXPECT_EQ(closed.decision, Decision::kRefuse);
  EXPECT_FALSE(closed.verdict->compliant);
  EXPECT_EQ(closed.verdict->reasons.at(0).code, ReasonCode::kListStale);
  EXPECT_THAT(closed.reason, HasSubstr("update it"));
}

TEST_F(ClientTest, RefusesToBeMadeWithRootsThatCannotBeRead) {
  options_.config.public_roots = Path("nothing.pem");
  const auto client = Client::Create(options_, kNowMs);
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error(), HasSubstr("nothing.pem"));
}

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
