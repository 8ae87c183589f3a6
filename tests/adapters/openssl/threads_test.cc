// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// threads_test [HANDSHAKES]: eight threads share a client and its contexts, and make so many
// handshakes each, 100 if nothing is said: full and resumed, in TLS 1.2 and 1.3, good and refused.
// In the middle the process forks; the child goes on with the same client. Not a gtest program, so
// that it can be built for the thread sanitizer.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <sys/wait.h>

#include <tattle/openssl.h>

#include "tests/adapters/openssl/world.h"
#include "tests/testlib/datagram_listener.h"

namespace tattle::testlib {
namespace {

constexpr std::uint64_t kThreads = 8;

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "threads_test: %s\n", what);
  std::_Exit(1);
}

void Check(bool ok, const char* what) {
  if (!ok) {
    Die(what);
  }
}

// Clock is read by all threads.
std::uint64_t ReadClock(void* /*arg*/) {
  return kNowMs;
}

// Shared is what threads use together: contexts are made once, as programs do. Processes share
// none: OpenSSL's locks do not survive a fork, and the child has contexts of its own.
struct Contexts {
  Contexts(const World& world, const tattle_client* client)
      : good(MakeServerContext(world, world.embedded, &says)),
        bad(MakeServerContext(world, world.leaf, &says)),
        clients{MakeClientContext(world, TLS1_2_VERSION),
                MakeClientContext(world, TLS1_3_VERSION)} {
    tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
    options.now_ms = ReadClock;
    for (const SslCtx& context : clients) {
      // Reading a certificate's time takes a lock in glibc, which does not survive a fork either.
      X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_NO_CHECK_TIME);
      Check(tattle_openssl_attach(context.get(), client, &options, nullptr) == TATTLE_OK, "attach");
    }
  }

  ServerSays says;
  SslCtx good;
  SslCtx bad;
  std::array<SslCtx, 2> clients;
};

// Step goes on with one end. True if its handshake is done; `failed` if it never will be.
bool Step(SSL* end, bool& failed) {
  const int done = SSL_do_handshake(end);
  const int error = SSL_get_error(end, done);
  failed = failed || (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ);
  ERR_clear_error();
  return done == 1;
}

bool Shake(SSL* client, SSL* server) {
  bool failed = false;
  while (!failed) {
    const bool client_done = Step(client, failed);
    if (!failed && Step(server, failed) && client_done) {
      return true;
    }
  }
  return false;
}

// Connect makes one connection, and gives back its session.
SslSession Connect(SSL_CTX* context, SSL_CTX* server_context, SSL_SESSION* session, bool want) {
  const Ssl client(SSL_new(context));
  const Ssl server(SSL_new(server_context));
  BIO* client_end = nullptr;
  BIO* server_end = nullptr;
  BIO_new_bio_pair(&client_end, 0, &server_end, 0);
  SSL_set_bio(client.get(), client_end, client_end);
  SSL_set_bio(server.get(), server_end, server_end);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  if (session != nullptr) {
    SSL_set_session(client.get(), session);
  }
  Check(Shake(client.get(), server.get()) == want, "a handshake went the wrong way");
  Check(
      !want || tattle_session_decision(tattle_openssl_get0_session(client.get())) == TATTLE_PROCEED,
      "a connection was not judged");
  Check(session == nullptr || SSL_session_reused(client.get()) == 1, "a session was not resumed");
  char byte = 0;
  if (!want || SSL_write(server.get(), "x", 1) != 1 || SSL_read(client.get(), &byte, 1) != 1) {
    return nullptr;
  }
  SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN);
  return SslSession(SSL_get1_session(client.get()));
}

// Work makes about so many handshakes.
void Work(const Contexts& contexts, unsigned handshakes, std::atomic<unsigned>* made) {
  for (unsigned i = 0; i < handshakes; i += 3) {
    SSL_CTX* const context = contexts.clients.at(i % 2).get();
    const SslSession session = Connect(context, contexts.good.get(), nullptr, true);
    Check(session != nullptr, "a connection has no session");
    Connect(context, contexts.good.get(), session.get(), true);
    Connect(context, contexts.bad.get(), nullptr, false);
    made->fetch_add(3);
  }
}

std::size_t CountDescriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

void Run(unsigned handshakes) {
  const World world;
  // A daemon that is too slow: nobody takes out what is sent.
  const std::string path = world.root_file + ".sock";  // whose name is this process's own
  const DatagramListener daemon(path);
  const Client client = world.MakeClient({{"observe_socket", path}, {"verdict_cache", "0"}});
  const Contexts contexts(world, client.get());
  const Contexts contexts_of_child(world, client.get());
  std::atomic<unsigned> made = 0;
  Work(contexts, 6, &made);
  Work(contexts_of_child, 6, &made);
  const std::size_t descriptors = CountDescriptors();
  std::vector<std::thread> threads;
  made = 0;
  for (std::uint64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] { Work(contexts, handshakes, &made); });
  }
  while (made < kThreads * handshakes / 2) {
    std::this_thread::yield();
  }
  const pid_t child = fork();
  if (child == 0) {
    alarm(120);  // ends it, should it hang
    Work(contexts_of_child, handshakes, &made);
    std::_Exit(0);
  }
  int status = -1;
  Check(waitpid(child, &status, 0) == child && status == 0, "the child failed");
  for (std::thread& thread : threads) {
    thread.join();
  }
  Check(CountDescriptors() == descriptors, "descriptors were left open");
  Check(tattle_client_count(client.get(), TATTLE_COUNT_JUDGED) >= kThreads * handshakes,
        "not every connection was counted");
  Check(tattle_client_count(client.get(), TATTLE_COUNT_OBSERVATIONS_SENT) > 0 &&
            tattle_client_count(client.get(), TATTLE_COUNT_OBSERVATIONS_DROPPED) > 0,
        "the daemon's socket was not filled");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace tattle::testlib

int main(int argc, char** argv) {
  unsigned handshakes = 100;
  if (argc > 1) {
    const std::string_view text = argv[1];
    if (std::from_chars(text.begin(), text.end(), handshakes).ec != std::errc()) {
      tattle::testlib::Die("usage: threads_test [HANDSHAKES]");
    }
  }
  tattle::testlib::Run(handshakes);
  return 0;
}
