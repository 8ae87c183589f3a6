// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Flipping any one bit of what an SCT signs, or of the key that signed, never leaves it valid.
// Exhaustive, for one certificate of each kind.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/wire/sct.h"
#include "tests/unit/verify/fixture.h"

namespace tattle::mutation_test {
namespace {

// FlipBit flips one bit of a copy.
ByteVector FlipBit(ByteVector bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << bit % 8));
  return bytes;
}

// Find is the offset of `part` in `whole`.
std::size_t Find(Bytes whole, Bytes part) {
  const auto found = std::search(whole.begin(), whole.end(), part.begin(), part.end());
  EXPECT_NE(found, whole.end());
  return static_cast<std::size_t>(found - whole.begin());
}

class MutationTest : public VerifyTest {
 protected:
  static std::size_t NumValid(const Evidence& evidence, const LogList& logs) {
    const Result<Report> report = Verify(evidence, logs, kNowMs);
    return report ? report->CountStatus(SctStatus::kValid) : 0;
  }

  // ExpectNoFlipSurvives flips each bit of `leaf` in [from, to), which holds one SCT or what it
  // covers, and expects no valid SCT.
  static void ExpectNoFlipSurvives(const ByteVector& leaf, std::size_t from, std::size_t to,
                                   Bytes tls_scts = {}) {
    for (std::size_t bit = from * 8; bit < to * 8; ++bit) {
      const ByteVector flipped = FlipBit(leaf, bit);
      ASSERT_EQ(
          NumValid({.leaf = flipped, .issuer = world().ca.certificate(), .tls_scts = tls_scts},
                   world().logs),
          0U)
          << "bit " << bit;
    }
  }

  static ByteVector OneSctLeaf(const testlib::TestLog& log) {
    return world().Embed([&](Bytes tbs) {
      return std::vector<ByteVector>{
          log.SignPrecert(tbs, world().issuer_spki, kStampedMs, testlib::LeafIndexExtension(7))};
    });
  }
};

TEST_F(MutationTest, NoBitOfAnEmbeddedSctOrItsTbsMayFlip) {
  for (const testlib::TestLog* log : {&world().alpha, &world().beta}) {
    const ByteVector leaf = OneSctLeaf(*log);
    const Result<CertificateView> view = DecodeCertificate(leaf);
    ASSERT_TRUE(view);
    ASSERT_EQ(NumValid({.leaf = leaf, .issuer = world().ca.certificate()}, world().logs), 1U);
    // The TBS holds the SCT too: every bit of both, except where the ECDSA signature itself is
    // malleable, which a single flipped bit is not. The `critical` field and the headers around
    // the SCT list are not signed by the log but break the structure.
    const std::size_t tbs = Find(leaf, view->tbs);
    ExpectNoFlipSurvives(leaf, tbs, tbs + view->tbs.size());
  }
}

TEST_F(MutationTest, NoBitOfACertificateMayFlipUnderATlsSct) {
  const ByteVector& leaf = world().plain_leaf;
  const ByteVector list = testlib::SctList({world().alpha.SignX509(leaf, kStampedMs)});
  ExpectNoFlipSurvives(leaf, 0, leaf.size(), list);
}

TEST_F(MutationTest, NoBitOfATlsSctMayFlip) {
  const ByteVector& leaf = world().plain_leaf;
  for (const testlib::TestLog* log : {&world().alpha, &world().beta}) {
    const ByteVector list =
        testlib::SctList({log->SignX509(leaf, kStampedMs, testlib::LeafIndexExtension(7))});
    for (std::size_t bit = 0; bit < list.size() * 8; ++bit) {
      const ByteVector flipped = FlipBit(list, bit);
      ASSERT_EQ(NumValid({.leaf = leaf, .issuer = world().ca.certificate(), .tls_scts = flipped},
                         world().logs),
                0U)
          << "bit " << bit;
    }
  }
}

TEST_F(MutationTest, NoBitOfTheIssuersKeyMayFlip) {
  const ByteVector leaf = OneSctLeaf(world().alpha);
  const ByteVector& issuer = world().ca.certificate();
  const Result<CertificateView> view = DecodeCertificate(issuer);
  ASSERT_TRUE(view);
  const std::size_t spki = Find(issuer, view->spki);
  for (std::size_t bit = spki * 8; bit < (spki + view->spki.size()) * 8; ++bit) {
    const ByteVector flipped = FlipBit(issuer, bit);
    ASSERT_EQ(NumValid({.leaf = leaf, .issuer = flipped}, world().logs), 0U) << "bit " << bit;
  }
}

TEST_F(MutationTest, NoBitOfTheLogKeyMayFlip) {
  const ByteVector& leaf = world().plain_leaf;
  for (const testlib::TestLog* log : {&world().alpha, &world().beta}) {
    const ByteVector list = testlib::SctList({log->SignX509(leaf, kStampedMs)});
    const ByteVector spki = log->key().Spki();
    std::size_t num_usable = 0;
    for (std::size_t bit = 0; bit < spki.size() * 8; ++bit) {
      const Result<std::shared_ptr<const PublicKey>> key = DecodePublicKey(FlipBit(spki, bit));
      if (!key) {
        continue;  // not a key at all: refused where the list is read
      }
      ++num_usable;
      Log entry = log->Entry();  // under the old log_id, as if nobody compared
      entry.key = *key;
      const LogList logs = testlib::ListOf({entry});
      ASSERT_EQ(
          NumValid({.leaf = leaf, .issuer = world().ca.certificate(), .tls_scts = list}, logs), 0U)
          << "bit " << bit;
    }
    if (log == &world().beta) {
      EXPECT_GT(num_usable, 2000U) << "a flipped modulus is a key still: the test must see some";
    }
  }
}

}  // namespace
}  // namespace tattle::mutation_test
