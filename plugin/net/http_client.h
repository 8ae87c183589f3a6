// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HttpClient: requests to logs and other servers, over libcurl.

#ifndef TATTLE_PLUGIN_NET_HTTP_CLIENT_H_
#define TATTLE_PLUGIN_NET_HTTP_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/net/failure.h"

namespace tattle {

// HttpOptions hold for all requests of a client.
struct HttpOptions {
  std::string user_agent;  // empty: "tattle/VERSION"
  std::string ca_file;     // PEM bundle; empty: the system's
  std::string proxy;       // URL; empty: none. The environment is never asked
  std::uint32_t connect_timeout_ms = 10'000;
  std::uint32_t timeout_ms = 30'000;    // for a whole request
  std::uint32_t min_bytes_per_s = 100;  // below this for 20 s: cut off as too slow
  unsigned retries = 3;                 // beyond the first try, of what may be tried again
  // Doubled each time, up to kMaxPauseMs, with jitter. A server that asks for a longer pause
  // (Retry-After) gets it up to the same bound; beyond it the request fails at once.
  std::uint32_t first_backoff_ms = 500;
  // What whoever runs the program calls ca_file and allow_http, for sentences; of the latter empty
  // where it cannot be set.
  std::string ca_file_name = "ca_file";
  std::string allow_http_name;
  // on_retry hears of each try that failed and how long the pause before the next one is. May be
  // empty.
  std::function<void(const Failure&, std::uint64_t pause_ms)> on_retry;
  bool allow_http = false;   // plain http:// URLs: for logs on the loopback
  bool names_itself = true;  // in User-Agent
  bool follows = true;       // redirects to the same server
  bool keeps_chain = false;  // HttpAnswer::chain
  // CURLOPT_CONNECT_TO: "HOST:PORT:ADDRESS:PORT" each, for hosts that are reached elsewhere.
  std::vector<std::string> connect_to;
  std::stop_token stop;  // ends a request and its pauses at once
};

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  ByteVector body;
  std::vector<ByteVector> chain;  // DER, leaf first, as the server sent it; see keeps_chain
};

// HttpClient keeps its connections between requests (HTTP/2 where the server has it). It sends no
// cookies, credentials or referrer, follows redirects only to the same scheme, host and port, and
// reads at most as many bytes as it is told. For one thread at a time; make one for each. A program
// that uses it ignores SIGPIPE: writing TLS to a server that is gone raises it.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Get and Post answer with any status that is no reason to try again; those that are (429, 5xx)
  // come as Failure once the tries are used up, and so does a redirect that is not followed.
  // kNetwork, which is tried again, and kTls as libcurl says. The answer's body is unpacked, and
  // no larger than `max_size`.
  Answer<HttpAnswer> Get(const std::string& url, std::size_t max_size);
  Answer<HttpAnswer> Post(const std::string& url, const std::string& content_type, Bytes body,
                          std::size_t max_size);

  const HttpOptions& options() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP_CLIENT_H_
