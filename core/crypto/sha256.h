// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SHA-256, and SHA-1 for the one place where a protocol still wants it.

#ifndef TATTLE_CORE_CRYPTO_SHA256_H_
#define TATTLE_CORE_CRYPTO_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace tattle {

// Sha256 hashes a message that comes in pieces. Make a new one for each message. Never allocates
// and never fails. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256& Update(Bytes bytes);
  Hash Finish();

 private:
  // An OpenSSL SHA256_CTX, whose header is deprecated and stays out of ours.
  alignas(8) std::array<std::byte, 112> state_;
};

// Sha256Of hashes one message.
Hash Sha256Of(Bytes message);

// Sha1Of hashes one message. For matching the CertID of an OCSP response (RFC 6960, Section
// 4.1.1) and nothing else: no signature here is over SHA-1.
std::array<std::uint8_t, 20> Sha1Of(Bytes message);

}  // namespace tattle

#endif  // TATTLE_CORE_CRYPTO_SHA256_H_
