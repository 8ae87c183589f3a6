// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_tls.h"

#include <array>
#include <cstdint>
#include <string_view>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/base/bytes.h"
#include "plugin/net/bounds.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// Names as in ALPN, each behind its length; the first that the client has, too, is taken.
constexpr std::string_view kProtocols = "\x02h2\x08http/1.1";

// With forward secrecy and AEAD; those of TLS 1.3 all are.
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

int SelectProtocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_len,
                   const unsigned char* offered, unsigned offered_len, void* /*arg*/) {
  unsigned char* selected = nullptr;
  const Bytes protocols = AsBytes(kProtocols);
  if (SSL_select_next_proto(&selected, out_len, protocols.data(),
                            static_cast<unsigned>(protocols.size()), offered,
                            offered_len) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301, Section 3.2
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

// RefusePassword: a server has nobody to ask.
int RefusePassword(char* /*out*/, int /*size*/, int /*for_writing*/, void* /*arg*/) {
  return -1;
}

Outcome<ByteVector> ReadPem(const std::string& path) {
  tl::expected<FileContent, FileError> file = ReadRegularFile(path, kMaxChainFileSize);
  if (!file) {
    return tl::unexpected(std::move(file.error().sentence));
  }
  return std::move(file->bytes);
}

BioPtr Reader(const ByteVector& bytes) {
  return {BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())), BIO_free};
}

bool UseCertificates(SSL_CTX* context, const ByteVector& pem) {
  const BioPtr reader = Reader(pem);
  const X509Ptr leaf(PEM_read_bio_X509_AUX(reader.get(), nullptr, RefusePassword, nullptr),
                     X509_free);
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return false;
  }
  while (true) {
    X509Ptr next(PEM_read_bio_X509(reader.get(), nullptr, RefusePassword, nullptr), X509_free);
    if (!next) {
      // The end is told by an error of its own.
      return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    }
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) {
      return false;
    }
  }
}

bool UseKey(SSL_CTX* context, const ByteVector& pem) {
  const BioPtr reader = Reader(pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(reader.get(), nullptr, RefusePassword, nullptr),
                   EVP_PKEY_free);
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

// SetUp is what does not depend on files.
bool SetUp(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  // Tickets hold the state of sessions, so that clients cannot fill our memory.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, SelectProtocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kTls12Ciphers) == 1;
}

}  // namespace

Outcome<SslCtxPtr> CreateServerContext(const std::string& certificate_file,
                                       const std::string& key_file) {
  const auto certificates = ReadPem(certificate_file);
  if (!certificates) {
    return tl::unexpected(certificates.error());
  }
  auto key = ReadPem(key_file);
  if (!key) {
    return tl::unexpected(key.error());
  }
  ERR_clear_error();
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  std::string fault;
  if (!context || !SetUp(context.get())) {
    fault = "OpenSSL could not be set up";
  } else if (!UseCertificates(context.get(), *certificates)) {
    fault = certificate_file + ": holds no certificate chain in PEM, leaf first, that can be used";
  } else if (!UseKey(context.get(), *key) || SSL_CTX_check_private_key(context.get()) != 1) {
    fault = key_file + ": holds no private key in PEM, without password, that fits the certificate";
  }
  ERR_clear_error();
  OPENSSL_cleanse(key->data(), key->size());
  if (!fault.empty()) {
    return tl::unexpected(std::move(fault));
  }
  return context;
}

bool HasChosenHttp2(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned len = 0;
  SSL_get0_alpn_selected(ssl, &name, &len);
  return AsText({name, len}) == "h2";
}

}  // namespace tattle
