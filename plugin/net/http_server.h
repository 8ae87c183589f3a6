// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HttpServer: HTTP/1.1 and HTTP/2 on one listener, in one thread.

#ifndef TATTLE_PLUGIN_NET_HTTP_SERVER_H_
#define TATTLE_PLUGIN_NET_HTTP_SERVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

struct event_base;

namespace tattle {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;  // names in lower case

// HttpRequest is a whole request. Its path begins with "/", or is "*".
struct HttpRequest {
  std::string method;
  std::string path;   // without the query; as sent, not decoded
  std::string query;  // behind the "?"; empty if there is none
  HttpHeaders headers;
  ByteVector body;
  std::string peer;  // the client's address without its port; "unix" on a Unix socket

  // FindHeader is the first header of this lower-case name.
  std::optional<std::string_view> FindHeader(std::string_view name) const;
};

// HttpResponse is whole too. A status out of 200 to 599, or a header that cannot be sent, becomes a
// 500: what a client sent cannot end a header early.
struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // those of the connection, content-length and date are the server's
  ByteVector body;      // not sent in answer to HEAD, or with 204 and 304
  std::chrono::milliseconds delay = {};  // before the first byte
  std::optional<std::size_t> cut_after;  // a test log's: the connection ends inside the body
};

struct HttpServerOptions {
  std::string certificate_file;  // PEM chain; empty: no TLS
  std::string key_file;
  std::size_t max_connections = 512;
  std::size_t max_connections_per_peer = 64;  // an IPv6 peer is a /64; none for Unix sockets
  std::size_t max_header_size = 16U << 10U;   // beyond: 431
  std::size_t max_target_size = 8U << 10U;    // path and query; beyond: 414
  std::size_t max_body_size = 1U << 20U;      // beyond: 413
  std::uint32_t max_concurrent_streams = 32;
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds request_timeout{
      20'000};                                      // from its first byte to its last; a handshake
  std::chrono::milliseconds write_timeout{20'000};  // for each 1,000 bytes of an answer
  std::chrono::milliseconds drain_timeout{5'000};   // at a stop, for answers under way
  std::function<std::uint64_t()> now_ms;  // Unix time, for the header date; empty: the system's
};

// HttpServer lives in the thread that runs `base` (libevent). The handler is called there for each
// whole request and must not block; it may call Stop, but not destroy the server. What it throws
// becomes a 500. SIGPIPE, which would end the program when a client goes away, is ignored from
// Create on unless the program has a handler of its own.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // Create borrows `base`. Fails with a sentence where certificate or key cannot be used.
  static Outcome<std::unique_ptr<HttpServer>> Create(event_base* base, HttpServerOptions options,
                                                     Handler handler);

  virtual ~HttpServer() = default;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // ListenTcp binds an address (an IP) and a port, 0 for any, and gives the port. ListenUnix makes
  // a socket with these permissions and replaces one that nobody listens on any more. One server
  // may listen on several.
  virtual Outcome<std::uint16_t> ListenTcp(const std::string& address, std::uint16_t port) = 0;
  virtual Outcome<void> ListenUnix(const std::string& path, unsigned permissions) = 0;

  // Reload reads certificate and key again, for connections to come. On failure those of before
  // stay.
  virtual Outcome<void> Reload() = 0;

  // Stop takes no more connections and lets those under way finish, at most drain_timeout. Once all
  // have, nothing of the server is left in the base.
  virtual void Stop() = 0;

  virtual std::size_t num_connections() const = 0;

 protected:
  HttpServer() = default;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP_SERVER_H_
