// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_server.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/net/http2_frames.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/server_thread.h"

namespace tattle::http_server_test {
namespace {

using std::chrono::milliseconds;
using testlib::RawClient;
using testlib::ScratchFolder;
using testlib::ServerThread;

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::size_t kLargeSize = 4U << 20U;

HttpServerOptions Options() {
  HttpServerOptions options;
  options.drain_timeout = milliseconds(400);
  options.now_ms = [] { return std::uint64_t{784'111'777'000}; };
  return options;
}

HttpResponse Answer(const HttpRequest& request) {
  HttpResponse response;
  response.headers.emplace_back("content-type", "text/plain");
  if (request.path == "/throw") {
    throw std::runtime_error("a handler's fault");
  }
  if (request.path == "/throw-int") {
    throw 1;
  }
  if (request.path == "/echo") {
    response.body = request.body;
  } else if (request.path == "/large") {
    response.body.assign(kLargeSize, 'x');
  } else if (request.path == "/peer") {
    response.body = ToVector(AsBytes(request.peer));
  } else {
    response.body = ToVector(AsBytes("hello\n"));
  }
  if (request.path == "/delay") {
    response.delay = milliseconds(60);
  }
  if (request.path == "/cut") {
    response.cut_after = 3;
  }
  return response;
}

// Eventually polls for something that another thread does.
template <typename Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

std::string KeyPem(const testlib::TestKey& key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::string text(static_cast<std::size_t>(BIO_pending(bio.get())), '\0');
  BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
  return text;
}

// TlsFiles are a certificate and its key on disk.
class TlsFiles {
 public:
  TlsFiles() {
    folder.Write("ca.pem", testlib::PemText(ca_.certificate()));
    Issue(1);
  }

  // Issue replaces both.
  void Issue(std::uint64_t serial) const {
    const testlib::TestKey key = testlib::TestKey::P256();
    testlib::TestCertificateSpec spec;
    spec.serial = serial;
    folder.Write("cert.pem",
                 testlib::PemText(ca_.Issue(key, spec)) + testlib::PemText(ca_.certificate()));
    folder.Write("key.pem", KeyPem(key));
  }

  HttpServerOptions Use(HttpServerOptions options) const {
    options.certificate_file = folder.Path("cert.pem");
    options.key_file = folder.Path("key.pem");
    return options;
  }

  ScratchFolder folder;

 private:
  testlib::TestCa ca_{"Test CA"};
};

struct CurlAnswer {
  CURLcode code = CURLE_OK;
  long status = 0;
  long version = 0;
  std::string headers;
  std::string body;
};

std::size_t AddTo(const char* data, std::size_t size, std::size_t num, void* out) {
  static_cast<std::string*>(out)->append(data, size * num);
  return size * num;
}

// AtTestTime lets curl look at certificates at the time they are made for.
CURLcode AtTestTime(CURL* /*curl*/, void* context, void* /*arg*/) {
  constexpr time_t kNow = 1'795'000'000;
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(static_cast<SSL_CTX*>(context)), kNow);
  return CURLE_OK;
}

class Curl {
 public:
  Curl() : curl_(curl_easy_init()) {
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, AddTo);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, AddTo);
    curl_easy_setopt(curl_, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, 10'000L);
  }
  ~Curl() {
    curl_easy_cleanup(curl_);
    curl_slist_free_all(resolve_);
  }
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;

  Curl& Version(long version) {
    curl_easy_setopt(curl_, CURLOPT_HTTP_VERSION, version);
    return *this;
  }
  Curl& Tls(const TlsFiles& files, std::uint16_t port) {
    resolve_ =
        curl_slist_append(nullptr, ("example.test:" + std::to_string(port) + ":127.0.0.1").c_str());
    curl_easy_setopt(curl_, CURLOPT_RESOLVE, resolve_);
    curl_easy_setopt(curl_, CURLOPT_CAINFO, files.folder.Path("ca.pem").c_str());
    curl_easy_setopt(curl_, CURLOPT_SSL_CTX_FUNCTION, AtTestTime);
    return *this;
  }
  Curl& Body(const std::string& body) {
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl_, CURLOPT_COPYPOSTFIELDS, body.c_str());
    return *this;
  }
  Curl& Head() {
    curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
    return *this;
  }
  Curl& Unix(const std::string& path) {
    curl_easy_setopt(curl_, CURLOPT_UNIX_SOCKET_PATH, path.c_str());
    return *this;
  }

  CurlAnswer Fetch(const std::string& url) {
    CurlAnswer answer;
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer.body);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer.headers);
    answer.code = curl_easy_perform(curl_);
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(curl_, CURLINFO_HTTP_VERSION, &answer.version);
    return answer;
  }

 private:
  CURL* curl_;
  curl_slist* resolve_ = nullptr;
};

std::string Url(const ServerThread& server, const std::string& path, bool tls) {
  return (tls ? "https://example.test:" : "http://127.0.0.1:") + std::to_string(server.port()) +
         path;
}

struct Way {
  const char* name;
  bool tls;
  long ask;
  long want;
  bool reuses = true;
};

class HttpServerTest : public testing::TestWithParam<Way> {
 protected:
  HttpServerOptions Use(HttpServerOptions options) const {
    return GetParam().tls ? files_.Use(std::move(options)) : options;
  }
  void Prepare(Curl& curl, const ServerThread& server) const {
    curl.Version(GetParam().ask);
    if (GetParam().tls) {
      curl.Tls(files_, server.port());
    }
  }
  CurlAnswer Fetch(const ServerThread& server, const std::string& path) const {
    Curl curl;
    Prepare(curl, server);
    return curl.Fetch(Url(server, path, GetParam().tls));
  }

  TlsFiles files_;
};

INSTANTIATE_TEST_SUITE_P(
    , HttpServerTest,
    testing::Values(Way{"Http1", false, CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_1_1},
                    // libcurl 7.88 fails at the second request on such a connection.
                    Way{"Http2", false, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE, CURL_HTTP_VERSION_2_0,
                        false},
                    Way{"Http1OverTls", true, CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_1_1},
                    Way{"Http2OverTls", true, CURL_HTTP_VERSION_2TLS, CURL_HTTP_VERSION_2_0}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_P(HttpServerTest, AnswersRequestAfterRequestOnOneConnection) {
  ServerThread server(Use(Options()), Answer);
  Curl curl;
  Prepare(curl, server);
  for (int i = 0; i < (GetParam().reuses ? 20 : 1); ++i) {
    const CurlAnswer answer = curl.Fetch(Url(server, "/hello", GetParam().tls));
    ASSERT_EQ(answer.code, CURLE_OK) << curl_easy_strerror(answer.code);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.version, GetParam().want);
    EXPECT_EQ(answer.body, "hello\n");
    EXPECT_NE(answer.headers.find("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), std::string::npos);
    EXPECT_NE(answer.headers.find("content-length: 6\r\n"), std::string::npos);
    EXPECT_EQ(answer.headers.find("server"), std::string::npos);
  }
  EXPECT_EQ(server.num_connections(), 1U);
}

TEST_P(HttpServerTest, CarriesLargeBodiesBothWays) {
  ServerThread server(Use(Options()), Answer);
  const CurlAnswer large = Fetch(server, "/large");
  EXPECT_EQ(large.code, CURLE_OK);
  EXPECT_EQ(large.body, std::string(kLargeSize, 'x'));
  Curl curl;
  Prepare(curl, server);
  const std::string body(1U << 20U, 'y');
  EXPECT_EQ(curl.Body(body).Fetch(Url(server, "/echo", GetParam().tls)).body, body);
}

TEST_P(HttpServerTest, RefusesABodyThatIsTooLarge) {
  HttpServerOptions options = Options();
  options.max_body_size = 1000;
  ServerThread server(Use(options), Answer);
  Curl curl;
  Prepare(curl, server);
  EXPECT_EQ(
      curl.Body(std::string(1U << 20U, 'y')).Fetch(Url(server, "/echo", GetParam().tls)).status,
      413);
}

TEST_P(HttpServerTest, SendsNoBodyToHead) {
  ServerThread server(Use(Options()), Answer);
  Curl curl;
  Prepare(curl, server);
  const CurlAnswer answer = curl.Head().Fetch(Url(server, "/hello", GetParam().tls));
  EXPECT_EQ(answer.code, CURLE_OK);
  EXPECT_EQ(answer.body, "");
  EXPECT_NE(answer.headers.find("content-length: 6\r\n"), std::string::npos);
}

TEST_P(HttpServerTest, SurvivesAHandlerThatThrows) {
  ServerThread server(Use(Options()), Answer);
  EXPECT_EQ(Fetch(server, "/throw").status, 500);
  EXPECT_EQ(Fetch(server, "/throw-int").status, 500);
  EXPECT_EQ(Fetch(server, "/hello").status, 200);
}

TEST_P(HttpServerTest, DelaysAnAnswer) {
  ServerThread server(Use(Options()), Answer);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Fetch(server, "/delay").body, "hello\n");
  // libevent counts from when the loop last woke up.
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(40));
}

TEST_P(HttpServerTest, CutsAnAnswer) {
  ServerThread server(Use(Options()), Answer);
  const CurlAnswer answer = Fetch(server, "/cut");
  EXPECT_EQ(answer.body, "hel");
  EXPECT_NE(answer.code, CURLE_OK);
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
}

TEST_P(HttpServerTest, ClosesIdleConnections) {
  HttpServerOptions options = Options();
  options.idle_timeout = milliseconds(60);
  ServerThread server(Use(options), Answer);
  Curl curl;
  Prepare(curl, server);
  EXPECT_EQ(curl.Fetch(Url(server, "/hello", GetParam().tls)).status, 200);
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
  EXPECT_EQ(curl.Fetch(Url(server, "/hello", GetParam().tls)).status, 200) << "on another one";
}

TEST_P(HttpServerTest, FinishesAnswersWhenStopped) {
  std::atomic<bool> has_arrived = false;
  ServerThread server(Use(Options()), [&has_arrived](const HttpRequest& request) {
    has_arrived = true;
    return Answer(request);
  });
  std::thread stopper([&] {
    EXPECT_TRUE(Eventually([&] { return has_arrived.load(); }));
    server.Do([](HttpServer& each) { each.Stop(); });
  });
  const CurlAnswer answer = Fetch(server, "/delay");
  stopper.join();
  EXPECT_EQ(answer.code, CURLE_OK) << curl_easy_strerror(answer.code);
  EXPECT_EQ(answer.body, "hello\n");
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
  EXPECT_EQ(Fetch(server, "/hello").code, CURLE_COULDNT_CONNECT);
}

TEST_P(HttpServerTest, StopsFromWithinTheHandler) {
  HttpServer* self = nullptr;
  ServerThread server(Use(Options()), [&self](const HttpRequest& request) {
    self->Stop();
    return Answer(request);
  });
  server.Do([&self](HttpServer& each) { self = &each; });
  EXPECT_EQ(Fetch(server, "/hello").body, "hello\n");
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
}

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

TEST(HttpServerRawTest, AnswersPipelinedRequestsInOrder) {
  ServerThread server(Options(), Answer);
  RawClient client(server.port());
  EXPECT_TRUE(
      client.Send("GET /delay HTTP/1.1\r\nHost: a\r\n\r\n"
                  "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
                  "GET /peer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  const std::string all = client.ReadToEnd();
  const std::size_t first = all.find("\r\n\r\nhello\n");
  const std::size_t second = all.find("\r\n\r\none");
  const std::size_t third = all.find("\r\n\r\n127.0.0.1");
  EXPECT_NE(third, std::string::npos) << all;
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(HttpServerRawTest, SpeaksHttp1WithWhoOnlyBeginsLikeHttp2) {
  ServerThread server(Options(), Answer);
  RawClient client(server.port());
  for (const char c : std::string_view("PRI * HTTP/1.0\r\nConnection: close\r\n\r\n")) {
    EXPECT_TRUE(client.Send({&c, 1}));
  }
  EXPECT_TRUE(client.ReadToEnd().starts_with("HTTP/1.1 400 "));
}

TEST(HttpServerRawTest, AnswersWhoHasClosedItsSide) {
  ServerThread server(Options(), Answer);
  RawClient client(server.port());
  EXPECT_TRUE(client.Send("GET /delay HTTP/1.1\r\nHost: a\r\n\r\n"));
  client.CloseSending();
  EXPECT_NE(client.ReadToEnd().find("\r\n\r\nhello\n"), std::string::npos);
}

TEST(HttpServerRawTest, LetsWhoStillSendsReadTheRefusal) {
  HttpServerOptions options = Options();
  options.max_body_size = 1000;
  ServerThread server(options, Answer);
  RawClient client(server.port());
  EXPECT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"));
  EXPECT_TRUE(client.Send(std::string(500'000, 'x')));
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 413 "));
}

TEST(HttpServerTimeoutTest, GivesUpWhoIsTooSlow) {
  const struct {
    const char* name;
    bool tls;
    std::string sent;
    const char* want;
  } cases[] = {
      {"nothing", false, "", ""},
      {"headers", false, "GET / HTTP/1.1\r\nHost", "HTTP/1.1 408 "},
      {"body", false, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na", "HTTP/1.1 408 "},
      {"preface", false, "PRI * HTTP", ""},
      {"handshake", true, "", ""},
      {"hello", true, "\x16\x03", ""},
  };
  const TlsFiles files;
  HttpServerOptions options = Options();
  options.request_timeout = milliseconds(80);
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    ServerThread server(each.tls ? files.Use(options) : options, Answer);
    RawClient client(server.port());
    EXPECT_TRUE(client.Send(each.sent));
    const std::string all = client.ReadToEnd();
    EXPECT_EQ(all.substr(0, std::string_view(each.want).size()), each.want);
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(HttpServerTimeoutTest, IsNotHeldOpenByATrickle) {
  HttpServerOptions options = Options();
  options.request_timeout = milliseconds(80);
  ServerThread server(options, Answer);
  RawClient client(server.port());
  EXPECT_TRUE(client.Send("GET / HTTP/1.1\r\nX: "));
  EXPECT_TRUE(Eventually([&] {
    std::this_thread::sleep_for(milliseconds(5));
    client.Send("x");
    return server.num_connections() == 0;
  }));
}

TEST(HttpServerTimeoutTest, LetsGoOfWhoDoesNotRead) {
  HttpServerOptions options = Options();
  options.write_timeout = milliseconds(80);
  ServerThread server(options, Answer);
  constexpr int kSmallBuffer = 4096;
  RawClient client(server.port(), kSmallBuffer);
  EXPECT_TRUE(client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
  EXPECT_LT(client.ReadToEnd().size(), kLargeSize);
}

TEST(HttpServerTimeoutTest, LetsGoOfWhoForbidsToSend) {
  HttpServerOptions options = Options();
  options.write_timeout = milliseconds(80);
  ServerThread server(options, Answer);
  RawClient client(server.port());
  EXPECT_TRUE(client.Send(
      std::string(testlib::kPreface) +
      testlib::Frame(testlib::kSettings, 0, 0, std::string("\0\4", 2) + testlib::Uint32(0)) +
      testlib::Get(1, "/hello")));
  EXPECT_TRUE(Eventually([&] {
    std::this_thread::sleep_for(milliseconds(10));  // not so many as to be a flood
    client.Send(testlib::Frame(testlib::kPing, 0, 0, "12345678"));
    return server.num_connections() == 0;
  }));
}

TEST(HttpServerLimitTest, BoundsConnectionsOfAPeer) {
  HttpServerOptions options = Options();
  options.max_connections_per_peer = 2;
  ServerThread server(options, Answer);
  auto first = std::make_unique<RawClient>(server.port());
  RawClient second(server.port());
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 2; }));
  EXPECT_EQ(RawClient(server.port()).ReadToEnd(), "");
  first.reset();
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 1; }));
  RawClient third(server.port());
  EXPECT_TRUE(third.Send(kGet));
  EXPECT_NE(third.ReadUntil("hello\n"), "");
}

TEST(HttpServerLimitTest, TakesTheIdlestConnectionForANewOne) {
  HttpServerOptions options = Options();
  options.max_connections = 2;
  ServerThread server(options, Answer);
  RawClient first(server.port());
  EXPECT_TRUE(first.Send(kGet));
  EXPECT_NE(first.ReadUntil("hello\n"), "");
  RawClient busy(server.port());
  EXPECT_TRUE(busy.Send("GET / HTTP/1.1\r\n"));
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 2; }));
  RawClient third(server.port());
  EXPECT_EQ(first.ReadToEnd(), "") << "in favour of the third";
  EXPECT_TRUE(third.Send("GET / HTTP/1.1\r\n"));
  EXPECT_EQ(RawClient(server.port()).ReadToEnd(), "") << "none is idle";
  EXPECT_TRUE(busy.Send("Host: a\r\n\r\n"));
  EXPECT_NE(busy.ReadUntil("hello\n"), "");
}

std::string ListenUnix(ServerThread& server, const std::string& path, unsigned permissions) {
  std::string fault;
  server.Do([&](HttpServer& each) {
    const auto done = each.ListenUnix(path, permissions);
    fault = done ? "" : done.error();
  });
  return fault;
}

unsigned PermissionsOf(const std::string& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

TEST(HttpServerUnixTest, ServesWithThePermissionsAskedFor) {
  const ScratchFolder folder;
  const std::string path = folder.Path("s");
  {
    ServerThread server(Options(), Answer);
    EXPECT_EQ(ListenUnix(server, path, 0666), "");
    EXPECT_EQ(PermissionsOf(path), 0666U);
    EXPECT_EQ(Curl().Unix(path).Fetch("http://a/peer").body, "unix");
    EXPECT_NE(ListenUnix(server, path, 0600).find("another program listens there"),
              std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(path)) << "gone with the server";
}

TEST(HttpServerUnixTest, ReplacesOnlyASocketThatNobodyHears) {
  const ScratchFolder folder;
  const std::string path = folder.Path("s");
  {
    ServerThread server(Options(), Answer);
    EXPECT_EQ(ListenUnix(server, path, 0600), "");
    std::filesystem::rename(path, folder.Path("stale"));
    folder.Write("s", "a file that came later");
  }
  EXPECT_TRUE(std::filesystem::exists(path)) << "no longer the server's";
  ServerThread server(Options(), Answer);
  EXPECT_NE(ListenUnix(server, path, 0600).find("something else than a socket"), std::string::npos);
  EXPECT_EQ(ListenUnix(server, folder.Path("stale"), 0600), "");
  EXPECT_EQ(PermissionsOf(folder.Path("stale")), 0600U);
  EXPECT_NE(ListenUnix(server, folder.path() + std::string(100, 'x'), 0600), "");
  EXPECT_NE(ListenUnix(server, folder.Path("none/s"), 0600), "");
}

TEST(HttpServerListenTest, BindsBothKindsOfAddressAndSaysWhatIsWrong) {
  ServerThread server(Options(), Answer);
  server.Do([&](HttpServer& each) {
    const auto v6 = each.ListenTcp("::1", 0);
    if (v6) {
      EXPECT_TRUE(each.ListenTcp("127.0.0.2", *v6)) << "the same port is free in IPv4";
    }
    EXPECT_EQ(each.ListenTcp("localhost", 1).error(),
              "cannot listen on localhost port 1: not an IP address");
    EXPECT_FALSE(each.ListenTcp("127.0.0.1", server.port()));
  });
}

}  // namespace
}  // namespace tattle::http_server_test
