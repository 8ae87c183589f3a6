// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// libcrypto's allocations fail, and no good signature is called a bad one for that. Its functions
// for memory are replaced for this program; they fail only while a test wants them to.

#include <cstddef>
#include <cstdlib>

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include "core/crypto/public_key.h"
#include "tests/testlib/pki.h"

namespace tattle::crypto_memory_test {
namespace {

// Which allocation fails, and how many from there on; below zero none does.
thread_local long next_failure = -1;
thread_local long num_failures = 0;

bool Fails() {
  if (next_failure < 0 || next_failure-- > 0) {
    return false;
  }
  next_failure = --num_failures > 0 ? 0 : -1;
  return true;
}

void* Allocate(std::size_t size, const char* /*file*/, int /*line*/) {
  return Fails() ? nullptr : std::malloc(size);
}

void* Reallocate(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
  return Fails() ? nullptr : std::realloc(memory, size);
}

void Free(void* memory, const char* /*file*/, int /*line*/) {
  std::free(memory);
}

// Before OpenSSL allocates anything.
const bool is_replaced = CRYPTO_set_mem_functions(Allocate, Reallocate, Free) == 1;

// FailEach has each allocation of a verification fail, `num` in a row, and returns how many
// there were. `check` sees the answer to each.
template <typename Check>
long FailEach(const PublicKey& key, Bytes message, Bytes signature, long num, const Check& check) {
  for (long i = 0;; ++i) {
    next_failure = i;
    num_failures = num;
    const Result<bool> answer = key.VerifyMessage(message, signature);
    const bool is_over = next_failure >= 0 && num_failures == num;
    next_failure = -1;
    if (is_over) {
      return i;
    }
    check(answer);
  }
}

TEST(OutOfMemoryTest, MakesNoGoodSignatureABadOne) {
  ASSERT_TRUE(is_replaced);
  const ByteVector message = {1, 2, 3};
  for (const testlib::TestKey& key :
       {testlib::TestKey::P256(), testlib::TestKey::Rsa(2048), testlib::TestKey::Ed25519()}) {
    const auto public_key = DecodePublicKey(key.Spki()).value();
    ByteVector signature = key.Sign(message);
    const long num = FailEach(*public_key, message, signature, 1,
                              [](const Result<bool>& answer) { EXPECT_TRUE(!answer || *answer); });
    EXPECT_GT(num, 3);
    signature.back() ^= 1U;
    FailEach(*public_key, message, signature, 1,
             [](const Result<bool>& answer) { EXPECT_FALSE(answer.value_or(false)); });
  }
}

TEST(OutOfMemoryTest, ThatLastsIsNoAnswer) {
  const ByteVector message = {1, 2, 3};
  const testlib::TestKey key = testlib::TestKey::P256();
  const auto public_key = DecodePublicKey(key.Spki()).value();
  const ByteVector signature = key.Sign(message);
  FailEach(*public_key, message, signature, 1'000'000, [](const Result<bool>& answer) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::kCryptoFailed);
  });
}

}  // namespace
}  // namespace tattle::crypto_memory_test
