// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/crypto/public_key.h"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
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

// OpenSSL answers 1 for a good signature, 0 for a bad one and a negative number for one that it
// could not even read (ECDSA that is not DER), which is just as bad a signature.
Result<bool> FromOpenSsl(int answer) {
  return answer == 1;
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
    const EvpPkeyCtx context(EVP_PKEY_CTX_dup(verifier_.get()));
    if (!context) {
      return Fail(Errc::kCryptoFailed, "key");
    }
    return FromOpenSsl(EVP_PKEY_verify(context.get(), signature.data(), signature.size(),
                                       digest.data(), digest.size()));
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
    const EvpMdCtx context(EVP_MD_CTX_new());
    if (!context ||
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1) {
      return Fail(Errc::kCryptoFailed, "key");
    }
    return FromOpenSsl(EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                        message.data(), message.size()));
  }

 private:
  EvpPkey key_;
};

bool IsP256(EVP_PKEY* key) {
  std::array<char, 32> name{};
  std::size_t len = 0;
  return EVP_PKEY_get_group_name(key, name.data(), name.size(), &len) == 1 &&
         std::string_view(name.data(), len) == "prime256v1";
}

// IsHybridPoint says whether a point is written in the form that carries the same fact twice: RFC
// 5480, Section 2.2 forbids it, and with it one key would have two encodings.
bool IsHybridPoint(EVP_PKEY* key) {
  std::array<char, 16> form{};
  std::size_t len = 0;
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                        form.data(), form.size(), &len) != 1 ||
         std::string_view(form.data(), len) == OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_HYBRID;
}

Result<KeyType> TypeOf(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC:
      if (IsP256(key) && !IsHybridPoint(key)) {
        return KeyType::kEcdsaP256;
      }
      break;
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

}  // namespace

Result<std::shared_ptr<const PublicKey>> DecodePublicKey(Bytes spki) {
  const ErrorMark mark;
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
  EvpPkeyCtx verifier = MakeVerifier(*type, key.get());
  if (!verifier) {
    return Fail(Errc::kCryptoFailed, "key");
  }
  return std::make_shared<const DigestKey>(*type, std::move(verifier));
}

}  // namespace tattle
