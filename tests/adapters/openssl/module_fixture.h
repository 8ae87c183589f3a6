// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The module, loaded by OpenSSL itself into a program that knows nothing of Tattle: what it sees
// are handshakes, verify results, and lines in the log. The module's clock is the real one; what is
// asserted holds at any time (an old log list is judged leniently).

#ifndef TATTLE_TESTS_ADAPTERS_OPENSSL_MODULE_FIXTURE_H_
#define TATTLE_TESTS_ADAPTERS_OPENSSL_MODULE_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/adapters/openssl/handshake.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::testlib {

// Loaded is the module in this process, once for all tests, and what it reads.
class Loaded {
 public:
  static Loaded& Get() {
    static Loaded loaded;
    return loaded;
  }

  const std::shared_ptr<World>& world() const { return world_; }

  std::vector<std::string> TakeLines() const {
    std::vector<std::string> lines;
    for (std::string line; !(line = syslog_.ReceiveText()).empty();) {
      lines.push_back(line);
    }
    return lines;
  }

 private:
  Loaded();

  ScratchFolder folder_;
  DatagramListener syslog_{folder_.Path("log")};
  std::shared_ptr<World> world_ = std::make_shared<World>();
};

class ModuleTest : public HandshakeTest {
 protected:
  ModuleTest() : HandshakeTest(Loaded::Get().world()) { Loaded::Get().TakeLines(); }

  // SaysOnce: one line was written since the last look, with these words in it.
  static bool SaysOnce(const std::string& words) {
    const std::vector<std::string> lines = Loaded::Get().TakeLines();
    return lines.size() == 1 && lines[0].find(words) != std::string::npos;
  }
  static bool SaysNothing() { return Loaded::Get().TakeLines().empty(); }

  long VerifyResult() const { return SSL_get_verify_result(client_.get()); }

  void Verify(int mode, SSL_verify_cb callback = nullptr) {
    SSL_CTX_set_verify(context_.get(), mode, callback);
  }
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_ADAPTERS_OPENSSL_MODULE_FIXTURE_H_
