// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A CA, certificates and logs, and the two ends of a connection among them.

#ifndef TATTLE_TESTS_ADAPTERS_OPENSSL_WORLD_H_
#define TATTLE_TESTS_ADAPTERS_OPENSSL_WORLD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include <tattle/tattle.h>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle::testlib {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using SslCtx = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Deleter<SSL_free>>;
using SslSession = std::unique_ptr<SSL_SESSION, Deleter<SSL_SESSION_free>>;
using X509Owner = std::unique_ptr<X509, Deleter<X509_free>>;
using Client = std::unique_ptr<tattle_client, Deleter<tattle_client_free>>;

inline constexpr std::uint64_t kNowMs = 1'791'000'000'000;
inline constexpr std::uint64_t kStampMs = 1'790'500'000'000;  // of most SCTs

X509Owner LoadX509(Bytes der);

// Settings are keys of tattle.conf. "mode" is "require" and "policy" "chrome" unless they say
// otherwise; there is no daemon.
using Settings = std::map<std::string, std::string>;

// World has a CA, a certificate of it, and logs: two that any policy likes, and some that none
// does.
struct World {
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // MakeClient: the CA is public unless `ca_is_public` is false. The list is made of `logs`.
  Client MakeClient(Settings settings = {}, bool ca_is_public = true) const;

  // ListOver is an SCT list for the plain leaf, with one SCT of each log.
  ByteVector ListOver(const std::vector<const TestLog*>& signers,
                      std::uint64_t timestamp_ms = kStampMs) const;

  TestCa ca{"Test CA"};
  TestKey leaf_key = TestKey::P256();
  ByteVector leaf;      // without SCTs
  ByteVector embedded;  // with SCTs of alpha and beta
  TestLog alpha{"alpha", "Alpha Inc"};
  TestLog beta{"beta", "Beta Ltd"};
  TestLog denied{"denied", "Denied"};
  TestLog retired{"retired", "Retired"};  // long before any SCT here
  TestLog rejected{"rejected", "Rejected"};
  TestLog stateless{"stateless", "Stateless"};
  TestLog stranger{"stranger", "Stranger"};  // not in the list
  LogList::Content list;
  std::string root_file;  // PEM, of the CA
};

// What the server sends.
struct ServerSays {
  std::vector<ByteVector> lists;  // in extension 18, one for each entry of the chain; empty: none
  ByteVector staple;              // empty: none
};

// MakeClientContext trusts the CA and verifies, in that version of TLS.
SslCtx MakeClientContext(const World& world, int version);

// SetStatus is SSL_CTX_set_tlsext_status_cb, which is a macro with a cast of C.
void SetStatus(SSL_CTX* context, int (*callback)(SSL* ssl, void* arg));

// Say makes a server send what `says` says, which must outlive it and may change.
void Say(SSL_CTX* server, ServerSays* says);

// MakeServerContext has a certificate for the world's leaf key, and says what `says` says.
SslCtx MakeServerContext(const World& world, Bytes certificate, ServerSays* says);

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_ADAPTERS_OPENSSL_WORLD_H_
