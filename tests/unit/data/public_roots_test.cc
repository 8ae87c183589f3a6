// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/data/public_roots.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "tests/testlib/real_data.h"

namespace tattle::public_roots_test {
namespace {

Hash HashOf(const std::string& base64) {
  Hash hash = {};
  const Result<ByteVector> bytes = DecodeBase64(base64);
  EXPECT_TRUE(bytes && bytes->size() == hash.size());
  std::copy_n(bytes->begin(), hash.size(), hash.begin());
  return hash;
}

bool IsPublic(const Hash& hash) {
  const auto roots = PublicRootSpkiHashes();
  return std::binary_search(roots.begin(), roots.end(), hash);
}

TEST(PublicRootsTest, AreSortedAndUniqueAndMany) {
  const auto roots = PublicRootSpkiHashes();
  EXPECT_GT(roots.size(), 100U);
  EXPECT_EQ(std::adjacent_find(roots.begin(), roots.end(), std::greater_equal<>()), roots.end());
}

TEST(PublicRootsTest, HoldRootsThatEverybodyKnows) {
  // As their owners publish them, for pinning.
  EXPECT_TRUE(IsPublic(HashOf("C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M=")));  // ISRG Root X1
  EXPECT_FALSE(IsPublic(Hash{}));
}

// Chains of a root that is missing are private, and so pass: both ends of the union are looked at.
TEST(PublicRootsTest, HoldTheRootsOfOldSystemsAndOfNewOnes) {
  // D-TRUST BR Root CA 2 2023, Telekom Security TLS RSA Root 2023: not in Debian 12
  EXPECT_TRUE(IsPublic(HashOf("rHb2OkbnYbWswyWXBckgy38FY9JI2NGA+TSvaAmaFfk=")));
  EXPECT_TRUE(IsPublic(HashOf("DgXpuyOGnraJ3FaDnc7EdaOudfprULxaSXg2DL5nMyM=")));
  // SECOM TLS RSA Root CA 2024, Telia EC TLS Root CA v3: not in Debian 13 either
  EXPECT_TRUE(IsPublic(HashOf("8OC2++i3TU+C2O2Pi9aj0IPcGds9LO2xBhzLdthI7n0=")));
  EXPECT_TRUE(IsPublic(HashOf("TIIdfYmt8IwelRySuEG0o8GCYbnOQm8zfMDjgFSZug4=")));
  // E-Tugra Global Root CA RSA v3, SecureSign Root CA12: of Debian 12 or 13 alone
  EXPECT_TRUE(IsPublic(HashOf("s+/79GvPZq7fcUJ+a9YL8aGHjHtyyrF4cDSF/abj2zg=")));
  EXPECT_TRUE(IsPublic(HashOf("4U5RiR80kiQ+6mE7wsgU1HIksiTFfTgWnpWOMLPe3uQ=")));
}

TEST(PublicRootsTest, AreOldAfterEighteenMonths) {
  EXPECT_EQ(EncodeRfc3339(PublicRootsDateMs()).substr(10), "T00:00:00Z");
  EXPECT_GE(EncodeRfc3339(PublicRootsDateMs()), "2026-08-16T00:00:00Z");
  EXPECT_FALSE(ArePublicRootsOldAt(0));
  EXPECT_FALSE(ArePublicRootsOldAt(PublicRootsDateMs() + 548 * kMsPerDay));
  EXPECT_TRUE(ArePublicRootsOldAt(PublicRootsDateMs() + 548 * kMsPerDay + 1));
}

TEST(PublicRootsTest, AreThoseOfTheInstalledPackage) {
  const std::filesystem::path folder = "/usr/share/ca-certificates/mozilla";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << folder << " is not there: Debian's ca-certificates are not compared";
  }
  std::set<Hash> installed;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    for (const ByteVector& der : testlib::ReadPem(entry.path())) {
      const Result<CertificateView> certificate = DecodeCertificate(der);
      ASSERT_TRUE(certificate) << entry.path() << Describe(certificate.error());
      installed.insert(Sha256Of(certificate->spki));
    }
  }
  // A package that is newer than ours has a few others.
  const auto known = std::count_if(installed.begin(), installed.end(), IsPublic);
  EXPECT_GT(static_cast<std::size_t>(known), installed.size() * 3 / 4);
}

}  // namespace
}  // namespace tattle::public_roots_test
