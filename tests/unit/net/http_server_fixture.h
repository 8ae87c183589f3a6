// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What tests of the server share: a handler, certificates, and curl as the client.

#ifndef TATTLE_TESTS_UNIT_NET_HTTP_SERVER_FIXTURE_H_
#define TATTLE_TESTS_UNIT_NET_HTTP_SERVER_FIXTURE_H_

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <curl/curl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "plugin/net/http_server.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/net/server_thread.h"

namespace tattle::http_server {

inline constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
inline constexpr std::size_t kLargeSize = 4U << 20U;

inline HttpServerOptions Options() {
  HttpServerOptions options;
  options.drain_timeout = std::chrono::milliseconds(400);
  options.now_ms = [] { return std::uint64_t{784'111'777'000}; };
  return options;
}

inline HttpResponse Answer(const HttpRequest& request) {
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
    response.delay = std::chrono::milliseconds(60);
  }
  if (request.path == "/cut") {
    response.cut_after = 3;
  }
  return response;
}

// Eventually polls for something that another thread does, on a machine that may be busy.
template <typename Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline std::string KeyPem(const testlib::TestKey& key) {
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

  testlib::ScratchFolder folder;

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

inline std::size_t AddTo(const char* data, std::size_t size, std::size_t num, void* out) {
  static_cast<std::string*>(out)->append(data, size * num);
  return size * num;
}

// AtTestTime lets curl look at certificates at the time they are made for.
inline CURLcode AtTestTime(CURL* /*curl*/, void* context, void* /*arg*/) {
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

inline std::string Url(const testlib::ServerThread& server, const std::string& path, bool tls) {
  return (tls ? "https://example.test:" : "http://127.0.0.1:") + std::to_string(server.port()) +
         path;
}

}  // namespace tattle::http_server

#endif  // TATTLE_TESTS_UNIT_NET_HTTP_SERVER_FIXTURE_H_
