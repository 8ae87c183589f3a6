// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A Unix datagram socket that never blocks: the way to tattled, and to syslog.

#ifndef TATTLE_PLUGIN_RUNTIME_DATAGRAM_SOCKET_H_
#define TATTLE_PLUGIN_RUNTIME_DATAGRAM_SOCKET_H_

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

#include "core/base/bytes.h"
#include "plugin/runtime/fork_mutex.h"

namespace tattle {

// DatagramSocket is thread-safe and fork-safe. It connects when it is made, while the process may
// still see the path, and again when whoever listens was restarted, at most once in ten seconds.
class DatagramSocket {
 public:
  // An empty path: nothing is ever sent.
  explicit DatagramSocket(std::string path, std::uint64_t now_ms);
  ~DatagramSocket();
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  // MaySend says whether it is worth the work to encode one now. Cheap.
  bool MaySend(std::uint64_t now_ms);

  // Send says whether the kernel took it. No daemon, a full socket, a descriptor that the program
  // has closed or given to something else: false, at once, and never SIGPIPE.
  bool Send(Bytes datagram, std::uint64_t now_ms);

 private:
  // Socket is a descriptor with what tells it from another of the same number.
  struct Socket {
    int fd = -1;
    dev_t device = 0;
    ino_t inode = 0;
  };

  static bool IsStillOurs(const Socket& socket);
  static void Close(const Socket& socket);
  std::optional<Socket> Connect() const;
  void ConnectIfDue(std::uint64_t now_ms);
  bool SendOnce(Bytes datagram);

  const std::string path_;
  ForkMutex mutex_;
  std::optional<Socket> socket_;
  std::uint64_t connected_ms_ = 0;  // when it was last tried
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_DATAGRAM_SOCKET_H_
