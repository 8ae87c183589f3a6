// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_connection.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include "plugin/net/bounds.h"
#include "plugin/net/http1_session.h"
#include "plugin/net/http2_session.h"
#include "plugin/net/http_status.h"

namespace tattle {
namespace {

// What an HTTP/2 client says first (RFC 9113, Section 3.4); without TLS it is how we know one.
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// How much is read from the system before a session has taken it.
constexpr std::size_t kMaxUnread = 64U << 10U;
constexpr std::size_t kPiece = 16U << 10U;

// How long a client may take to read our last words. Closing at once while it still sends would
// take them away from it.
constexpr std::chrono::milliseconds kLingerTimeout(2000);

// Less than this in write_timeout is a client that holds on to our memory.
constexpr std::uint64_t kMinProgress = 1000;

HttpResponse CallHandler(const HttpServer::Handler& handler, const HttpRequest& request) {
  try {
    return handler(request);
  } catch (...) {
    // Whatever it is, it is one request's fault and must not end the server.
    HttpResponse response;
    response.status = kInternalServerError;
    return response;
  }
}

bool IsPreface(std::string_view start) {
  return kHttp2Preface.starts_with(start.substr(0, kHttp2Preface.size()));
}

}  // namespace

struct HttpConnection::Delayed {
  HttpConnection* connection = nullptr;
  std::uint32_t stream = 0;
  HttpResponse response;
  EventPtr timer;
};

void FreeEvent::operator()(event* timer) const {
  event_free(timer);
}

void HttpConnection::FreeBufferEvent::operator()(bufferevent* buffer) const {
  bufferevent_free(buffer);
}

bool StallMark::IsStalled(bool is_waiting, std::uint64_t num_sent, HttpTime now,
                          std::chrono::milliseconds timeout) {
  if (!is_waiting || num_sent >= num_sent_ + kMinProgress) {
    since_ = now;
    num_sent_ = num_sent;
  }
  return now - since_ >= timeout;
}

std::unique_ptr<HttpConnection> HttpConnection::Create(const HttpSurroundings& surroundings, int fd,
                                                       SSL_CTX* context, std::string peer,
                                                       std::function<void()> on_closed) {
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);  // in vain on a Unix socket
  // Deferred, so that no callback comes while we are inside another call.
  const int options = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS;
  SSL* ssl = context == nullptr ? nullptr : SSL_new(context);
  bufferevent* buffer = nullptr;
  if (ssl != nullptr) {
    buffer = bufferevent_openssl_socket_new(surroundings.base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
                                            options);
  } else if (context == nullptr) {
    buffer = bufferevent_socket_new(surroundings.base, fd, options);
  }
  if (buffer == nullptr) {
    SSL_free(ssl);
    close(fd);
    return nullptr;
  }
  return std::unique_ptr<HttpConnection>(
      new HttpConnection(surroundings, buffer, std::move(peer), std::move(on_closed)));
}

HttpConnection::HttpConnection(const HttpSurroundings& surroundings, bufferevent* buffer,
                               std::string peer, std::function<void()> on_closed)
    : surroundings_(surroundings),
      peer_(std::move(peer)),
      on_closed_(std::move(on_closed)),
      buffer_(buffer),
      begun_(HttpTime::clock::now()),
      idle_since_(begun_),
      busy_since_(begun_),
      writing_(begun_),
      sending_(begun_) {
  if (bufferevent_openssl_get_ssl(buffer) != nullptr) {
    state_ = State::kHandshake;
    bufferevent_openssl_set_allow_dirty_shutdown(buffer, 1);
  }
  bufferevent_setcb(buffer, OnRead, OnWritten, OnEvent, this);
  bufferevent_setwatermark(buffer, EV_READ, 0, kMaxUnread);
  bufferevent_setwatermark(buffer, EV_WRITE, kMaxQueuedAnswers / 4, 0);
  bufferevent_enable(buffer, EV_READ | EV_WRITE);
}

HttpConnection::~HttpConnection() = default;

std::size_t HttpConnection::num_unwritten() const {
  return evbuffer_get_length(bufferevent_get_output(buffer_.get()));
}

bool HttpConnection::is_idle() const {
  return state_ == State::kOpen && session_ && session_->is_idle() && delayed_.empty() &&
         num_unwritten() == 0;
}

// HasUnread: what came since this was last looked at may be a request.
bool HttpConnection::HasUnread() const {
  char byte = 0;
  return recv(bufferevent_getfd(buffer_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool HttpConnection::MayGiveWay() const {
  const bool has_not_begun =
      state_ == State::kHandshake || (state_ == State::kOpen && session_ == nullptr);
  return (has_not_begun || is_idle()) && !HasUnread();
}

void HttpConnection::OnRead(bufferevent* /*buffer*/, void* arg) {
  static_cast<HttpConnection*>(arg)->Pump();
}

void HttpConnection::OnWritten(bufferevent* /*buffer*/, void* arg) {
  static_cast<HttpConnection*>(arg)->Pump();
}

void HttpConnection::OnEvent(bufferevent* buffer, short what, void* arg) {
  auto& self = *static_cast<HttpConnection*>(arg);
  if (self.state_ == State::kClosed) {
    return;
  }
  if ((what & BEV_EVENT_CONNECTED) != 0) {
    self.state_ = State::kOpen;
    self.Open(HasChosenHttp2(bufferevent_openssl_get_ssl(buffer)));
    self.Pump();
  } else if ((what & BEV_EVENT_EOF) != 0 && self.state_ == State::kOpen &&
             bufferevent_openssl_get_ssl(buffer) == nullptr) {
    // It may have closed its side only, and still read. With TLS, libevent stops writing too.
    self.has_eof_ = true;
    self.Pump();
  } else {
    self.Close();
  }
  ERR_clear_error();
}

void HttpConnection::Open(bool is_http2) {
  if (is_http2) {
    session_ = std::make_unique<Http2Session>(surroundings_.options);
  } else {
    session_ = std::make_unique<Http1Session>(surroundings_.options);
  }
}

// ChooseSession tells the version by the client's first bytes. Returns false while they are too
// few.
bool HttpConnection::ChooseSession() {
  std::array<char, kHttp2Preface.size()> start = {};
  const ev_ssize_t size =
      evbuffer_copyout(bufferevent_get_input(buffer_.get()), start.data(), start.size());
  if (size <= 0) {
    return false;
  }
  const bool is_preface = IsPreface({start.data(), static_cast<std::size_t>(size)});
  if (is_preface && static_cast<std::size_t>(size) < start.size() && !has_eof_) {
    return false;
  }
  Open(is_preface);
  return true;
}

// Pump moves bytes and requests until nothing moves any more.
void HttpConnection::Pump() {
  if (is_pumping_ || state_ == State::kClosed || state_ == State::kHandshake) {
    return;
  }
  const HttpTime now = HttpTime::clock::now();
  if (state_ == State::kLingering) {
    Discard();
    return;
  }
  if (!session_ && !ChooseSession()) {
    if (has_eof_) {
      Close();
    }
    return;
  }
  if (is_idle()) {
    busy_since_ = now;
  }
  is_pumping_ = true;
  bool has_moved = true;
  while (has_moved) {
    has_moved = ReadSome(now);
    has_moved = AnswerAll(now) || has_moved;
    has_moved = WriteSome() || has_moved;
  }
  is_pumping_ = false;
  CloseIfOver(now);
}

bool HttpConnection::ReadSome(HttpTime now) {
  // A client that does not read is not listened to, or what we owe it would grow without end.
  if (!session_->wants_input() || num_unwritten() >= kMaxQueuedAnswers) {
    return false;
  }
  std::array<std::uint8_t, kPiece> piece;
  const std::size_t size = bufferevent_read(buffer_.get(), piece.data(), piece.size());
  if (size == 0) {
    return false;
  }
  session_->Receive(Bytes(piece).first(size), now);
  return true;
}

bool HttpConnection::AnswerAll(HttpTime now) {
  bool has_any = false;
  while (std::optional<HttpExchange> exchange = session_->NextRequest(now)) {
    Answer(*std::move(exchange), now);
    has_any = true;
  }
  return has_any;
}

void HttpConnection::Answer(HttpExchange exchange, HttpTime now) {
  idle_since_ = now;
  exchange.request.peer = peer_;
  HttpResponse response = CallHandler(surroundings_.handler, exchange.request);
  if (response.delay <= std::chrono::milliseconds::zero()) {
    session_->Respond(exchange.stream, std::move(response));
    return;
  }
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(response.delay);
  constexpr std::int64_t kPerSecond = 1'000'000;
  const timeval delay = {micros.count() / kPerSecond, micros.count() % kPerSecond};
  delayed_.push_back({this, exchange.stream, std::move(response), nullptr});
  Delayed& delayed = delayed_.back();
  delayed.timer.reset(event_new(surroundings_.base, -1, 0, OnDelayOver, &delayed));
  event_add(delayed.timer.get(), &delay);
}

void HttpConnection::OnDelayOver(int /*fd*/, short /*what*/, void* arg) {
  const auto* delayed = static_cast<Delayed*>(arg);
  HttpConnection& self = *delayed->connection;
  const auto place = std::find_if(self.delayed_.begin(), self.delayed_.end(),
                                  [delayed](const Delayed& each) { return &each == delayed; });
  std::list<Delayed> done;
  done.splice(done.end(), self.delayed_, place);
  self.session_->Respond(done.front().stream, std::move(done.front().response));
  self.Pump();
}

bool HttpConnection::WriteSome() {
  const std::size_t num_waiting = num_unwritten();
  if (num_waiting >= kMaxQueuedAnswers) {
    return false;
  }
  ByteVector bytes;
  session_->TakeOutput(kMaxQueuedAnswers - num_waiting, bytes);
  if (bytes.empty()) {
    return false;
  }
  num_put_ += bytes.size();
  bufferevent_write(buffer_.get(), bytes.data(), bytes.size());
  return true;
}

void HttpConnection::CloseIfOver(HttpTime now) {
  if (num_unwritten() > 0) {
    return;  // OnWritten follows
  }
  switch (session_->end()) {
    case HttpEnd::kCut:
      Close();
      return;
    case HttpEnd::kFinished:
      Linger(now);
      return;
    case HttpEnd::kOpen:
      break;
  }
  if (has_eof_ && delayed_.empty() && !session_->has_unsent()) {
    Close();
  }
}

void HttpConnection::Linger(HttpTime now) {
  if (SSL* ssl = bufferevent_openssl_get_ssl(buffer_.get()); ssl != nullptr) {
    SSL_shutdown(ssl);
    ERR_clear_error();
  }
  if (has_eof_ || !may_linger_) {
    Close();
    return;
  }
  shutdown(bufferevent_getfd(buffer_.get()), SHUT_WR);
  state_ = State::kLingering;
  begun_ = now;
  Discard();
}

void HttpConnection::Discard() {
  evbuffer* input = bufferevent_get_input(buffer_.get());
  evbuffer_drain(input, evbuffer_get_length(input));
}

void HttpConnection::Close() {
  if (state_ != State::kClosed) {
    state_ = State::kClosed;
    buffer_.reset();
    delayed_.clear();
    on_closed_();
  }
}

void HttpConnection::Drain() {
  if (session_) {
    // From an idle client nothing is on its way.
    may_linger_ = !is_idle();
    session_->Drain();
    Pump();
  } else {
    Close();
  }
}

void HttpConnection::Tick(HttpTime now) {
  if (state_ == State::kOpen && session_) {
    session_->Expire(now - surroundings_.options.request_timeout);
    Pump();
  }
  if (state_ != State::kClosed && HasOverstayed(now)) {
    Close();
  }
}

bool HttpConnection::HasOverstayed(HttpTime now) {
  const HttpServerOptions& options = surroundings_.options;
  if (state_ == State::kLingering) {
    return now - begun_ >= std::min(kLingerTimeout, options.request_timeout);
  }
  if (!session_) {
    return now - begun_ >= options.request_timeout;
  }
  if (!is_idle()) {
    idle_since_ = now;
  } else if (now - idle_since_ >= options.idle_timeout) {
    Drain();
    return false;
  }
  const std::size_t num_waiting = num_unwritten();
  return writing_.IsStalled(num_waiting > 0, num_put_ - num_waiting, now, options.write_timeout) ||
         sending_.IsStalled(num_waiting == 0 && session_->has_unsent(), session_->num_sent(), now,
                            options.write_timeout);
}

}  // namespace tattle
