// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/authenticate.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/crypto/public_key.h"
#include "tests/testlib/real_data.h"

namespace tattle::authenticate_test {
namespace {

// Made with Python's cryptography over kList; nobody kept the private keys.
constexpr const char* kList = "{\"operators\":[]}\n";

constexpr const char* kRsaKey =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAkEcF7fqaesJrU7suLVksdvawGAKfynNHCDOrm4nuBrO8"
    "Of1oggeMhZbJGiEh3i2PRPovg3iP7fX2W9zXbMnrGsIGqi2cnfSzUooeeeYVKQQe4nrGs/YTkgX+VVZY8CtP0COD"
    "9zHX96ae+WWEQcIU9/+AWjKIBdnGDpQlkiOFa1Jgq/KoSCZS2w/hCVvmmbXDCKt4yR8peBlpHc9zqmtDrv3A4Lsn"
    "K+9ellGfq8m7aXkf1irOowfLEoHWqcRv0r+KJ10T6/YpWlsxMnybWeCqLPLmeacIoqIRsoPRvaHeTj87mHysRL5O"
    "IEdZG6nt7m3NHskf2IH/yPLHfZ/DsV1xKQIDAQAB";
constexpr const char* kRsaSignature =
    "Hm+TnSco4yfF/JyDy+GYz0uwahXiY0xeQ63A/BYW5YqRJrhnpXFbYCpVry3jd0WYAyYG5tVKUeJkTh3MZvp/S9LQ"
    "RCtsa75ktjin1CsGSs0+d5VhUzYtL4LKvDWZ8+7Fk761QEO8jvzqTJLTG6nTwm4u/Pqdb5mBh87KZNIRNOd4hvF3"
    "sT9FVgl9QVNeRhOcr5rXSPmGNYpDNfNSDAd6tLteLUwHZ+Gr19NnyYfknCmzteVbJjSRwgB6Mn96C9++HrhXj+Is"
    "eALubyNx8PyACvjqbJ1VF2KXQefBfosvJeomg3q9c7r/2aCHj8Gsyj+qxow1SSvgLCfH8bcs1rzG7w==";
constexpr const char* kEcdsaKey =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECglXDrXuNzCIYlG3v9kCZLeSopNJyTFa8eyGgp99nBHOa1+ol0cJ"
    "DuIf9FTQdvMnCcJD1a+rMiUvwyLkzbNwYg==";
constexpr const char* kEcdsaSignature =
    "MEUCICzp7GMpyL3zNlnq4y5XjrfpMdRbp+dKIRBuOas13+lEAiEAiEZ6kQ52oMCjcJ4dKyATHLOyQYSm9TQEJECQ"
    "NKdpfBs=";
constexpr const char* kEd25519Key = "MCowBQYDK2VwAyEAYfFfAJ0Pfo24/Mh2KAqs1lrNJ5XqyDKTxO3SWGsxyag=";
constexpr const char* kEd25519Signature =
    "gdcDKwUBUwZAJAHw8qcUvVC2x7t31Pjgn4elVDGyDVcPX8gNcEcv83HnUsM4iZm5jE05tRyyOskQUfSc1nGBDw==";

struct Signed {
  const char* name;
  const char* key;
  const char* signature;
};

constexpr Signed kSigned[] = {
    {"RSA", kRsaKey, kRsaSignature},
    {"ECDSA", kEcdsaKey, kEcdsaSignature},
    {"Ed25519", kEd25519Key, kEd25519Signature},
};

std::shared_ptr<const PublicKey> Key(Bytes spki) {
  const Result<std::shared_ptr<const PublicKey>> key = DecodePublicKey(spki);
  EXPECT_TRUE(key);
  return key.value_or(nullptr);
}

// ExpectNotAuthentic checks the one right answer for a signature that is wrong.
void ExpectNotAuthentic(Bytes list, Bytes signature, const PublicKey& key) {
  const Result<void> done = VerifyLogListSignature(list, signature, key);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kNotAuthentic);
}

TEST(VerifyLogListSignatureTest, TakesEveryKindOfKey) {
  for (const Signed& s : kSigned) {
    const auto key = Key(*DecodeBase64(s.key));
    EXPECT_TRUE(VerifyLogListSignature(AsBytes(kList), *DecodeBase64(s.signature), *key)) << s.name;
  }
}

TEST(VerifyLogListSignatureTest, RefusesAnotherKindsSignatureAndEmptyOnes) {
  for (const Signed& s : kSigned) {
    const auto key = Key(*DecodeBase64(s.key));
    ExpectNotAuthentic(AsBytes(kList), {}, *key);
    ExpectNotAuthentic(AsBytes(kList), AsBytes(s.signature), *key);  // still in base64
    for (const Signed& other : kSigned) {
      if (&other != &s) {
        ExpectNotAuthentic(AsBytes(kList), *DecodeBase64(other.signature), *key);
      }
    }
  }
}

TEST(VerifyLogListSignatureTest, FailsForEveryFlippedBitAndEveryPrefix) {
  for (const Signed& s : kSigned) {
    SCOPED_TRACE(s.name);
    const auto key = Key(*DecodeBase64(s.key));
    const ByteVector signature = *DecodeBase64(s.signature);
    const ByteVector list = ToVector(AsBytes(kList));
    for (std::size_t bit = 0; bit < 8 * list.size(); ++bit) {
      ByteVector changed = list;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      ExpectNotAuthentic(changed, signature, *key);
    }
    for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
      ByteVector changed = signature;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      ExpectNotAuthentic(list, changed, *key);
    }
    for (std::size_t len = 0; len < signature.size(); ++len) {
      ExpectNotAuthentic(list, Bytes(signature).first(len), *key);
    }
    ByteVector longer = signature;
    longer.push_back(0);
    ExpectNotAuthentic(list, longer, *key);
    ExpectNotAuthentic(Bytes(list).first(list.size() - 1), signature, *key);
  }
}

// D21 of the peers' defects: tools that take a list without looking at its signature.
TEST(VerifyLogListSignatureTest, D21RealListsVerifyAndFailAfterAFlippedByte) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "loglists");
  const std::vector<ByteVector> keys =
      testlib::ReadPem(folder / "keys" / "google_log_list_pubkey.pem", "PUBLIC KEY");
  ASSERT_EQ(keys.size(), 1U);
  const auto key = Key(keys[0]);
  constexpr std::size_t kStride = 997;  // a prime, so that every kind of place is hit
  std::size_t num_lists = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".sig") {
      continue;
    }
    ++num_lists;
    SCOPED_TRACE(entry.path());
    const ByteVector signature = testlib::ReadFile(entry.path());
    ByteVector list = testlib::ReadFile(std::filesystem::path(entry).replace_extension(".json"));
    EXPECT_TRUE(VerifyLogListSignature(list, signature, *key));
    for (std::size_t i = 0; i < list.size(); i += kStride) {
      list[i] ^= 0x01U;
      ExpectNotAuthentic(list, signature, *key);
      list[i] ^= 0x01U;
    }
    for (std::size_t i = 0; i < signature.size(); ++i) {
      ByteVector changed = signature;
      changed[i] ^= 0x80U;
      ExpectNotAuthentic(list, changed, *key);
    }
  }
  EXPECT_GT(num_lists, 0U);
}

}  // namespace
}  // namespace tattle::authenticate_test
