// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/log_key.h"

#include <cstddef>
#include <utility>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "adapters/cli/openssl_ptr.h"
#include "core/crypto/sha256.h"
#include "core/wire/digitally_signed.h"

namespace tattle::testlog {
namespace {

constexpr unsigned kRsaBits = 2048;

using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, cli::OpenSslDeleter<EVP_PKEY_CTX_free>>;

Outcome<std::string> TextOf(BIO* bio, bool written) {
  char* data = nullptr;
  const long len = written ? BIO_get_mem_data(bio, &data) : 0;
  if (len <= 0) {
    return Sorry("OpenSSL cannot write the key");
  }
  return std::string(data, static_cast<std::size_t>(len));
}

}  // namespace

Outcome<LogKey> LogKey::Adopt(std::shared_ptr<EVP_PKEY> key) {
  unsigned char* der = nullptr;
  const int len = key ? i2d_PUBKEY(key.get(), &der) : 0;
  if (len <= 0) {
    return Sorry("OpenSSL has no key");
  }
  LogKey out;
  out.spki_ = ToVector(Bytes(der, static_cast<std::size_t>(len)));
  OPENSSL_free(der);
  Result<std::shared_ptr<const PublicKey>> public_key = DecodePublicKey(out.spki_);
  if (!public_key) {
    return Sorry("no log may have such a key: " + Describe(public_key.error()));
  }
  if ((*public_key)->type() == KeyType::kEd25519) {
    return Sorry("no log may have such a key: it is neither ECDSA over P-256 nor RSA");
  }
  out.key_ = std::move(key);
  out.log_id_ = Sha256Of(out.spki_);
  out.public_key_ = *std::move(public_key);
  return out;
}

Outcome<LogKey> LogKey::Generate(KeyType type) {
  return Adopt(
      {type == KeyType::kRsa ? EVP_RSA_gen(kRsaBits) : EVP_EC_gen("P-256"), EVP_PKEY_free});
}

Outcome<LogKey> LogKey::DecodePem(const std::string& pem) {
  const cli::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // An empty passphrase: nobody is asked for one at the terminal.
  std::string passphrase;
  std::shared_ptr<EVP_PKEY> key(
      bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, passphrase.data()) : nullptr,
      EVP_PKEY_free);
  if (!key) {
    return Sorry("not an unencrypted private key in PEM");
  }
  return Adopt(std::move(key));
}

Outcome<std::string> LogKey::EncodePem() const {
  const cli::BioPtr bio(BIO_new(BIO_s_mem()));
  return TextOf(bio.get(), bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr,
                                                                nullptr, 0, nullptr, nullptr) == 1);
}

Outcome<std::string> LogKey::EncodePublicPem() const {
  const cli::BioPtr bio(BIO_new(BIO_s_mem()));
  return TextOf(bio.get(), bio && PEM_write_bio_PUBKEY(bio.get(), key_.get()) == 1);
}

Outcome<ByteVector> LogKey::SignDigest(const Hash& digest) const {
  const KeyContextPtr context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  std::size_t len = 0;
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1 ||
      EVP_PKEY_sign(context.get(), nullptr, &len, digest.data(), digest.size()) != 1) {
    return Sorry("OpenSSL cannot sign");
  }
  ByteVector signature(len);
  if (EVP_PKEY_sign(context.get(), signature.data(), &len, digest.data(), digest.size()) != 1) {
    return Sorry("OpenSSL cannot sign");
  }
  signature.resize(len);
  const Result<ByteVector> encoded = EncodeDigitallySigned(
      {4 /* sha256 */, static_cast<std::uint8_t>(public_key_->type() == KeyType::kRsa ? 1 : 3),
       signature});
  if (!encoded) {
    return Sorry(Describe(encoded.error()));
  }
  return *encoded;
}

}  // namespace tattle::testlog
