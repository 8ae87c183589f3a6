// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/public_key_pem.h"

#include <cstddef>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

tl::unexpected<std::string> KeyIsNone(std::string sentence) {
  ERR_clear_error();
  return tl::unexpected(std::move(sentence));
}

}  // namespace

Outcome<ByteVector> DecodeSpkiPem(std::string_view text, const std::string& name) {
  const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const KeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  unsigned char* der = nullptr;
  const int len = key ? i2d_PUBKEY(key.get(), &der) : 0;
  if (len > 0) {
    ByteVector spki = ToVector(Bytes(der, static_cast<std::size_t>(len)));
    OPENSSL_free(der);
    return spki;
  }
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
    return KeyIsNone(name + " holds a private key; make the public one with: openssl pkey -in " +
                     name + " -pubout");
  }
  return KeyIsNone(name + " holds no public key in PEM (-----BEGIN PUBLIC KEY-----)");
}

Outcome<std::shared_ptr<const PublicKey>> DecodeListKey(Bytes spki, const std::string& name) {
  Result<std::shared_ptr<const PublicKey>> decoded = DecodePublicKey(spki);
  if (!decoded) {
    return KeyIsNone(
        name +
        ": the key is of a kind that signs no lists here: take ECDSA P-256, RSA of 2048 "
        "to 8192 bits, or Ed25519");
  }
  return *std::move(decoded);
}

}  // namespace tattle
