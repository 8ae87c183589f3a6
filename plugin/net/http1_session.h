// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Http1Session: HTTP/1.1 and 1.0 (RFC 9112). Requests that are sent without waiting are answered
// one after the other.

#ifndef TATTLE_PLUGIN_NET_HTTP1_SESSION_H_
#define TATTLE_PLUGIN_NET_HTTP1_SESSION_H_

#include <optional>
#include <string>

#include "plugin/net/http1_parser.h"
#include "plugin/net/http_session.h"

namespace tattle {

class Http1Session final : public HttpSession {
 public:
  // The session borrows the options.
  explicit Http1Session(const HttpServerOptions& options) : options_(options) {}

  void Receive(Bytes bytes, HttpTime now) override;
  std::optional<HttpExchange> NextRequest(HttpTime now) override;
  void Respond(std::uint32_t stream, HttpResponse response) override;
  void TakeOutput(std::size_t max_size, ByteVector& out) override;
  void Expire(HttpTime begun_before) override;
  void Drain() override;

  bool wants_input() const override;
  bool has_unsent() const override { return num_taken_ < output_.size(); }
  bool is_idle() const override;
  HttpEnd end() const override;
  std::uint64_t num_sent() const override { return num_sent_; }

 private:
  // Pending is the request that waits for its answer.
  struct Pending {
    bool is_head = false;
    bool is_http_11 = true;
    bool keep_alive = false;
  };

  void Refuse(int status);
  void Write(const HttpResponse& response, const Pending& pending);
  void SkipEmptyLine();

  const HttpServerOptions& options_;
  ByteVector input_;
  std::optional<Http1Parser> parser_;  // of the request that is coming in
  HttpTime begun_;
  bool said_continue_ = false;
  bool skipped_empty_line_ = false;
  bool is_draining_ = false;
  std::uint32_t num_requests_ = 0;
  std::optional<Pending> pending_;

  ByteVector output_;
  std::size_t num_taken_ = 0;  // of output_
  std::uint64_t num_sent_ = 0;
  HttpEnd end_ = HttpEnd::kOpen;  // once all output is taken
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP1_SESSION_H_
