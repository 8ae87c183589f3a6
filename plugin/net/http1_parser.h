// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Http1Parser: one HTTP/1.1 request out of bytes (RFC 9112), by Boost.Beast's parser with what a
// server that is on its own must refuse beyond it.

#ifndef TATTLE_PLUGIN_NET_HTTP1_PARSER_H_
#define TATTLE_PLUGIN_NET_HTTP1_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/bytes.h"
#include "plugin/net/http_server.h"

namespace tattle {

// Http1Parser parses one request and is then thrown away. The outcome is the same whatever way the
// input is cut into pieces.
class Http1Parser {
 public:
  // The parser borrows the options.
  explicit Http1Parser(const HttpServerOptions& options);
  ~Http1Parser();

  // Parse takes bytes off the front of `input` and returns how many. What it leaves must be given
  // again with more behind it: fewer than max_header_size bytes. Requires !is_whole(), status() ==
  // 0.
  std::size_t Parse(Bytes input);

  bool has_head() const;          // all headers are there
  bool is_whole() const;          // and so is the body
  int status() const;             // what to answer to a request that is refused; else 0
  bool is_http_11() const;        // not HTTP/1.0
  bool keep_alive() const;        // once has_head(): another request may follow
  bool expects_continue() const;  // once has_head(): the client waits for a 100
  const HttpRequest& request() const;
  HttpRequest TakeRequest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// ReasonPhrase is "Not Found" for 404; for an unknown status a phrase that says so.
std::string_view ReasonPhrase(int status);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP1_PARSER_H_
