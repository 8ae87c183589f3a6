// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/sockets/line_server.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <sys/socket.h>

#include "core/base/bytes.h"

namespace tattle::daemon {
namespace {

// Connections that are accepted in one round, before others have their turn.
constexpr int kAcceptAtOnce = 32;

constexpr std::chrono::milliseconds kPause{500};

constexpr auto kNobody = static_cast<uid_t>(-1);  // no user has this number

// PeerOf is the user at the other end; nobody's number where the system does not tell.
uid_t PeerOf(int fd) {
  ucred peer = {};
  socklen_t len = sizeof(peer);
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 ? peer.uid : kNobody;
}

// TakeLine takes a line off the front, without its end; false if there is none yet.
bool TakeLine(evbuffer* input, std::string& out) {
  std::size_t len = 0;
  const std::unique_ptr<char, void (*)(void*)> line(evbuffer_readln(input, &len, EVBUFFER_EOL_LF),
                                                    std::free);
  if (!line) {
    return false;
  }
  out.assign(line.get(), len);
  return true;
}

}  // namespace

struct LineServer::Connection {
  struct Free {
    void operator()(bufferevent* one) const { bufferevent_free(one); }
  };

  LineServer* server = nullptr;
  std::unique_ptr<bufferevent, Free> stream;
  std::optional<Callback> deadline;  // of the line that is awaited, however its bytes come
  uid_t uid = 0;
  uid_t account = 0;  // whose bound it counts against: the user's, or nobody's for strangers
  std::size_t num_lines = 0;
  bool is_closing = false;  // as soon as the answer has gone

  static void OnRead(bufferevent* /*stream*/, void* self) {
    auto* connection = static_cast<Connection*>(self);
    connection->server->Read(*connection, false);
  }
  static void OnWritten(bufferevent* /*stream*/, void* self) {
    auto* connection = static_cast<Connection*>(self);
    if (connection->is_closing) {
      connection->server->Close(*connection);
    }
  }
  static void OnEvent(bufferevent* /*stream*/, short what, void* self) {
    auto* connection = static_cast<Connection*>(self);
    if ((what & BEV_EVENT_EOF) != 0 && !connection->is_closing) {
      connection->server->Read(*connection, true);
    } else {
      connection->server->Close(*connection);
    }
  }
};

LineServer::LineServer(event_base* base, UnixSocket socket, LineServerOptions options,
                       Answer answer, Counts& counts)
    : base_(base),
      socket_(std::move(socket)),
      options_(options),
      answer_(std::move(answer)),
      counts_(counts),
      incoming_(base, socket_.fd(), EV_READ | EV_PERSIST, kAnswers, [this] { Accept(); }),
      pause_(base, -1, 0, kAnswers, [this] { incoming_.Start(); }) {
  incoming_.Start();
}

LineServer::~LineServer() = default;

void LineServer::Accept() {
  for (int i = 0; i < kAcceptAtOnce; ++i) {
    const int fd = accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      Add(fd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      incoming_.Stop();  // it would be called again and again
      pause_.Start(kPause);
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;
    }
  }
}

// MostOf is how many connections an account may have at this moment.
std::size_t LineServer::MostOf(uid_t account) const {
  const std::size_t num_free = options_.max_connections - connections_.size();
  return account == kNobody ? std::min(num_free, options_.max_connections_of_strangers) : num_free;
}

void LineServer::Add(int fd) {
  counts_.Add(Count::kConnections);
  const uid_t uid = PeerOf(fd);
  const uid_t account = options_.is_known && !options_.is_known(uid) ? kNobody : uid;
  const auto known = num_of_account_.find(account);
  if ((known == num_of_account_.end() ? 0 : known->second) >= MostOf(account)) {
    counts_.Add(Count::kConnectionsCut);
    close(fd);
    return;
  }
  auto connection = std::make_unique<Connection>();
  Connection& made = *connection;
  made.server = this;
  made.uid = uid;
  made.account = account;
  made.deadline.emplace(base_, -1, 0, kAnswers, [this, &made] { Cut(made); });
  connection->stream.reset(bufferevent_socket_new(base_, fd, BEV_OPT_CLOSE_ON_FREE));
  bufferevent* const stream = connection->stream.get();
  bufferevent_priority_set(stream, kAnswers);
  bufferevent_setcb(stream, Connection::OnRead, Connection::OnWritten, Connection::OnEvent,
                    connection.get());
  bufferevent_setwatermark(stream, EV_READ, 0, options_.max_line + 1);
  bufferevent_enable(stream, EV_READ | EV_WRITE);
  made.deadline->Start(options_.timeout);
  ++num_of_account_[account];
  connections_.emplace(stream, std::move(connection));
}

// Read answers the lines that are whole. What stands before the end of the stream is one too.
void LineServer::Read(Connection& connection, bool has_ended) {
  evbuffer* const input = bufferevent_get_input(connection.stream.get());
  std::string line;
  while (TakeLine(input, line)) {
    if (++connection.num_lines > options_.max_lines_a_connection ||
        line.size() > options_.max_line) {
      return Cut(connection);
    }
    connection.deadline->Start(options_.timeout);
    AnswerLine(connection, line);
  }
  const std::size_t rest = evbuffer_get_length(input);
  if (rest > options_.max_line) {
    return Cut(connection);
  }
  if (!has_ended) {
    return;
  }
  if (rest > 0) {
    line.resize(rest);
    evbuffer_remove(input, line.data(), rest);
    AnswerLine(connection, line);
  }
  CloseWhenSent(connection);
}

void LineServer::AnswerLine(Connection& connection, std::string_view line) {
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  const std::string answer = answer_(line, connection.uid) + "\n";
  bufferevent_write(connection.stream.get(), answer.data(), answer.size());
}

void LineServer::CloseWhenSent(Connection& connection) {
  connection.is_closing = true;
  if (evbuffer_get_length(bufferevent_get_output(connection.stream.get())) == 0) {
    Close(connection);
  }
}

void LineServer::Cut(const Connection& connection) {
  counts_.Add(Count::kConnectionsCut);
  Close(connection);
}

void LineServer::Close(const Connection& connection) {
  const auto num = num_of_account_.find(connection.account);
  if (--num->second == 0) {
    num_of_account_.erase(num);
  }
  connections_.erase(connection.stream.get());
}

}  // namespace tattle::daemon
