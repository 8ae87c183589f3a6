// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/control.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include <event2/buffer.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "plugin/runtime/file.h"

namespace tattle::testlog {
namespace {

constexpr unsigned kOwnerOnly = 0600;
constexpr std::size_t kMaxLine = 1024;

// TakeLine takes a whole line off a buffer; false if there is none yet.
bool TakeLine(evbuffer* input, std::string& line) {
  std::size_t len = 0;
  char* text = evbuffer_readln(input, &len, EVBUFFER_EOL_CRLF);
  if (text == nullptr) {
    return false;
  }
  line.assign(text, len);
  std::free(text);
  return true;
}

Outcome<void> SendAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return Sorry("the log has gone away: " + SystemMessage(errno));
    }
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Outcome<std::string> ReadLine(int fd) {
  std::string line;
  while (!line.ends_with('\n') && line.size() < kMaxLine) {
    char c = 0;
    if (read(fd, &c, 1) != 1) {
      return Sorry("the log has gone away");
    }
    line += c;
  }
  line.pop_back();
  return line;
}

Outcome<void> Talk(int fd, const std::string& path, const std::string& line) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Sorry(path + ": too long for a socket's path");
  }
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): sockets have no other form
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Sorry(path + ": " + SystemMessage(errno));
  }
  if (Outcome<void> sent = SendAll(fd, line + "\n"); !sent) {
    return sent;
  }
  const Outcome<std::string> answer = ReadLine(fd);
  if (!answer) {
    return Sorry(answer.error());
  }
  constexpr std::string_view kError = "error: ";
  if (answer->starts_with(kError)) {
    return Sorry(answer->substr(kError.size()));
  }
  return *answer == "ok" ? Outcome<void>() : Sorry(path + ": not a test log's socket");
}

}  // namespace

Outcome<std::unique_ptr<ControlSocket>> ControlSocket::Create(event_base* base,
                                                              const std::string& path, Obey obey) {
  std::unique_ptr<ControlSocket> out(new ControlSocket(base, std::move(obey)));
  auto listener = HttpListener::ListenUnix(
      base, path, kOwnerOnly,
      [raw = out.get()](int fd, const std::string& /*peer*/) { raw->Accept(fd); });
  if (!listener) {
    return Sorry(listener.error());
  }
  out->listener_ = *std::move(listener);
  return out;
}

void ControlSocket::Accept(int fd) {
  BufferEventPtr connection(bufferevent_socket_new(base_, fd, BEV_OPT_CLOSE_ON_FREE));
  if (!connection) {
    close(fd);
    return;
  }
  bufferevent_setcb(connection.get(), OnRead, nullptr, OnEvent, this);
  bufferevent_setwatermark(connection.get(), EV_READ, 0, kMaxLine);
  bufferevent_enable(connection.get(), EV_READ | EV_WRITE);
  bufferevent* const key = connection.get();
  connections_[key] = std::move(connection);
}

void ControlSocket::OnRead(bufferevent* connection, void* arg) {
  auto* self = static_cast<ControlSocket*>(arg);
  evbuffer* input = bufferevent_get_input(connection);
  std::string line;
  while (TakeLine(input, line)) {
    const Outcome<void> done = self->obey_(line);
    const std::string answer = done ? "ok\n" : "error: " + done.error() + "\n";
    bufferevent_write(connection, answer.data(), answer.size());
  }
  if (evbuffer_get_length(input) >= kMaxLine) {
    self->connections_.erase(connection);  // no command is as long
  }
}

void ControlSocket::OnDrained(bufferevent* connection, void* arg) {
  static_cast<ControlSocket*>(arg)->connections_.erase(connection);
}

// Who sends a line and nothing more (echo | socat) still gets the answer.
void ControlSocket::OnEvent(bufferevent* connection, short what, void* arg) {
  const bool is_end = (static_cast<unsigned>(what) & unsigned{BEV_EVENT_EOF}) != 0;
  if (is_end && evbuffer_get_length(bufferevent_get_output(connection)) != 0) {
    bufferevent_setcb(connection, nullptr, OnDrained, OnEvent, arg);
    bufferevent_disable(connection, EV_READ);
    return;
  }
  OnDrained(connection, arg);
}

Outcome<void> SendCommand(const std::string& path, const std::string& line) {
  if (line.find('\n') != std::string::npos || line.size() >= kMaxLine) {
    return Sorry("a command is one line of less than " + std::to_string(kMaxLine) + " bytes");
  }
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return Sorry(SystemMessage(errno));
  }
  Outcome<void> done = Talk(fd, path, line);
  close(fd);
  return done;
}

}  // namespace tattle::testlog
