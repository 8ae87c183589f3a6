// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ScriptedServer: a server on the loopback that says what a test wants, also what no server should.
// HTTP/1.1 with bare sockets, since a library would not let us.

#ifndef TATTLE_TESTS_UNIT_NET_SCRIPTED_SERVER_H_
#define TATTLE_TESTS_UNIT_NET_SCRIPTED_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

#include "core/base/bytes.h"
#include "tests/testlib/pki.h"

namespace tattle::testing {

struct ScriptedRequest {
  std::string method = {};
  std::string target = {};                          // as sent
  std::map<std::string, std::string> headers = {};  // names in lower case
  std::string body = {};
  std::string raw = {};  // all of it, byte for byte

  std::string Header(const std::string& name) const;
};

struct ScriptedAnswer {
  int status = 200;
  std::vector<std::string> headers = {};  // whole lines, without their ends
  std::string body = {};
  std::optional<std::string> raw = {};        // sent as it is, then the connection ends
  std::optional<std::size_t> cut_after = {};  // so many bytes, then the connection ends
  bool is_chunked = false;                    // no content-length
  bool is_silent = false;                     // nothing is said, until the server goes
};

// TlsIdentity is a server's certificate (DER) with its key.
struct TlsIdentity {
  ByteVector certificate;
  testlib::TestKey key;
};

// ScriptedServer calls `handler` in a thread for each connection, one call at a time.
class ScriptedServer {
 public:
  using Handler = std::function<ScriptedAnswer(const ScriptedRequest&)>;

  explicit ScriptedServer(Handler handler, const std::optional<TlsIdentity>& identity = {});
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // url is "http://127.0.0.1:PORT", or "https://localhost:PORT".
  std::string url() const;

  // Instead is for HttpOptions::connect_to: who asks for "HOST:PORT" is to come here.
  std::string Instead(const std::string& host_and_port) const;

  std::vector<ScriptedRequest> requests() const;
  std::size_t num_connections() const;

 private:
  struct Connection;

  void Accept();
  void Serve(int socket);
  bool ServeRequest(Connection& connection);

  Handler handler_;
  std::shared_ptr<SSL_CTX> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::mutex handler_mutex_;
  bool is_stopping_ = false;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::vector<ScriptedRequest> requests_;
  std::thread acceptor_;
};

}  // namespace tattle::testing

#endif  // TATTLE_TESTS_UNIT_NET_SCRIPTED_SERVER_H_
