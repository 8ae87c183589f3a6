// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/crypto/public_key.h"

#include <array>
#include <cstddef>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/crypto/sha256.h"

namespace tattle {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;  // beyond it one check costs more than a handshake

// Deleter makes a unique_ptr of a libcrypto object.
template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using EvpPkey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using EvpPkeyCtx = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using EvpMdCtx = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

// ErrorMark leaves the host's error queue as it found it: this code runs in other people's
// processes, where a stale entry makes an unrelated call look failed.
class ErrorMark {
 public:
  ErrorMark() { ERR_set_mark(); }
  ~ErrorMark() { ERR_pop_to_mark(); }
  ErrorMark(const ErrorMark&) = delete;
  ErrorMark& operator=(const ErrorMark&) = delete;
};

// Ask takes an OpenSSL verification: 1 for a good signature, 0 for a bad one, a negative number for
// one that it could not even read (ECDSA that is not DER), which is just as bad a signature. But so
// it answers, too, where memory was short for a moment, and a good signature must not be called bad
// for that: a bad one is asked about twice.
template <typename Verification>
Result<bool> Ask(const Verification& verify) {
  const Result<bool> answer = verify();
  if (!answer || *answer) {
    return answer;
  }
  const Result<bool> again = verify();
  if (again && !*again && ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE) {
    return Fail(Errc::kCryptoFailed, "key");
  }
  return again;
}

// MakeVerifier prepares a context for digests, or null when libcrypto fails.
EvpPkeyCtx MakeVerifier(KeyType type, EVP_PKEY* key) {
  EvpPkeyCtx context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) {
    return nullptr;
  }
  // ECDSA takes the digest as it is; RSA wraps it in a structure that names the hash.
  if (type == KeyType::kRsa &&
      (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
       EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1)) {
    return nullptr;
  }
  return context;
}

// DigestKey checks signatures over digests. Its context is a template: it is prepared once, since
// that costs 3 us, never used itself and only ever copied, which several threads may do at once
// (EVP_PKEY_CTX_dup reads it and counts references).
class DigestKey final : public PublicKey {
 public:
  DigestKey(KeyType type, EvpPkeyCtx verifier) : type_(type), verifier_(std::move(verifier)) {}

  KeyType type() const override { return type_; }

  Result<bool> VerifyDigest(const Hash& digest, Bytes signature) const override {
    const ErrorMark mark;
    return Ask([&]() -> Result<bool> {
      const EvpPkeyCtx context(EVP_PKEY_CTX_dup(verifier_.get()));
      if (!context) {
        return Fail(Errc::kCryptoFailed, "key");
      }
      return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(),
                             digest.size()) == 1;
    });
  }

  Result<bool> VerifyMessage(Bytes message, Bytes signature) const override {
    return VerifyDigest(Sha256Of(message), signature);
  }

 private:
  KeyType type_;
  EvpPkeyCtx verifier_;  // holds a reference to the key
};

class Ed25519Key final : public PublicKey {
 public:
  explicit Ed25519Key(EvpPkey key) : key_(std::move(key)) {}

  KeyType type() const override { return KeyType::kEd25519; }

  Result<bool> VerifyDigest(const Hash& /*digest*/, Bytes /*signature*/) const override {
    return Fail(Errc::kUnsupportedAlgorithm, "key");
  }

  Result<bool> VerifyMessage(Bytes message, Bytes signature) const override {
    const ErrorMark mark;
    return Ask([&]() -> Result<bool> {
      const EvpMdCtx context(EVP_MD_CTX_new());
      if (!context ||
          EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1) {
        return Fail(Errc::kCryptoFailed, "key");
      }
      return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                              message.size()) == 1;
    });
  }

 private:
  EvpPkey key_;
};

// The SubjectPublicKeyInfo of a P-256 key (RFC 5480, Section 2) up to the coordinates of the point:
// id-ecPublicKey, prime256v1, and 04 for an uncompressed point. A key that is not written like this
// is not taken, so that one key has one encoding and one log_id.
constexpr std::array<std::uint8_t, 27> kP256Header = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
constexpr std::size_t kP256PointSize = 65;  // with the 04
constexpr std::size_t kP256SpkiSize = kP256Header.size() - 1 + kP256PointSize;

// DecodeP256 makes a key from its point, which must lie on the curve. d2i_PUBKEY would do the same
// in four times the time, and a log list holds hundreds of keys.
EvpPkey DecodeP256(Bytes spki) {
  ByteVector point = ToVector(spki.last(kP256PointSize));
  std::array<char, 11> group = {"prime256v1"};
  std::array<OSSL_PARAM, 3> params = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  const EvpPkeyCtx context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.data()) != 1) {
    return nullptr;
  }
  return EvpPkey(key);
}

Result<KeyType> TypeOf(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      if (EVP_PKEY_get_bits(key) >= kMinRsaBits && EVP_PKEY_get_bits(key) <= kMaxRsaBits) {
        return KeyType::kRsa;
      }
      break;
    case EVP_PKEY_ED25519:
      return KeyType::kEd25519;
    default:
      break;
  }
  return Fail(Errc::kUnsupportedAlgorithm, "key");
}

// IsCanonical says whether `spki` is the one DER of the key: d2i_PUBKEY overlooks such things as a
// count of unused bits, and a log_id is a hash over the bytes.
bool IsCanonical(EVP_PKEY* key, Bytes spki) {
  unsigned char* encoded = nullptr;
  const int len = i2d_PUBKEY(key, &encoded);
  const bool same = len > 0 && Equal(Bytes(encoded, static_cast<std::size_t>(len)), spki);
  OPENSSL_free(encoded);
  return same;
}

Result<std::shared_ptr<const PublicKey>> MakeDigestKey(KeyType type, EVP_PKEY* key) {
  EvpPkeyCtx verifier = MakeVerifier(type, key);
  if (!verifier) {
    return Fail(Errc::kCryptoFailed, "key");
  }
  return std::make_shared<const DigestKey>(type, std::move(verifier));
}

}  // namespace

Result<std::shared_ptr<const PublicKey>> DecodePublicKey(Bytes spki) {
  const ErrorMark mark;
  if (spki.size() == kP256SpkiSize && Equal(spki.first(kP256Header.size()), kP256Header)) {
    const EvpPkey key = DecodeP256(spki);
    if (!key) {
      return Fail(Errc::kBadEncoding, "key");
    }
    return MakeDigestKey(KeyType::kEcdsaP256, key.get());
  }
  const unsigned char* cursor = spki.data();
  EvpPkey key(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(spki.size())));
  if (!key || !IsCanonical(key.get(), spki)) {
    return Fail(Errc::kBadEncoding, "key");
  }
  const Result<KeyType> type = TypeOf(key.get());
  if (!type) {
    return tl::unexpected(type.error());
  }
  if (*type == KeyType::kEd25519) {
    return std::make_shared<const Ed25519Key>(std::move(key));
  }
  return MakeDigestKey(*type, key.get());
}

}  // namespace tattle
