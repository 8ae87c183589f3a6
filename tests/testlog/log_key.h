// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// LogKey: what a log signs with.

#ifndef TATTLE_TESTS_TESTLOG_LOG_KEY_H_
#define TATTLE_TESTS_TESTLOG_LOG_KEY_H_

#include <memory>
#include <string>

#include <openssl/types.h>

#include "core/base/bytes.h"
#include "core/crypto/public_key.h"
#include "plugin/runtime/outcome.h"

namespace tattle::testlog {

// LogKey is a private key of one of the two kinds that a log may have (RFC 6962, Section 2.1.4).
// Cheap to copy; immutable and safe to share.
class LogKey {
 public:
  // Generate makes a new key, kEcdsaP256 or kRsa (2048 bits).
  static Outcome<LogKey> Generate(KeyType type);

  // DecodePem reads an unencrypted private key. Fails for a key that no log may have.
  static Outcome<LogKey> DecodePem(const std::string& pem);

  // EncodePem writes what DecodePem reads; EncodePublicPem the public half.
  Outcome<std::string> EncodePem() const;
  Outcome<std::string> EncodePublicPem() const;

  // SignDigest gives an encoded DigitallySigned over a message whose SHA-256 is `digest`.
  Outcome<ByteVector> SignDigest(const Hash& digest) const;

  const ByteVector& spki() const { return spki_; }
  const LogId& log_id() const { return log_id_; }
  const std::shared_ptr<const PublicKey>& public_key() const { return public_key_; }

 private:
  LogKey() = default;
  static Outcome<LogKey> Adopt(std::shared_ptr<EVP_PKEY> key);

  std::shared_ptr<EVP_PKEY> key_;
  ByteVector spki_;
  LogId log_id_ = {};
  std::shared_ptr<const PublicKey> public_key_;
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_LOG_KEY_H_
