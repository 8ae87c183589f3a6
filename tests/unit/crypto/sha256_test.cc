// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/crypto/sha256.h"

#include <gtest/gtest.h>

namespace tattle::sha256_test {
namespace {

// FIPS 180-4's examples, as NIST publishes them.
TEST(Sha256Test, AgreesWithPublishedValues) {
  EXPECT_EQ(Hex(Sha256Of({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256Of(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256Of(AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Hex(Sha256Of(ByteVector(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, DoesNotCareHowTheMessageIsCut) {
  ByteVector message;
  for (unsigned i = 0; i < 200; ++i) {
    message.push_back(static_cast<std::uint8_t>(i * 7));
  }
  const Hash want = Sha256Of(message);
  for (std::size_t cut = 0; cut <= message.size(); ++cut) {
    Sha256 hash;
    hash.Update(Bytes(message).first(cut)).Update({}).Update(Bytes(message).subspan(cut));
    EXPECT_EQ(hash.Finish(), want) << cut;
  }
}

TEST(Sha1Test, AgreesWithPublishedValues) {
  EXPECT_EQ(Hex(Sha1Of({})), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(Hex(Sha1Of(AsBytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace tattle::sha256_test
