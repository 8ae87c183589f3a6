// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// LineServer: a stream socket on which a line is asked and a line is answered.

#ifndef TATTLE_ADAPTERS_DAEMON_SOCKETS_LINE_SERVER_H_
#define TATTLE_ADAPTERS_DAEMON_SOCKETS_LINE_SERVER_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "adapters/daemon/counts.h"
#include "adapters/daemon/sockets/events.h"
#include "adapters/daemon/sockets/unix_socket.h"

struct bufferevent;

namespace tattle::daemon {

// LineServerOptions bound what others can make us keep.
struct LineServerOptions {
  std::size_t max_line = 4096;
  std::size_t max_connections = 128;  // each user's are fewer than those that are free
  std::size_t max_lines_a_connection = 64;
  std::chrono::milliseconds timeout{
      10'000};  // for a whole line to come, and its answer to be taken

  // Who is served before others, who share what one user may have and at most so many; null: all.
  std::function<bool(uid_t uid)> is_known;
  std::size_t max_connections_of_strangers = 16;
};

// LineServer lives in the thread that runs the event base. A request ends with a line end, or with
// the end of what the peer sends; an answer is one line. A connection that asks too much, too long
// or too slowly is closed without an answer. No user can keep the others out: of connections that
// are free, each can take half, and then half of the rest.
class LineServer {
 public:
  // Answer is called with a line (without its end) and the peer's user; its result is one line.
  using Answer = std::function<std::string(std::string_view line, uid_t uid)>;

  // Borrows the base and the counts.
  LineServer(event_base* base, UnixSocket socket, LineServerOptions options, Answer answer,
             Counts& counts);
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  std::size_t num_connections() const { return connections_.size(); }
  const std::string& path() const { return socket_.path(); }

 private:
  struct Connection;

  void Accept();
  void Add(int fd);
  std::size_t MostOf(uid_t account) const;
  void Read(Connection& connection, bool has_ended);
  void AnswerLine(Connection& connection, std::string_view line);
  void CloseWhenSent(Connection& connection);
  void Cut(const Connection& connection);
  void Close(const Connection& connection);

  event_base* const base_;
  const UnixSocket socket_;
  const LineServerOptions options_;
  const Answer answer_;
  Counts& counts_;
  std::map<bufferevent*, std::unique_ptr<Connection>> connections_;
  std::map<uid_t, std::size_t> num_of_account_;
  Callback incoming_;
  Callback pause_;  // after the process ran out of descriptors
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_SOCKETS_LINE_SERVER_H_
