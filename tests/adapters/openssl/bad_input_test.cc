// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a hostile or broken server sends costs little, hides nothing that is good, and leaves no
// error behind.

#include <string>
#include <vector>

#include "tests/adapters/openssl/handshake.h"
#include "tests/testlib/ocsp.h"

namespace tattle::testlib::bad_input_test {
namespace {

class BadInputTest : public HandshakeTest {
 protected:
  // Expect makes a connection in report mode and wants that verdict, and an empty error queue.
  void Expect(tattle_compliance want) {
    ASSERT_TRUE(Connect());
    EXPECT_EQ(Compliance(), want) << Reason();
    EXPECT_EQ(errors_, std::vector<std::string>());
  }

  void AttachReporting(const std::string& policy = "mozilla") {
    Attach({{"mode", "report"}, {"policy", policy}});
  }

  ByteVector AnotherLeaf() const {
    TestCertificateSpec spec;
    spec.serial += 1;
    return world_.ca.Issue(TestKey::P256(), spec);
  }

  // OpenSSL takes no longer ones: a message of TLS 1.2 by itself, 100 KB of all certificates and
  // what goes with them in TLS 1.3.
  static std::size_t LargestStaple() { return GetParam() == TLS1_2_VERSION ? 16'000 : 65'000; }

  ByteVector GoodList() const { return world_.ListOver({&world_.alpha, &world_.beta}); }
};
TATTLE_FOR_BOTH_VERSIONS(BadInputTest);

TEST_P(BadInputTest, EveryPrefixOfAListIsNotCompliant) {
  const ByteVector good = GoodList();
  AttachReporting();
  for (std::size_t len = 1; len < good.size(); ++len) {
    says_.lists = {ByteVector(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(len))};
    Expect(TATTLE_NOT_COMPLIANT);
  }
  says_.lists = {good};
  Expect(TATTLE_COMPLIANT);
}

TEST_P(BadInputTest, ABrokenListHidesNoEmbeddedScts) {
  Use(world_.embedded);
  AttachReporting();
  for (const ByteVector& bad : {ByteVector{0}, ByteVector{0, 0}, ByteVector{0, 2, 0, 0},
                                ByteVector(1000, 0xFF), ByteVector(60'000, 0)}) {
    says_.lists = {bad};
    Expect(TATTLE_COMPLIANT);
  }
}

TEST_P(BadInputTest, TwoHundredSctsAreNoneTooMany) {
  std::vector<const TestLog*> signers(198, &world_.stranger);
  signers.insert(signers.end(), {&world_.alpha, &world_.beta});
  says_.lists = {world_.ListOver(signers)};
  AttachReporting();
  Expect(TATTLE_COMPLIANT);
  // 64 lines for those of unknown logs, and one that says that there are more.
  EXPECT_EQ(tattle_report_num_scts(tattle_session_get0_report(Judged())), 2U + 64U + 1U);
}

TEST_P(BadInputTest, ASessionOfVeryManySctsIsNotResumed) {
  says_.lists = {world_.ListOver(std::vector<const TestLog*>(200, &world_.alpha))};
  Use(world_.embedded);
  AttachReporting();
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

TEST_P(BadInputTest, AStapleOfAnotherCertificateDoesNotCount) {
  const ByteVector other = AnotherLeaf();
  says_.staple = OcspResponse({{other, world_.ca.certificate(), GoodList()}});
  AttachReporting();
  Expect(TATTLE_NOT_COMPLIANT);
}

TEST_P(BadInputTest, ABrokenStapleHidesNoGoodList) {
  const ByteVector good = OcspResponse({{world_.leaf, world_.ca.certificate(), GoodList()}});
  says_.lists = {GoodList()};
  AttachReporting();
  for (const ByteVector& bad :
       {ByteVector{0}, ByteVector(LargestStaple(), 0), ByteVector(LargestStaple(), 0x30),
        ByteVector(good.begin(), good.end() - 1), Join({good, {0}})}) {
    says_.staple = bad;
    Expect(TATTLE_COMPLIANT);
  }
}

TEST_P(BadInputTest, AStapleOf64KilobytesIsBoundedWork) {
  // As many responses as there is room for, the right one last.
  const std::size_t room = LargestStaple() - 1000;
  std::vector<OcspSingle> singles;
  const ByteVector other = AnotherLeaf();
  const OcspSingle single = {other, world_.ca.certificate(), GoodList()};
  const std::size_t size = OcspResponse({single, single}).size() - OcspResponse({single}).size();
  singles.assign(room / size, single);
  singles.push_back({world_.leaf, world_.ca.certificate(), GoodList()});
  says_.staple = OcspResponse(singles);
  EXPECT_GT(says_.staple.size(), room);
  AttachReporting();
  Expect(TATTLE_NOT_COMPLIANT);
}

TEST_P(BadInputTest, NothingOfAllThisPassesInRequire) {
  Attach();
  for (const ByteVector& bad :
       {ByteVector{}, ByteVector{0}, ByteVector{0, 0}, ByteVector(15'000, 0x55)}) {
    says_.lists = {bad};
    says_.staple = bad;
    EXPECT_FALSE(Connect());
    EXPECT_TRUE(IsRefusedFor("example.test"));
  }
}

}  // namespace
}  // namespace tattle::testlib::bad_input_test
