// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Certificates, and what handshakes may be.

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tests/testlib/pki.h"
#include "tests/unit/net/http_server_fixture.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/server_thread.h"

namespace tattle::http_server::http_tls_test {
namespace {

using testlib::RawClient;
using testlib::ServerThread;

// ServedSerial is the serial number of the certificate that a new connection is shown.
long ServedSerial(const ServerThread& server) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  const RawClient socket(server.port());
  SSL_set_fd(ssl.get(), socket.fd());
  if (SSL_connect(ssl.get()) != 1) {
    return -1;
  }
  return ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get0_peer_certificate(ssl.get())));
}

TEST(HttpServerReloadTest, ServesTheNewCertificateAndKeepsTheOldOnFailure) {
  const TlsFiles files;
  ServerThread server(files.Use(Options()), Answer);
  Curl old_connection;
  old_connection.Tls(files, server.port());
  EXPECT_EQ(old_connection.Fetch(Url(server, "/hello", true)).status, 200);
  const auto reload = [&] {
    std::string fault;
    server.Do([&fault](HttpServer& each) {
      const auto done = each.Reload();
      fault = done ? "" : done.error();
    });
    return fault;
  };
  files.Issue(2);
  EXPECT_EQ(ServedSerial(server), 1);
  EXPECT_EQ(reload(), "");
  EXPECT_EQ(ServedSerial(server), 2);
  files.folder.Write("key.pem", KeyPem(testlib::TestKey::P256()));
  EXPECT_EQ(reload(), files.folder.Path("key.pem") +
                          ": holds no private key in PEM, without password, that fits the "
                          "certificate");
  files.folder.Write("cert.pem", "none");
  EXPECT_EQ(reload(), files.folder.Path("cert.pem") +
                          ": holds no certificate chain in PEM, leaf first, that can be used");
  std::filesystem::remove(files.folder.Path("cert.pem"));
  EXPECT_NE(reload().find("No such file"), std::string::npos);
  EXPECT_EQ(ServedSerial(server), 2);
  EXPECT_EQ(Curl().Tls(files, server.port()).Fetch(Url(server, "/hello", true)).status, 200);
  EXPECT_EQ(old_connection.Fetch(Url(server, "/hello", true)).status, 200);
}

TEST(HttpServerCreateTest, SaysWhatIsWrongWithTheCertificate) {
  HttpServerOptions options;
  options.certificate_file = "/nonexistent/cert.pem";
  const std::unique_ptr<event_base, decltype(&event_base_free)> base(event_base_new(),
                                                                     event_base_free);
  const auto server = HttpServer::Create(base.get(), options, Answer);
  ASSERT_FALSE(server);
  EXPECT_TRUE(server.error().starts_with("/nonexistent/cert.pem")) << server.error();
}

TEST(HttpServerTlsTest, RefusesOldVersionsAndOtherProtocols) {
  const TlsFiles files;
  ServerThread server(files.Use(Options()), Answer);
  const auto shake = [&](int version, std::string_view alpn) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_max_proto_version(context.get(), version);
    SSL_CTX_set_security_level(context.get(), 0);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_alpn_protos(ssl.get(), AsBytes(alpn).data(), static_cast<unsigned>(alpn.size()));
    const RawClient socket(server.port());
    SSL_set_fd(ssl.get(), socket.fd());
    return SSL_connect(ssl.get()) == 1;
  };
  EXPECT_TRUE(shake(TLS1_3_VERSION, "\x02h2"));
  EXPECT_TRUE(shake(TLS1_2_VERSION, "\x08http/1.1"));
  EXPECT_TRUE(shake(TLS1_2_VERSION, ""));
  EXPECT_FALSE(shake(TLS1_1_VERSION, "\x02h2"));
  EXPECT_FALSE(shake(TLS1_3_VERSION, "\x03xmp"));
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
}

}  // namespace
}  // namespace tattle::http_server::http_tls_test
