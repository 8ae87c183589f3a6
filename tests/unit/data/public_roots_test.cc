// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/data/public_roots.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "core/base/base64.h"
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
  // The package of another version has a few others.
  const auto known = std::count_if(installed.begin(), installed.end(), IsPublic);
  EXPECT_GT(static_cast<std::size_t>(known), installed.size() * 3 / 4);
}

}  // namespace
}  // namespace tattle::public_roots_test
