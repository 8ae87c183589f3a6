// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/public_root_set.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/data/public_roots.h"
#include "plugin/runtime/bounds.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::public_root_set_test {
namespace {

using testlib::PemText;
using testlib::TestCa;

Hash KeyOf(const TestCa& ca) {
  return Sha256Of(ca.key().Spki());
}

class PublicRootSetTest : public ::testing::Test {
 protected:
  // ErrorOf is the sentence, without what all have in common.
  static std::string ErrorOf(const std::string& path) {
    const auto roots = PublicRootSet::Load(path);
    const std::string sentence = roots ? "no error" : roots.error();
    const std::string begin = "public_roots: " + path;
    EXPECT_EQ(sentence.substr(0, begin.size()), begin);
    return sentence.substr(std::min(begin.size(), sentence.size()));
  }

  const TestCa one_{"One"};
  const TestCa two_{"Two"};
  const TestCa other_{"Other"};
  testlib::ScratchFolder folder_;
};

TEST_F(PublicRootSetTest, HoldsTheBuiltInRoots) {
  const auto roots = PublicRootSet::Load("");
  ASSERT_TRUE(roots);
  const auto built_in = PublicRootSpkiHashes();
  EXPECT_TRUE(std::equal(roots->spki_hashes().begin(), roots->spki_hashes().end(), built_in.begin(),
                         built_in.end()));
  for (const Hash& hash : built_in) {
    EXPECT_TRUE(roots->Contains(hash));
  }
  EXPECT_FALSE(roots->Contains(KeyOf(one_)));
  EXPECT_FALSE(PublicRootSet().Contains(built_in.front()));
}

TEST_F(PublicRootSetTest, AddsTheCertificatesOfAFile) {
  const std::string path =
      folder_.Write("roots.pem", "One\n" + PemText(one_.certificate()) +
                                     PemText(two_.certificate()) + PemText(one_.certificate()));
  const auto roots = PublicRootSet::Load(path);
  ASSERT_TRUE(roots) << roots.error();
  EXPECT_TRUE(roots->Contains(KeyOf(one_)));
  EXPECT_TRUE(roots->Contains(KeyOf(two_)));
  EXPECT_FALSE(roots->Contains(KeyOf(other_)));
  EXPECT_TRUE(roots->Contains(PublicRootSpkiHashes().front()));
  EXPECT_EQ(roots->spki_hashes().size(), PublicRootSpkiHashes().size() + 2);
  EXPECT_TRUE(std::is_sorted(roots->spki_hashes().begin(), roots->spki_hashes().end()));
}

TEST_F(PublicRootSetTest, AddsTheFilesOfAFolderAndNothingElse) {
  folder_.Write("one.crt", PemText(one_.certificate()));
  folder_.Write("two", PemText(two_.certificate()));
  folder_.Write("README", "no certificate in here");
  folder_.Write(".other.pem", PemText(other_.certificate()));
  std::filesystem::create_directory(folder_.Path("more"));
  folder_.Write("more/other.pem", PemText(other_.certificate()));
  std::filesystem::create_symlink(folder_.Path("nowhere"), folder_.Path("dangling"));
  std::filesystem::create_symlink(folder_.Path("two"), folder_.Path("again"));
  ASSERT_EQ(mkfifo(folder_.Path("fifo").c_str(), 0600), 0);
  const auto roots = PublicRootSet::Load(folder_.path());
  ASSERT_TRUE(roots) << roots.error();
  EXPECT_TRUE(roots->Contains(KeyOf(one_)));
  EXPECT_TRUE(roots->Contains(KeyOf(two_)));
  EXPECT_FALSE(roots->Contains(KeyOf(other_)));
  EXPECT_EQ(roots->spki_hashes().size(), PublicRootSpkiHashes().size() + 2);
}

// A root that is newer than ours is public where the system has it.
TEST_F(PublicRootSetTest, LooksIntoTheSystemsFolderForWhatIsNowhereElse) {
  folder_.Write("one.crt", PemText(one_.certificate()));
  const auto roots = PublicRootSet::Load("", folder_.path());
  ASSERT_TRUE(roots) << roots.error();
  const PublicRootSet copy = *roots;
  EXPECT_EQ(roots->spki_hashes().size(), PublicRootSpkiHashes().size());
  // What is known without it does not make it be read.
  EXPECT_TRUE(roots->Contains(PublicRootSpkiHashes().front()));
  folder_.Write("two.crt", PemText(two_.certificate()));
  EXPECT_TRUE(roots->Contains(KeyOf(two_)));
  EXPECT_TRUE(roots->Contains(KeyOf(one_)));
  EXPECT_FALSE(roots->Contains(KeyOf(other_)));
  // Once is enough.
  folder_.Write("other.crt", PemText(other_.certificate()));
  EXPECT_FALSE(roots->Contains(KeyOf(other_)));
  EXPECT_FALSE(copy.Contains(KeyOf(other_)));
}

TEST_F(PublicRootSetTest, TakesWhatItCanOfTheSystemsFolder) {
  folder_.Write("a", PemText(one_.certificate()));
  folder_.Write("broken", "-----BEGIN CERTIFICATE-----\n");
  const auto broken = PublicRootSet::Load("", folder_.path());
  ASSERT_TRUE(broken) << broken.error();
  EXPECT_TRUE(broken->Contains(KeyOf(one_)));
  EXPECT_FALSE(broken->Contains(KeyOf(two_)));
  const auto missing = PublicRootSet::Load("", folder_.Path("nowhere"));
  ASSERT_TRUE(missing) << missing.error();
  EXPECT_FALSE(missing->Contains(KeyOf(one_)));
}

TEST(WarningOfRootsTest, WarnsOfOldOnes) {
  EXPECT_EQ(WarningOfRoots(PublicRootsDateMs()), "");
  const std::string warning = WarningOfRoots(PublicRootsDateMs() + 600 * kMsPerDay);
  EXPECT_EQ(warning.substr(0, 35), "the built-in public roots are of 20");
}

TEST_F(PublicRootSetTest, RefusesAFileThatIsNotWhatItShouldBe) {
  EXPECT_EQ(ErrorOf(folder_.Path("none")), ": cannot be read (No such file or directory)");
  EXPECT_EQ(ErrorOf("/dev/null"), ": is no regular file");
  const std::string good = PemText(one_.certificate());
  const struct {
    const char* name;
    std::string content;
    const char* want;
  } cases[] = {
      {"empty", "", ": has no certificate in PEM (-----BEGIN CERTIFICATE-----)"},
      {"key only", PemText(one_.key().Spki(), "PUBLIC KEY"),
       ": has no certificate in PEM (-----BEGIN CERTIFICATE-----)"},
      {"cut", good + good.substr(0, 80), ": certificate 2 is broken (pem: truncated at byte "},
      {"no DER", good + PemText(AsBytes("no DER")), ": certificate 2 is none (certificate: "},
  };
  for (const auto& c : cases) {
    const std::string error = ErrorOf(folder_.Write("file", c.content));
    EXPECT_EQ(error.substr(0, std::string(c.want).size()), c.want) << c.name;
  }
}

TEST_F(PublicRootSetTest, RefusesAFolderWithoutCertificates) {
  EXPECT_EQ(ErrorOf(folder_.path()), ": has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  folder_.Write("README", "no certificate in here");
  EXPECT_EQ(ErrorOf(folder_.path()), ": has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  folder_.Write("a", PemText(one_.certificate()));
  folder_.Write("broken", "-----BEGIN CERTIFICATE-----\n");
  EXPECT_EQ(ErrorOf(folder_.path()), "/broken: certificate 1 is broken (pem: truncated)");
}

TEST_F(PublicRootSetTest, RefusesMoreThanItsBounds) {
  folder_.Write("a", PemText(one_.certificate()) + std::string(kMaxPublicRootsSize / 2, '\n'));
  EXPECT_TRUE(PublicRootSet::Load(folder_.path()));
  folder_.Write("b", PemText(two_.certificate()) + std::string(kMaxPublicRootsSize / 2, '\n'));
  EXPECT_EQ(ErrorOf(folder_.path()).substr(0, 21), "/b: is larger than 83");
  std::filesystem::remove(folder_.Path("b"));
  for (std::size_t i = 0; i < kMaxPublicRootFiles; ++i) {
    std::filesystem::create_symlink("nowhere", folder_.Path("link" + std::to_string(i)));
  }
  EXPECT_EQ(ErrorOf(folder_.path()), ": has more than 4096 files");
}

// root may read everything, so that there it can't be shown.
TEST_F(PublicRootSetTest, RefusesAFolderWithAFileThatCannotBeRead) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "run by root, who may read every file";
  }
  folder_.Write("a", PemText(one_.certificate()));
  ASSERT_EQ(chmod(folder_.Write("b", "").c_str(), 0), 0);
  EXPECT_EQ(ErrorOf(folder_.path()), "/b: cannot be read (Permission denied)");
}

TEST_F(PublicRootSetTest, ReadsTheSystemsOwnFolder) {
  if (!std::filesystem::exists("/etc/ssl/certs/ca-certificates.crt")) {
    GTEST_SKIP() << "/etc/ssl/certs is not filled: it is not tried";
  }
  const auto roots = PublicRootSet::Load("/etc/ssl/certs");
  ASSERT_TRUE(roots) << roots.error();
}

}  // namespace
}  // namespace tattle::public_root_set_test
