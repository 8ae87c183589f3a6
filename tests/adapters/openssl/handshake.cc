// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/adapters/openssl/handshake.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

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

std::uint64_t ReadClock(void* arg) {
  return *static_cast<const std::uint64_t*>(arg);
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

std::vector<std::string> TakeErrors() {
  std::vector<std::string> texts;
  const char* data = nullptr;
  int flags = 0;
  while (const unsigned long error = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
    const char* library = ERR_lib_error_string(error);
    const char* reason = ERR_reason_error_string(error);
    texts.push_back(std::string(library == nullptr ? "?" : library) + ": " +
                    (reason == nullptr ? "?" : reason) + ": " + data);
  }
  return texts;
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
  for (const TestLog* log : signers) {
    scts.push_back(log->SignX509(leaf, timestamp_ms));
  }
  return SctList(scts);
}

HandshakeTest::HandshakeTest() : context_(NewContext()) {
  Use(world_.leaf);
}

SslCtx HandshakeTest::NewContext() const {
  SslCtx context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), GetParam());
  SSL_CTX_set_max_proto_version(context.get(), GetParam());
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()),
                      LoadX509(world_.ca.certificate()).get());
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context.get()), static_cast<time_t>(kNowMs / 1000));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

void HandshakeTest::Attach(const Settings& settings, bool ca_is_public) {
  attached_ = world_.MakeClient(settings, ca_is_public);
  AttachClient(context_.get(), attached_.get());
}

void HandshakeTest::AttachClient(SSL_CTX* context, const tattle_client* client) {
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  options.now_ms = ReadClock;
  options.now_arg = &now_ms_;
  tattle_diag diag = TATTLE_DIAG_INIT;
  Check(tattle_openssl_attach(context, client, &options, &diag) == TATTLE_OK, diag.text);
}

SslCtx HandshakeTest::NewServer(Bytes certificate) {
  SslCtx context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), LoadX509(certificate).get());
  SSL_CTX_use_PrivateKey(context.get(), world_.leaf_key.get());
  const unsigned char id = 1;
  SSL_CTX_set_session_id_context(context.get(), &id, 1);
  SSL_CTX_add_custom_ext(context.get(), TLSEXT_TYPE_signed_certificate_timestamp,
                         SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO |
                             SSL_EXT_TLS1_3_CERTIFICATE | SSL_EXT_IGNORE_ON_RESUMPTION,
                         SendList, nullptr, &says_, AcceptRequest, nullptr);
  // SSL_CTX_set_tlsext_status_cb, which is a macro with a cast of C.
  SSL_CTX_callback_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB,
                        reinterpret_cast<void (*)()>(SendStaple));
  SSL_CTX_set_tlsext_status_arg(context.get(), &says_);
  return context;
}

void HandshakeTest::NewClient(SSL_SESSION* session) {
  if (client_ != nullptr && SSL_is_init_finished(client_.get()) == 1) {
    // OpenSSL resumes no session of a connection that ended without a goodbye.
    SSL_set_shutdown(client_.get(), SSL_SENT_SHUTDOWN);
  }
  client_.reset(SSL_new(context_.get()));
  if (session != nullptr) {
    SSL_set_session(client_.get(), session);
  }
  SSL_set_connect_state(client_.get());
  std::string name = "example.test";
  SSL_ctrl(client_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

bool HandshakeTest::Shake(std::size_t buffer) {
  server_.reset(SSL_new(server_context_.get()));
  BIO* client_end = nullptr;
  BIO* server_end = nullptr;
  BIO_new_bio_pair(&client_end, buffer, &server_end, buffer);
  SSL_set_bio(client_.get(), client_end, client_end);
  SSL_set_bio(server_.get(), server_end, server_end);
  SSL_set_accept_state(server_.get());
  return Pump();
}

bool HandshakeTest::Pump() {
  errors_.clear();
  for (int i = 0; i < 100'000; ++i) {
    const int client_done = SSL_do_handshake(client_.get());
    ssl_error_ = SSL_get_error(client_.get(), client_done);
    errors_ = TakeErrors();
    if (ssl_error_ != SSL_ERROR_NONE && ssl_error_ != SSL_ERROR_WANT_READ &&
        ssl_error_ != SSL_ERROR_WANT_WRITE) {
      return false;
    }
    const int server_done = SSL_do_handshake(server_.get());
    const int server_error = SSL_get_error(server_.get(), server_done);
    ERR_clear_error();
    if (client_done == 1 && server_done == 1) {
      return true;
    }
    if (client_done == 1) {
      // Tickets of TLS 1.3 may be in the way of the rest.
      char byte = 0;
      SSL_peek(client_.get(), &byte, 1);
      ERR_clear_error();
    }
    if (server_error != SSL_ERROR_NONE && server_error != SSL_ERROR_WANT_READ &&
        server_error != SSL_ERROR_WANT_WRITE) {
      return false;
    }
  }
  return false;
}

bool HandshakeTest::Talk() {
  char byte = 0;
  const bool sent = SSL_write(client_.get(), "c", 1) == 1 && SSL_read(server_.get(), &byte, 1) == 1;
  const bool answered =
      SSL_write(server_.get(), "s", 1) == 1 && SSL_read(client_.get(), &byte, 1) == 1;
  ERR_clear_error();
  return sent && answered;
}

SslSession HandshakeTest::ConnectAndKeep() {
  EXPECT_TRUE(Connect());
  EXPECT_TRUE(Talk());
  SslSession session(SSL_get1_session(client_.get()));
  // OpenSSL does not resume what was not shut down.
  SSL_shutdown(client_.get());
  SSL_shutdown(server_.get());
  return session;
}

bool HandshakeTest::IsRefusedFor(const std::string& words) const {
  return ssl_error_ == SSL_ERROR_SSL && !errors_.empty() && errors_[0].rfind("tattle: ", 0) == 0 &&
         errors_[0].find(words) != std::string::npos;
}

std::string VersionName(const testing::TestParamInfo<int>& version) {
  return version.param == TLS1_2_VERSION ? "V12" : "V13";
}

}  // namespace tattle::testlib
