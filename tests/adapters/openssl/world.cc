// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/adapters/openssl/world.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <openssl/pem.h>

#include "core/loglist/encode.h"

namespace tattle::testlib {
namespace {

void Check(bool ok, const char* what) {
  if (!ok) {
    std::fprintf(stderr, "handshake test: %s failed\n", what);
    std::abort();
  }
}

// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
int SendList(SSL* /*ssl*/, unsigned /*type*/, unsigned /*context*/, const unsigned char** out,
             std::size_t* out_len, X509* /*certificate*/, std::size_t chain_index, int* /*alert*/,
             void* arg) {
  const std::vector<ByteVector>& lists = static_cast<const ServerSays*>(arg)->lists;
  if (chain_index >= lists.size() || lists.at(chain_index).empty()) {
    return 0;
  }
  *out = lists.at(chain_index).data();
  *out_len = lists.at(chain_index).size();
  return 1;
}

// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
int AcceptRequest(SSL* /*ssl*/, unsigned /*type*/, unsigned /*context*/,
                  const unsigned char* /*in*/, std::size_t /*in_len*/, X509* /*certificate*/,
                  std::size_t /*chain_index*/, int* /*alert*/, void* /*arg*/) {
  return 1;
}

int SendStaple(SSL* ssl, void* arg) {
  const ByteVector& staple = static_cast<const ServerSays*>(arg)->staple;
  if (staple.empty()) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  void* copy = OPENSSL_memdup(staple.data(), staple.size());
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(staple.size()));
  return SSL_TLSEXT_ERR_OK;
}

std::string WritePem(Bytes certificate) {
  std::string path = std::filesystem::temp_directory_path() / "tattle-root-XXXXXX";
  const int fd = mkstemp(path.data());
  std::FILE* file = fd < 0 ? nullptr : fdopen(fd, "w");
  Check(file != nullptr && PEM_write_X509(file, LoadX509(certificate).get()) == 1 &&
            std::fclose(file) == 0,
        "writing the root");
  return path;
}

}  // namespace

X509Owner LoadX509(Bytes der) {
  const unsigned char* position = der.data();
  return X509Owner(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
}

World::World() : leaf(ca.Issue(leaf_key, {})) {
  embedded = ca.Issue(leaf_key, {}, [this](Bytes tbs) {
    return SctList({alpha.SignPrecert(tbs, ca.key().Spki(), kStampMs),
                    beta.SignPrecert(tbs, ca.key().Spki(), kStampMs)});
  });
  for (const TestLog* log : {&alpha, &beta, &retired, &rejected, &stateless}) {
    list.logs.push_back(log->Entry());
  }
  list.logs[2].state = LogState::kRetired;
  list.logs[3].state = LogState::kRejected;
  list.logs[4].state = LogState::kNone;
  list.denied.push_back({denied.log_id(), denied.key().Spki(), "its key is public"});
  root_file = WritePem(ca.certificate());
}

World::~World() {
  std::remove(root_file.c_str());
}

Client World::MakeClient(Settings settings, bool ca_is_public) const {
  settings.try_emplace("mode", "require");
  settings.try_emplace("observe_socket", "");
  settings.try_emplace("outbox", "");
  if (ca_is_public) {
    settings.try_emplace("public_roots", root_file);
  }
  const Result<LogList> made = LogList::Create(list);
  Check(made.has_value(), "LogList::Create");
  const std::string json = EncodeLogListJson(*made);
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_log_list* logs = nullptr;
  tattle_client_builder* builder = nullptr;
  tattle_client* client = nullptr;
  const Bytes bytes = AsBytes(json);
  tattle_log_list_new_from_bytes(&logs, bytes.data(), bytes.size(), &diag);
  tattle_client_builder_new(&builder, nullptr);
  bool ok = tattle_client_builder_set_log_list(builder, logs, &diag) == TATTLE_OK;
  for (const auto& [key, value] : settings) {
    ok = ok && tattle_client_builder_set(builder, key.c_str(), value.c_str(), &diag) == TATTLE_OK;
  }
  ok = ok && tattle_client_new(builder, &client, kNowMs, &diag) == TATTLE_OK;
  Check(ok, diag.text);
  tattle_client_builder_free(builder);
  tattle_log_list_free(logs);
  return Client(client);
}

ByteVector World::ListOver(const std::vector<const TestLog*>& signers,
                           std::uint64_t timestamp_ms) const {
  std::vector<ByteVector> scts;
  scts.reserve(signers.size());
  for (const TestLog* log : signers) {
    scts.push_back(log->SignX509(leaf, timestamp_ms));
  }
  return SctList(scts);
}

SslCtx MakeClientContext(const World& world, int version) {
  SslCtx context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()),
                      LoadX509(world.ca.certificate()).get());
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context.get()), static_cast<time_t>(kNowMs / 1000));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

void SetStatus(SSL_CTX* context, int (*callback)(SSL* ssl, void* arg)) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL casts it back.
  auto* const on_status = reinterpret_cast<void (*)()>(callback);
  SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, on_status);
}

void Say(SSL_CTX* server, ServerSays* says) {
  SSL_CTX_add_custom_ext(server, TLSEXT_TYPE_signed_certificate_timestamp,
                         SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO |
                             SSL_EXT_TLS1_3_CERTIFICATE | SSL_EXT_IGNORE_ON_RESUMPTION,
                         SendList, nullptr, says, AcceptRequest, nullptr);
  SetStatus(server, SendStaple);
  SSL_CTX_set_tlsext_status_arg(server, says);
}

SslCtx MakeServerContext(const World& world, Bytes certificate, ServerSays* says) {
  SslCtx context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), LoadX509(certificate).get());
  SSL_CTX_use_PrivateKey(context.get(), world.leaf_key.get());
  const unsigned char id = 1;
  SSL_CTX_set_session_id_context(context.get(), &id, 1);
  Say(context.get(), says);
  return context;
}

}  // namespace tattle::testlib
