// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Http2Session: HTTP/2 (RFC 9113) by nghttp2.

#ifndef TATTLE_PLUGIN_NET_HTTP2_SESSION_H_
#define TATTLE_PLUGIN_NET_HTTP2_SESSION_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string_view>

#include "plugin/net/http_session.h"

struct nghttp2_session;

namespace tattle {

class Http2Session final : public HttpSession {
 public:
  // The session borrows the options.
  explicit Http2Session(const HttpServerOptions& options);
  ~Http2Session() override;

  void Receive(Bytes bytes, HttpTime now) override;
  std::optional<HttpExchange> NextRequest(HttpTime now) override;
  void Respond(std::uint32_t stream, HttpResponse response) override;
  void TakeOutput(std::size_t max_size, ByteVector& out) override;
  void Expire(HttpTime begun_before) override;
  void Drain() override;

  bool wants_input() const override { return end_ == HttpEnd::kOpen; }
  bool has_unsent() const override { return num_unsent_ > 0; }
  bool is_idle() const override { return streams_.empty(); }
  HttpEnd end() const override;
  std::uint64_t num_sent() const override { return num_sent_; }

  // num_held counts the bytes of requests' bodies that the session has: at most max_body_size.
  std::size_t num_held() const { return num_held_; }

 private:
  friend struct Http2Callbacks;  // nghttp2's, in http2_session.cc

  struct Stream {
    HttpRequest request;
    HttpTime begun;
    std::size_t header_size = 0;
    bool has_head = false;  // its headers are there, and are good
    bool is_whole = false;  // all of the request is there
    bool is_answered = false;
    bool is_refused = false;  // by us, not by the handler
    bool is_sent = false;     // all of the answer
    bool is_reset = false;    // by us
    std::size_t num_discarded = 0;
    ByteVector body;            // of the answer
    std::size_t num_sent = 0;   // of body
    std::size_t cut_after = 0;  // beyond body.size(): not at all
  };

  Stream* Find(std::int32_t id);
  void AddHeader(Stream& stream, std::string_view name, std::string_view value);
  void FinishHead(std::int32_t id, Stream& stream);
  void FinishRequest(std::int32_t id, Stream& stream);
  void AddBody(std::int32_t id, Bytes bytes);
  void Reset(std::int32_t id, Stream& stream, std::uint32_t error);
  void Refuse(std::int32_t id, Stream& stream, int status);
  void Submit(std::int32_t id, Stream& stream, HttpResponse response);
  void Close(std::int32_t id);
  std::size_t ReadBody(Stream& stream, std::span<std::uint8_t> out);
  void CountFrame(bool is_idle);
  void CalmDown();

  const HttpServerOptions& options_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Stream> streams_;
  std::deque<std::int32_t> whole_;  // requests to be given out; some may be gone
  HttpTime now_;                    // of Receive

  std::size_t num_held_ = 0;           // bytes of requests' bodies
  std::size_t num_held_answers_ = 0;   // bytes of answers' bodies
  std::size_t num_unsent_ = 0;         // answers that are not all sent
  std::size_t num_continuations_ = 0;  // of the header block that is coming in
  std::uint64_t num_answered_ = 0;
  std::uint64_t num_wasted_ = 0;
  std::uint64_t num_idle_frames_ = 0;
  std::uint64_t num_sent_ = 0;
  bool is_draining_ = false;
  HttpEnd end_ = HttpEnd::kOpen;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP2_SESSION_H_
