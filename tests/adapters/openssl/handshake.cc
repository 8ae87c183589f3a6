// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/adapters/openssl/handshake.h"

#include <utility>

namespace tattle::testlib {
namespace {

std::uint64_t ReadClock(void* arg) {
  return *static_cast<const std::uint64_t*>(arg);
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

HandshakeTest::HandshakeTest(std::shared_ptr<World> world)
    : shared_world_(std::move(world)), world_(*shared_world_), context_(NewContext()) {
  Use(world_.leaf);
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
  ASSERT_EQ(tattle_openssl_attach(context, client, &options, &diag), TATTLE_OK) << diag.text;
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

bool HandshakeTest::Pass() {
  for (int i = 0; i < 20; ++i) {
    for (SSL* end : {client_.get(), server_.get()}) {
      char byte = 0;
      const int answer = SSL_read(end, &byte, 1);
      const int error = SSL_get_error(end, answer);
      if (end == client_.get()) {
        ssl_error_ = error;
      }
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        return false;
      }
    }
  }
  return true;
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
