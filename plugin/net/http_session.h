// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HttpSession: one connection's HTTP, of either version, as bytes in and bytes out. It knows no
// socket and no clock.

#ifndef TATTLE_PLUGIN_NET_HTTP_SESSION_H_
#define TATTLE_PLUGIN_NET_HTTP_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "plugin/net/http_server.h"

namespace tattle {

using HttpTime = std::chrono::steady_clock::time_point;

// HttpExchange is a request and what its answer is to be given to.
struct HttpExchange {
  std::uint32_t stream = 0;
  HttpRequest request;  // without peer
};

enum class HttpEnd : std::uint8_t {
  kOpen = 1,
  kFinished,  // nothing more is read or sent: close in an orderly way
  kCut,       // an answer with cut_after: close in a disorderly one
};

// HttpSession gives requests out whole, and takes each one's answer at any later time. All it holds
// is bounded by the options: one request with its headers and body in HTTP/1.1; in HTTP/2 as many
// requests as streams, and max_body_size for the bodies of all of them together.
class HttpSession {
 public:
  virtual ~HttpSession() = default;
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  // Receive takes bytes of the client. Requires wants_input().
  virtual void Receive(Bytes bytes, HttpTime now) = 0;

  // NextRequest gives each request once; nothing until more is received, or answers are sent.
  virtual std::optional<HttpExchange> NextRequest(HttpTime now) = 0;

  // Respond ignores a stream that is no more. `delay` is the caller's.
  virtual void Respond(std::uint32_t stream, HttpResponse response) = 0;

  // TakeOutput appends what is to be sent, until that is `max_size` bytes or a little more.
  virtual void TakeOutput(std::size_t max_size, ByteVector& out) = 0;

  // Expire gives up the requests that began before `begun_before` and are not whole.
  virtual void Expire(HttpTime begun_before) = 0;

  // Drain finishes what is under way and takes no more.
  virtual void Drain() = 0;

  virtual bool wants_input() const = 0;
  virtual bool has_unsent() const = 0;  // answers, or parts of them
  virtual bool is_idle() const = 0;     // no request or answer is under way
  virtual HttpEnd end() const = 0;

  // num_sent counts the bytes of answers that TakeOutput gave.
  virtual std::uint64_t num_sent() const = 0;

 protected:
  HttpSession() = default;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP_SESSION_H_
