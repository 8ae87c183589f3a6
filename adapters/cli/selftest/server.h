// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A TLS server that watches how far a client goes.

#ifndef TATTLE_ADAPTERS_CLI_SELFTEST_SERVER_H_
#define TATTLE_ADAPTERS_CLI_SELFTEST_SERVER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/cli/deadline.h"
#include "adapters/cli/files/descriptor.h"
#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/selftest/certificates.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// Reached is how far a client went, the later the further.
enum class Reached : std::uint8_t {
  kNothing = 0,  // it did not connect
  kConnected,    // no ClientHello came
  kHello,        // it left during the handshake
  kHandshake,    // it left after the handshake, without a word
  kData,         // it sent data of its own
};

// Seen is what the server saw of one client.
struct Seen {
  Reached reached = Reached::kNothing;
  bool waited = false;            // after the handshake, for us to speak: it has accepted us
  bool asked_for_scts = false;    // extension 18, signed_certificate_timestamp
  bool asked_for_staple = false;  // extension 5, status_request
  int alert = -1;                 // the last one that the client sent; but for close_notify
  std::string version;            // such as "TLSv1.3"

  // Add takes what another connection of the same client showed.
  void Add(const Seen& other);
};

// TestServer listens on a free port of 127.0.0.1 and, where there is one, ::1. It answers any data
// with a short HTTP response.
class TestServer {
 public:
  static Outcome<TestServer> Create(const TestCertificates& certificates);

  std::uint16_t port() const { return port_; }

  // Serve waits a moment for a client and serves it. `on_hello` is called while the client waits
  // for our answer. Returns false if nobody came.
  bool Serve(Seen& seen, const Deadline& deadline, const std::function<void()>& on_hello);

 private:
  TestServer(SslCtxPtr context, std::vector<Descriptor> listeners, std::uint16_t port);

  SslCtxPtr context_;
  std::vector<Descriptor> listeners_;
  std::uint16_t port_;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_SELFTEST_SERVER_H_
