// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A web server for one host, in threads of its own: HTTP/1.1 over TLS or in clear text.

#ifndef TATTLE_TESTS_ADAPTERS_CURL_SITE_H_
#define TATTLE_TESTS_ADAPTERS_CURL_SITE_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/adapters/openssl/world.h"

namespace tattle::testlib {

// SiteRequest is what a client sent. The head has its line ends.
struct SiteRequest {
  std::string head;
  std::string body;

  // Field is the value of a header field, by its name in lower case; "" if there is none.
  std::string Field(const std::string& name) const;
};

class Site {
 public:
  // Answer gives the head of an answer behind its first line, and its body.
  struct Answer {
    std::string status = "200 OK";
    std::string fields;  // each with its line end
    std::string body = "hello";
    bool close = false;
    bool renegotiate = false;  // before it; TLS 1.2
  };
  using Handler = std::function<Answer(const SiteRequest&)>;

  // An empty certificate: clear text. `context` may change how the server speaks TLS.
  Site(const World& world, Bytes certificate, ServerSays says = {},
       const std::function<void(SSL_CTX*)>& context = nullptr);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Before the first client comes.
  void set_handler(Handler handler) { handler_ = std::move(handler); }

  std::uint16_t port() const { return port_; }
  std::string UrlFor(const std::string& host, const std::string& path = "/") const;

  // What has come until now.
  std::vector<SiteRequest> requests() const;
  int num_connections() const;  // accepted
  int num_handshakes() const;   // done
  int num_resumed() const;      // of those

 private:
  void Accept();
  void Serve(int fd);
  void Talk(int fd, SSL* ssl);

  ServerSays says_;
  SslCtx context_;
  Handler handler_;
  std::uint16_t port_ = 0;
  int listener_ = -1;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<SiteRequest> requests_;
  std::vector<int> open_;
  std::vector<std::thread> talks_;
  int num_connections_ = 0;
  int num_handshakes_ = 0;
  int num_resumed_ = 0;
  bool is_stopping_ = false;

  std::thread thread_;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_ADAPTERS_CURL_SITE_H_
