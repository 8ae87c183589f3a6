// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/leaf_names.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/der/reader.h"
#include "core/gossip/bounds.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle::leaf_names_test {
namespace {

using testlib::TestCa;
using testlib::TestCertificateSpec;
using testlib::TestKey;
using Names = std::vector<std::string_view>;

TEST(IsNameOfHostTest, ComparesAsTlsDoes) {
  const std::tuple<const char*, const char*, bool> cases[] = {
      {"a.example", "a.example", true},
      {"A.Example", "a.eXAMPLE", true},
      {"a.example", "b.example", false},
      {"a.example", "x.a.example", false},
      {"x.a.example", "a.example", false},
      {"*.example", "a.example", true},
      {"*.example", "example", false},
      {"*.example", "b.a.example", false},
      {"*.example", ".example", false},
      {"*.example", "*.example", true},
      {"a*.example", "ab.example", false},
      {"*", "a", false},
      {"*.", "a.", false},
      {"", "", false},
      {"", "a", false},
      {"a", "", false},
      {"a.example.", "a.example", false},
  };
  for (const auto& [name, host, want] : cases) {
    EXPECT_EQ(IsNameOfHost(name, host), want) << name << ' ' << host;
  }
}

class DecodeDnsNamesTest : public testing::Test {
 protected:
  // Decode decodes a certificate whose subjectAltName has this value.
  Result<Names> Decode(const ByteVector& value) {
    TestCertificateSpec spec;
    spec.is_ca = true;  // or it would have a name by itself
    spec.extensions = {{"2.5.29.17", value}};
    certificate_ = ca_.Issue(TestKey::P256(), spec);
    return DecodeDnsNames(DecodeCertificate(certificate_).value());
  }
  static ByteVector Tlv(std::uint8_t tag, const ByteVector& contents) {
    ByteVector out;
    AppendDerHeader(out, tag, contents.size());
    Append(out, contents);
    return out;
  }
  static ByteVector Name(std::string_view name) { return Tlv(0x82, ToVector(AsBytes(name))); }

  TestCa ca_{"CA"};
  ByteVector certificate_;
};

TEST_F(DecodeDnsNamesTest, ReadsNamesAndPassesOverOthers) {
  const Result<Names> names = Decode(
      Tlv(0x30, testlib::Join({Name("a.example"), Tlv(0x87, {127, 0, 0, 1}),
                               Tlv(0x81, ToVector(AsBytes("m@b.example"))), Name("*.c.example")})));
  ASSERT_TRUE(names);
  EXPECT_EQ(*names, (Names{"a.example", "*.c.example"}));
}

TEST_F(DecodeDnsNamesTest, HasNoneWithoutTheExtension) {
  EXPECT_TRUE(DecodeDnsNames(DecodeCertificate(ca_.certificate()).value())->empty());
}

TEST_F(DecodeDnsNamesTest, RefusesTheExtensionTwice) {
  TestCertificateSpec spec;
  spec.extensions = {{"2.5.29.17", Tlv(0x30, Name("b.example"))}};
  certificate_ = ca_.Issue(TestKey::P256(), spec);
  EXPECT_EQ(DecodeDnsNames(DecodeCertificate(certificate_).value()).error().code, Errc::kDuplicate);
}

TEST_F(DecodeDnsNamesTest, RefusesWhatIsNoListOfNames) {
  for (const ByteVector& value : {ByteVector{}, Name("a.example"), Tlv(0x30, {0x82, 5, 'a'}),
                                  testlib::Join({Tlv(0x30, Name("a")), {0}})}) {
    const Result<Names> names = Decode(value);
    ASSERT_FALSE(names);
    EXPECT_EQ(names.error().code, Errc::kBadEncoding);
  }
}

TEST_F(DecodeDnsNamesTest, BoundsNames) {
  ByteVector names;
  for (std::size_t i = 0; i < kMaxLeafNames; ++i) {
    Append(names, Name("a"));
  }
  EXPECT_EQ(Decode(Tlv(0x30, names))->size(), kMaxLeafNames);
  Append(names, Name("a"));
  EXPECT_EQ(Decode(Tlv(0x30, names)).error().code, Errc::kTooLarge);
}

class HostFinderTest : public DecodeDnsNamesTest {
 protected:
  CertificateView CertificateFor(const std::vector<std::string>& dns_names) {
    ByteVector names;
    for (const std::string& name : dns_names) {
      Append(names, Name(name));
    }
    EXPECT_TRUE(Decode(Tlv(0x30, names)));
    return DecodeCertificate(certificate_).value();
  }
};

// All texts of up to four of these letters, each with each.
TEST_F(HostFinderTest, AgreesWithAllPairs) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; texts[i].size() < 4; ++i) {
    for (const char letter : {'a', '*', '.'}) {
      texts.push_back(texts[i] + letter);
    }
  }
  std::vector<std::vector<std::string>> hosts;
  std::vector<HostFinder> finders;
  hosts.reserve(texts.size());
  for (const std::string& text : texts) {
    finders.emplace_back(hosts.emplace_back(1, text));
  }
  for (const std::string& name : texts) {
    const CertificateView certificate = CertificateFor({name});
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(finders[i].Find(certificate) != nullptr,
                IsNameOfHost(name, texts[i]) || IsNameOfHost(texts[i], name))
          << name << ' ' << texts[i];
    }
  }
}

TEST_F(HostFinderTest, FindsTheFirstOfMany) {
  const std::vector<std::string> hosts = {"c.example", "*.Example", "A.example", "a.example"};
  const HostFinder finder(hosts);
  for (const auto& [names, want] : std::vector<std::pair<std::vector<std::string>, std::size_t>>{
           {{"a.example"}, 1},
           {{"a.example", "C.example"}, 0},
           {{"none.test", "*.example"}, 0},
           {{"*.none.test", "x.EXAMPLE"}, 1}}) {
    EXPECT_EQ(finder.Find(CertificateFor(names)), &hosts[want]) << names.front();
  }
  EXPECT_EQ(finder.Find(CertificateFor({"example", "x.y.example"})), nullptr);
  EXPECT_EQ(HostFinder({}).Find(CertificateFor({"a.example"})), nullptr);
}

}  // namespace
}  // namespace tattle::leaf_names_test
