// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/scope.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/sha256.h"
#include "plugin/runtime/bounds.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::scope_test {
namespace {

using testlib::TestCa;
using testlib::TestKey;

TEST(IsExemptHostTest, ComparesAsDnsDoes) {
  const std::vector<std::string> exempt = {"localhost", "*.internal.example", "192.0.2.1",
                                           "2001:db8::1"};
  for (const char* host :
       {"localhost", "LOCALHOST", "localhost.", "a.internal.example", "A.b.Internal.Example.",
        "192.0.2.1", "2001:db8::1", "2001:DB8:0:0::1", "2001:0db8:0000:0000:0000:0000:0000:0001"}) {
    EXPECT_TRUE(IsExemptHost(host, exempt)) << host;
  }
  for (const char* host :
       {"", ".", "localhost..", "localhost.example", "xlocalhost", "internal.example",
        "xinternal.example", "a.internal.example.com", "192.0.2.10", "2001:db8::2", "2001:db8", ":",
        "2001:db8:0000:0000:0000:0000:0000:0000:0000:0001"}) {
    EXPECT_FALSE(IsExemptHost(host, exempt)) << host;
  }
  EXPECT_FALSE(IsExemptHost("localhost", {}));
}

// A chain leaf <- intermediate <- root, none of which is public; `public_` is.
class DecideScopeTest : public ::testing::Test {
 protected:
  DecideScopeTest() {
    const testlib::ScratchFolder folder;
    const auto roots =
        PublicRootSet::Load(folder.Write("public.pem", testlib::PemText(public_.certificate())));
    EXPECT_TRUE(roots) << roots.error();
    roots_ = *roots;
  }

  Connection Chain(std::vector<Bytes> cas, ChainStatus status = ChainStatus::kValidated) {
    cas_ = std::move(cas);
    Connection connection;
    connection.host = "www.example";
    connection.chain = status;
    connection.evidence.leaf = leaf_;
    connection.cas = cas_;
    return connection;
  }

  Result<Scope> Decide(const Connection& connection) const {
    return DecideScope(connection, config_, roots_);
  }

  const TestKey leaf_key_ = TestKey::P256();
  const TestCa public_{"Public"};
  const TestCa root_{"Root"};
  const TestCa intermediate_{"Intermediate"};
  const ByteVector leaf_ = intermediate_.Issue(leaf_key_, {});
  const ByteVector broken_ = {0x30, 0x03, 0x01};
  Config config_;
  PublicRootSet roots_;
  std::vector<Bytes> cas_;
};

TEST_F(DecideScopeTest, JudgesWhereAnyCaIsPublic) {
  const Bytes root = root_.certificate();
  const Bytes intermediate = intermediate_.certificate();
  const Bytes known = public_.certificate();
  EXPECT_EQ(Decide(Chain({intermediate, known})), Scope::kPublic);
  EXPECT_EQ(Decide(Chain({known, intermediate})), Scope::kPublic);
  EXPECT_EQ(Decide(Chain({intermediate, known, root})), Scope::kPublic);
  EXPECT_EQ(Decide(Chain({known})), Scope::kPublic);
  EXPECT_EQ(Decide(Chain({intermediate, root})), Scope::kPrivate);
}

// The key counts, not the certificate: roots are signed anew, and cross-signed.
TEST_F(DecideScopeTest, KnowsAPublicKeyInAnotherCertificate) {
  testlib::TestCertificateSpec spec;
  spec.is_ca = true;
  const ByteVector cross = root_.Issue(public_.key(), spec);
  EXPECT_EQ(Decide(Chain({cross, root_.certificate()})), Scope::kPublic);
}

// An intermediate that is trusted for itself says nothing of who is above it.
TEST_F(DecideScopeTest, DoesNotCallPrivateAChainThatEndsBelowItsRoot) {
  testlib::TestCertificateSpec spec;
  spec.is_ca = true;
  spec.common_name = "Intermediate";
  const ByteVector below = root_.Issue(intermediate_.key(), spec);
  EXPECT_EQ(Decide(Chain({below})), Scope::kPublic);
  EXPECT_EQ(Decide(Chain({intermediate_.certificate(), below})), Scope::kPublic);
  EXPECT_EQ(Decide(Chain({below, root_.certificate()})), Scope::kPrivate);
  config_.exempt_spki = {Sha256Of(intermediate_.key().Spki())};
  EXPECT_EQ(Decide(Chain({below})), Scope::kExemptSpki);
  // A leaf that is trusted for itself has no CA to vouch for it.
  config_.exempt_spki = {};
  EXPECT_EQ(Decide(Chain({})), Scope::kPrivate);
}

// OpenSSL takes such a root for self-signed; so its chain is whole.
TEST_F(DecideScopeTest, KnowsARootWhoseTwoNamesAreSpeltDifferently) {
  testlib::TestCertificateSpec spec;
  spec.is_ca = true;
  spec.common_name = "ROOT";
  EXPECT_EQ(Decide(Chain({root_.Issue(root_.key(), spec)})), Scope::kPrivate);
}

TEST_F(DecideScopeTest, TakesALoneLeafForItsOwnAnchor) {
  EXPECT_EQ(Decide(Chain({})), Scope::kPrivate);
  Connection connection = Chain({});
  connection.evidence.leaf = public_.certificate();
  EXPECT_EQ(Decide(connection), Scope::kPublic);
  // Below another CA the leaf is no CA.
  connection = Chain({root_.certificate()});
  connection.evidence.leaf = public_.certificate();
  EXPECT_EQ(Decide(connection), Scope::kPrivate);
  config_.exempt_spki = {Hash{}};
  EXPECT_EQ(Decide(connection), Scope::kPrivate);
}

TEST_F(DecideScopeTest, ExemptsByTheChainsStatus) {
  const Bytes known = public_.certificate();
  EXPECT_EQ(Decide(Chain({known}, ChainStatus::kDane)), Scope::kDane);
  EXPECT_EQ(Decide(Chain({known}, ChainStatus::kNotValidated)), Scope::kChainNotValid);
  EXPECT_EQ(Decide(Chain({known}, ChainStatus::kNoCertificate)), Scope::kNoCertificate);
}

TEST_F(DecideScopeTest, ExemptsHostsBeforeAllElse) {
  config_.exempt_hosts = {"*.example"};
  config_.exempt_spki = {Sha256Of(leaf_key_.Spki())};
  for (const ChainStatus status : {ChainStatus::kValidated, ChainStatus::kDane,
                                   ChainStatus::kNotValidated, ChainStatus::kNoCertificate}) {
    EXPECT_EQ(Decide(Chain({public_.certificate()}, status)), Scope::kExemptHost);
  }
}

TEST_F(DecideScopeTest, ExemptsEveryKeyOfTheChain) {
  const std::vector<Bytes> cas = {intermediate_.certificate(), public_.certificate()};
  for (const TestKey& key : {leaf_key_, intermediate_.key(), public_.key()}) {
    config_.exempt_spki = {Hash{}, Sha256Of(key.Spki())};
    EXPECT_EQ(Decide(Chain(cas)), Scope::kExemptSpki);
  }
  config_.exempt_spki = {Sha256Of(root_.key().Spki())};
  EXPECT_EQ(Decide(Chain(cas)), Scope::kPublic);
  EXPECT_EQ(Decide(Chain({intermediate_.certificate()})), Scope::kPrivate);
  config_.exempt_spki = {Sha256Of(leaf_key_.Spki())};
  EXPECT_EQ(Decide(Chain({})), Scope::kExemptSpki);
}

TEST_F(DecideScopeTest, DoesNotCallPrivateWhatItCannotRead) {
  const Bytes intermediate = intermediate_.certificate();
  for (const std::vector<Bytes>& cas :
       {std::vector<Bytes>{broken_}, {intermediate, broken_}, {broken_, intermediate}}) {
    const auto scope = Decide(Chain(cas));
    ASSERT_FALSE(scope);
    EXPECT_EQ(scope.error().code, Errc::kBadEncoding);
  }
  Connection lone = Chain({});
  lone.evidence.leaf = broken_;
  ASSERT_FALSE(Decide(lone));
  EXPECT_EQ(Decide(lone).error().code, Errc::kBadEncoding);
}

TEST_F(DecideScopeTest, LetsARemainderSettleItBesideWhatItCannotRead) {
  EXPECT_EQ(Decide(Chain({public_.certificate(), broken_})), Scope::kPublic);
  EXPECT_EQ(Decide(Chain({broken_, public_.certificate()})), Scope::kPublic);
  config_.exempt_spki = {Sha256Of(leaf_key_.Spki())};
  EXPECT_EQ(Decide(Chain({broken_})), Scope::kExemptSpki);
}

TEST_F(DecideScopeTest, BoundsTheChainAndDoesNotCallTheRestPrivate) {
  const Bytes root = root_.certificate();
  std::vector<Bytes> cas(kMaxChainCas, root);
  EXPECT_EQ(Decide(Chain(cas)), Scope::kPrivate);
  cas.insert(cas.begin(), root);
  ASSERT_FALSE(Decide(Chain(cas)));
  EXPECT_EQ(Decide(Chain(cas)).error().code, Errc::kTooLarge);
  // The issuer's end is not looked at, the anchor's is.
  cas.front() = public_.certificate();
  EXPECT_FALSE(Decide(Chain(cas)));
  cas.back() = public_.certificate();
  EXPECT_EQ(Decide(Chain(cas)), Scope::kPublic);
}

TEST_F(DecideScopeTest, FailsWithoutRoots) {
  roots_ = PublicRootSet();
  const auto scope = Decide(Chain({root_.certificate()}));
  ASSERT_FALSE(scope);
  EXPECT_EQ(scope.error().code, Errc::kInternal);
  config_.exempt_hosts = {"www.example"};
  EXPECT_EQ(Decide(Chain({root_.certificate()})), Scope::kExemptHost);
}

TEST(ScopeNameTest, NamesAndDescribesEachApart) {
  const struct {
    Scope scope;
    const char* want;
  } cases[] = {
      {Scope::kUnknown, "unknown"},
      {Scope::kPublic, "public"},
      {Scope::kPrivate, "private"},
      {Scope::kExemptHost, "exempt_host"},
      {Scope::kExemptSpki, "exempt_spki"},
      {Scope::kDane, "dane"},
      {Scope::kChainNotValid, "chain_not_valid"},
      {Scope::kNoCertificate, "no_certificate"},
      {Scope::kOff, "off"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ScopeName(c.scope), c.want);
    EXPECT_EQ(DescribeScope(c.scope).empty(), c.scope == Scope::kPublic) << c.want;
  }
}

}  // namespace
}  // namespace tattle::scope_test
