// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "adapters/cli/files/file.h"
#include "adapters/cli/files/key_file.h"
#include "adapters/cli/loglist/verbs.h"
#include "adapters/cli/openssl_ptr.h"
#include "plugin/service/public_key_pem.h"

namespace tattle::cli {
namespace {

using DigestPtr = std::unique_ptr<EVP_MD_CTX, OpenSslDeleter<EVP_MD_CTX_free>>;

// SpkiOf writes a key's public half as DER SubjectPublicKeyInfo.
ByteVector SpkiOf(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int len = i2d_PUBKEY(key, &der);
  if (len <= 0) {
    return {};
  }
  const Bytes view(der, static_cast<std::size_t>(len));
  ByteVector spki = ToVector(view);
  OPENSSL_free(der);
  return spki;
}

}  // namespace

Outcome<std::shared_ptr<const PublicKey>> ReadPublicKey(const std::string& path) {
  const Outcome<ByteVector> spki = ReadSpki(path);
  if (!spki) {
    return Sorry(spki.error());
  }
  return DecodeListKey(*spki, path);
}

Outcome<ByteVector> SignWithKeyFile(Bytes message, const std::string& key_path) {
  const Outcome<ByteVector> file = ReadFile(key_path, kMaxKeyFileSize);
  if (!file) {
    return Sorry(fmt::format("private key {}: {}", key_path, file.error()));
  }
  const BioPtr bio(BIO_new_mem_buf(file->data(), static_cast<int>(file->size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) {
    return Sorry(
        fmt::format("{} holds no private key in PEM, or the passphrase is wrong", key_path));
  }
  const auto public_key = DecodeListKey(SpkiOf(key.get()), key_path);
  if (!public_key) {
    return Sorry(public_key.error());
  }
  const EVP_MD* digest = (*public_key)->type() == KeyType::kEd25519 ? nullptr : EVP_sha256();
  const DigestPtr context(EVP_MD_CTX_new());
  std::size_t len = 0;
  ByteVector signature;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &len, message.data(), message.size()) != 1) {
    return Sorry(fmt::format("{}: the key cannot sign", key_path));
  }
  signature.resize(len);
  if (EVP_DigestSign(context.get(), signature.data(), &len, message.data(), message.size()) != 1) {
    return Sorry(fmt::format("{}: the key cannot sign", key_path));
  }
  signature.resize(len);
  const Result<bool> good = (*public_key)->VerifyMessage(message, signature);
  if (!good || !*good) {
    return Sorry(fmt::format("{}: the key's own signature does not verify", key_path));
  }
  return signature;
}

}  // namespace tattle::cli
