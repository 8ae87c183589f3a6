// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipServer: the gossip endpoint on its sockets, in a thread of its own. Signatures and the pool
// take milliseconds, which nobody who reports or asks for a verdict is to wait for.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_SERVER_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_SERVER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/daemon/gossip/handler.h"
#include "adapters/daemon/gossip/settings.h"
#include "adapters/daemon/sockets/loop_thread.h"
#include "plugin/net/http_server.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

class GossipServer {
 public:
  // Create listens, and serves until the server is destroyed. Fails with a sentence. The parts'
  // functions are called by the server's thread; what they borrow must outlive it.
  static Outcome<std::unique_ptr<GossipServer>> Create(GossipParts parts, GossipSettings settings);

  // Lets answers under way finish, for a second at most.
  ~GossipServer();
  GossipServer(const GossipServer&) = delete;
  GossipServer& operator=(const GossipServer&) = delete;

  // Change takes other settings, as GossipHandler::Change, and reads certificate and key again:
  // where they cannot be used the journal says so, and those of before stay.
  void Change(GossipSettings settings);

  // Places are where it listens, with the ports that it got.
  const std::vector<std::string>& places() const { return places_; }

  std::vector<InvalidSct> Invalid() const { return handler_.Invalid(); }

 private:
  GossipServer(GossipParts parts, GossipSettings settings, const Hash& secret,
               std::unique_ptr<LoopThread> loop);
  Outcome<void> Listen(const Clock& clock);
  Outcome<void> ListenUnix(const Clock& clock);
  void TakeChange(const GossipSettings& settings);

  Journal& journal_;
  const GossipSettings settings_;  // those that it was made with
  GossipHandler handler_;
  std::unique_ptr<LoopThread> loop_;
  std::unique_ptr<HttpServer> tls_;    // null: none
  std::unique_ptr<HttpServer> plain_;  // on the Unix socket
  std::vector<std::string> places_;
};

// KeyOfTlsFault is the key of the configuration that names what CreateServerContext complains of.
std::string_view KeyOfTlsFault(const GossipSettings& settings, std::string_view sentence);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_SERVER_H_
