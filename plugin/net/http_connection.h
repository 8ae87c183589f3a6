// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HttpConnection: one client of the HTTP server, from TCP to the handler.

#ifndef TATTLE_PLUGIN_NET_HTTP_CONNECTION_H_
#define TATTLE_PLUGIN_NET_HTTP_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "plugin/net/http_session.h"
#include "plugin/net/http_tls.h"

struct bufferevent;
struct event;

namespace tattle {

struct FreeEvent {
  void operator()(event* timer) const;
};
using EventPtr = std::unique_ptr<event, FreeEvent>;

// HttpSurroundings are what all connections of a server share.
struct HttpSurroundings {
  event_base* base = nullptr;
  HttpServerOptions options;
  HttpServer::Handler handler;
};

// StallMark finds out when something that should go on does not.
class StallMark {
 public:
  explicit StallMark(HttpTime now) : since_(now) {}

  // IsStalled is told from time to time whether something is waiting to be sent, and how much was.
  bool IsStalled(bool is_waiting, std::uint64_t num_sent, HttpTime now,
                 std::chrono::milliseconds timeout);

 private:
  HttpTime since_;
  std::uint64_t num_sent_ = 0;
};

class HttpConnection {
 public:
  // Create owns `fd`. `context` is null without TLS. Null if there is no memory. `on_closed` is
  // called once, later, at the end of a call; the connection may then be destroyed, but not from
  // within.
  static std::unique_ptr<HttpConnection> Create(const HttpSurroundings& surroundings, int fd,
                                                SSL_CTX* context, std::string peer,
                                                std::function<void()> on_closed);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Tick looks after all that has a time limit.
  void Tick(HttpTime now);

  // Drain lets what is under way finish, and then closes.
  void Drain();

  // Abandon closes at once.
  void Abandon() { Close(); }

  // MayGiveWay: it may be closed for another's sake, since the client waits for nothing, or has not
  // even begun to ask.
  bool MayGiveWay() const;
  HttpTime idle_since() const { return idle_since_; }

  // KeepsUsWaiting: it is for the client to go on, with half a request or an unread answer. What
  // the handler is asked it answers at once, so that nobody waits for us but for a delay.
  bool KeepsUsWaiting() const { return delayed_.empty(); }
  HttpTime busy_since() const { return busy_since_; }
  const std::string& peer() const { return peer_; }

 private:
  enum class State : std::uint8_t { kHandshake = 1, kOpen, kLingering, kClosed };
  struct Delayed;
  struct FreeBufferEvent {
    void operator()(bufferevent* buffer) const;
  };

  HttpConnection(const HttpSurroundings& surroundings, bufferevent* buffer, std::string peer,
                 std::function<void()> on_closed);

  static void OnRead(bufferevent* buffer, void* arg);
  static void OnWritten(bufferevent* buffer, void* arg);
  static void OnEvent(bufferevent* buffer, short what, void* arg);
  static void OnDelayOver(int fd, short what, void* arg);

  void Open(bool is_http2);
  bool ChooseSession();
  void Pump();
  bool ReadSome(HttpTime now);
  bool AnswerAll(HttpTime now);
  bool WriteSome();
  void Answer(HttpExchange exchange, HttpTime now);
  void CloseIfOver(HttpTime now);
  void Linger(HttpTime now);
  void Discard();
  void Close();
  bool HasOverstayed(HttpTime now);
  bool is_idle() const;  // no request is under way
  bool HasUnread() const;
  std::size_t num_unwritten() const;

  const HttpSurroundings& surroundings_;
  std::string peer_;
  std::function<void()> on_closed_;
  std::unique_ptr<bufferevent, FreeBufferEvent> buffer_;
  std::unique_ptr<HttpSession> session_;  // none until the version is known
  std::list<Delayed> delayed_;            // answers

  State state_ = State::kOpen;
  bool is_pumping_ = false;
  bool may_linger_ = true;
  bool has_eof_ = false;
  std::uint64_t num_put_ = 0;  // bytes into buffer_
  HttpTime begun_;             // of the state, as far as it has a time limit
  HttpTime idle_since_;
  HttpTime busy_since_;  // when it was last idle
  StallMark writing_;    // what waits in buffer_
  StallMark sending_;    // what waits in the session: an HTTP/2 client can forbid to send it
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP_CONNECTION_H_
