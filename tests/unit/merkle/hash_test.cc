// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/hash.h"

#include <gtest/gtest.h>

#include "core/crypto/sha256.h"

namespace tattle::hash_test {
namespace {

TEST(HashTest, EmptyRootIsTheHashOfNothing) {
  EXPECT_EQ(Hex(EmptyRoot()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HashTest, LeafIsPrefixedWithZero) {
  const ByteVector leaf = {0x20, 0x21};
  EXPECT_EQ(HashLeaf(leaf), Sha256Of(ByteVector{0x00, 0x20, 0x21}));
  EXPECT_EQ(Hex(HashLeaf({})), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(HashTest, NodeIsPrefixedWithOneAndKeepsTheOrder) {
  const Hash left = HashLeaf({});
  const Hash right = HashLeaf(ByteVector{0x00});
  ByteVector message = {0x01};
  Append(message, left);
  Append(message, right);
  EXPECT_EQ(HashNode(left, right), Sha256Of(message));
  EXPECT_NE(HashNode(left, right), HashNode(right, left));
  // A leaf with a node's content is not that node.
  EXPECT_NE(HashLeaf(Bytes(message).subspan(1)), HashNode(left, right));
}

}  // namespace
}  // namespace tattle::hash_test
