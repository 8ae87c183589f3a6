// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/crypto/public_key.h"

#include <array>
#include <cstddef>
#include <utility>

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

class OpenSslPublicKey final : public PublicKey {
 public:
  OpenSslPublicKey(KeyType type, EvpPkey key) : type_(type), key_(std::move(key)) {}

  KeyType type() const override { return type_; }

  Result<bool> VerifyDigest(const Hash& digest, Bytes signature) const override {
    if (type_ == KeyType::kEd25519) {
      return Fail(Errc::kUnsupportedAlgorithm, "key");
    }
    const ErrorMark mark;
    const EvpPkeyCtx context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
        (type_ == KeyType::kRsa &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) ||
        EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1) {
      return Fail(Errc::kCryptoFailed, "key");
    }
    return FromOpenSsl(EVP_PKEY_verify(context.get(), signature.data(), signature.size(),
                                       digest.data(), digest.size()));
  }

  Result<bool> VerifyMessage(Bytes message, Bytes signature) const override {
    if (type_ != KeyType::kEd25519) {
      return VerifyDigest(Sha256Of(message), signature);
    }
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
  KeyType type_;
  EvpPkey key_;
};

bool IsP256(EVP_PKEY* key) {
  std::array<char, 32> name{};
  std::size_t len = 0;
  return EVP_PKEY_get_group_name(key, name.data(), name.size(), &len) == 1 &&
         std::string_view(name.data(), len) == "prime256v1";
}

Result<KeyType> TypeOf(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC:
      if (IsP256(key)) {
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
  return std::make_shared<const OpenSslPublicKey>(*type, std::move(key));
}

}  // namespace tattle
