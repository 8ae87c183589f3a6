// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/pem.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/testlib/pem_text.h"

namespace tattle::pem_test {
namespace {

using testlib::PemText;

ByteVector Numbers(std::size_t count) {
  ByteVector out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(static_cast<std::uint8_t>(i * 7));
  }
  return out;
}

// All certificates of a text; an error ends them.
Result<std::vector<ByteVector>> ReadAll(std::string_view text) {
  std::vector<ByteVector> out;
  PemCertificateReader reader(text);
  while (true) {
    Result<std::optional<ByteVector>> read = reader.Read();
    if (!read) {
      return tl::unexpected(read.error());
    }
    if (!*read) {
      return out;
    }
    out.push_back(**read);
  }
}

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

TEST(PemCertificateReaderTest, ReadsWhatOpenSslWritesOfEveryLength) {
  for (std::size_t len = 1; len < 200; ++len) {
    const auto all = ReadAll(PemText(Numbers(len)));
    ASSERT_TRUE(all) << len;
    EXPECT_EQ(*all, (std::vector<ByteVector>{Numbers(len)})) << len;
  }
}

TEST(PemCertificateReaderTest, PassesOverTextAndOtherBlocks) {
  const std::string text = "subject=CN = a\n" + PemText(Numbers(50), "PRIVATE KEY") + "\n" +
                           PemText(Numbers(60)) +
                           "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n????\n"
                           "-----END RSA PRIVATE KEY-----\n" +
                           PemText(Numbers(70), "X509 CERTIFICATE") +
                           PemText(Numbers(80), "TRUSTED CERTIFICATE") + "the end";
  const auto all = ReadAll(text);
  ASSERT_TRUE(all);
  EXPECT_EQ(*all, (std::vector{Numbers(60), Numbers(70)}));
}

TEST(PemCertificateReaderTest, TakesLineEndsAndBlanksAsTheyCome) {
  const std::string text = PemText(Numbers(100)) + PemText(Numbers(10));
  const std::vector<ByteVector> want = {Numbers(100), Numbers(10)};
  EXPECT_EQ(*ReadAll(Replace(text, "\n", "\r\n")), want);
  EXPECT_EQ(*ReadAll(Replace(text, "\n", "  \t\n")), want);
  EXPECT_EQ(*ReadAll(Replace(text, "\n", "\n\n")), want);
  EXPECT_EQ(*ReadAll(std::string_view(text).substr(0, text.size() - 1)), want);
}

TEST(PemCertificateReaderTest, FindsNothingInOtherText) {
  for (const char* text : {"", "\n\n", "-----BEGIN", "x-----BEGIN CERTIFICATE-----",
                           "-----BEGIN CERTIFICATE----", "-----END CERTIFICATE-----"}) {
    const auto all = ReadAll(text);
    ASSERT_TRUE(all) << text;
    EXPECT_TRUE(all->empty()) << text;
  }
}

TEST(PemCertificateReaderTest, RefusesBrokenBlocks) {
  const struct {
    const char* name;
    const char* text;
    Errc want;
  } cases[] = {
      {"no end", "-----BEGIN CERTIFICATE-----\nAAAA\n", Errc::kTruncated},
      {"no end of a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n", Errc::kTruncated},
      {"another end", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END KEY-----\n", Errc::kBadEncoding},
      {"no base64", "-----BEGIN CERTIFICATE-----\nAA!A\n-----END CERTIFICATE-----\n",
       Errc::kBadEncoding},
      {"cut base64", "-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n",
       Errc::kBadEncoding},
      {"begins again",
       "-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
       Errc::kBadEncoding},
  };
  for (const auto& c : cases) {
    const auto all = ReadAll(std::string("\n\n") + c.text);
    ASSERT_FALSE(all) << c.name;
    EXPECT_EQ(all.error().code, c.want) << c.name;
    EXPECT_EQ(all.error().offset, 2U) << c.name;
  }
}

TEST(PemCertificateReaderTest, RefusesABlockWhereverItIsCut) {
  const std::string text = PemText(Numbers(100));
  const std::size_t begun = text.find('\n');
  const std::size_t ended = text.size() - 1;  // without its line end it is whole
  for (std::size_t len = begun; len < ended; ++len) {
    const auto all = ReadAll(text.substr(0, len));
    ASSERT_FALSE(all) << len;
    EXPECT_EQ(all.error().code, Errc::kTruncated) << len;
  }
}

}  // namespace
}  // namespace tattle::pem_test
