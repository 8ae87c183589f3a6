// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What Certificate Transparency adds to a client: CPU time of the client's side of a full TLS 1.3
// handshake, ECDSA chain of leaf, intermediate and root, 3 embedded SCTs. Without CT, with Tattle
// (facts not known, and known from the connection before), and with OpenSSL's own CT in strict
// mode. Every handshake is checked to have been judged.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/ct.h>
#include <openssl/ssl.h>

#include <tattle/openssl.h>
#include <tattle/tattle.h>

#include "core/base/base64.h"
#include "core/loglist/encode.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle {
namespace {

using testlib::TestCa;
using testlib::TestKey;

constexpr std::uint64_t kStampedMs = 1'790'000'100'000;
constexpr std::uint64_t kNowMs = 1'792'000'000'000;
constexpr int kNumScts = 3;
constexpr int kPipe = 1 << 15;

void Require(bool ok, const char* what) {
  if (!ok) {
    std::fprintf(stderr, "handshake_bench: %s\n", what);
    std::abort();
  }
}

X509* DecodeX509(const ByteVector& der) {
  const unsigned char* cursor = der.data();
  X509* certificate = d2i_X509(nullptr, &cursor, static_cast<long>(der.size()));
  Require(certificate != nullptr, "d2i_X509");
  return certificate;
}

// World is the server, and the logs in the two forms in which the clients want to know them.
struct World {
  testlib::ScratchFolder folder;
  TestCa root{"Bench Root"};
  TestCa intermediate{"Bench Intermediate"};
  ByteVector intermediate_certificate = root.Issue(
      intermediate.key(), {.common_name = "Bench Intermediate", .is_ca = true, .extensions = {}});
  std::vector<testlib::TestLog> ct_logs = {{"A", "A"}, {"B", "B"}, {"C", "C"}};
  TestKey leaf_key = TestKey::P256();
  SSL_CTX* server = SSL_CTX_new(TLS_server_method());
  std::string roots_file = folder.Write("roots.pem", testlib::PemText(root.certificate()));
  std::string openssl_list;
  std::string list_file;

  World() {
    const ByteVector leaf = intermediate.Issue(leaf_key, {}, [&](Bytes tbs) {
      std::vector<ByteVector> scts;
      for (const testlib::TestLog& log : ct_logs) {
        scts.push_back(log.SignPrecert(tbs, intermediate.key().Spki(), kStampedMs));
      }
      return testlib::SctList(scts);
    });
    SSL_CTX_use_certificate(server, DecodeX509(leaf));
    SSL_CTX_use_PrivateKey(server, leaf_key.get());
    SSL_CTX_add0_chain_cert(server, DecodeX509(intermediate_certificate));
    SSL_CTX_set_num_tickets(server, 0);
    std::string cnf = "enabled_logs = A, B, C\n";
    LogList::Content list;
    list.timestamp_ms = kNowMs;
    for (const testlib::TestLog& log : ct_logs) {
      const Log entry = log.Entry();
      cnf += "[" + entry.description + "]\ndescription = " + entry.description +
             "\nkey = " + EncodeBase64(log.key().Spki()) + "\n";
      list.operators.push_back(entry.operator_name);
      list.logs.push_back(entry);
    }
    openssl_list = folder.Write("ctlog.cnf", cnf);
    list_file = folder.Write("list.json", EncodeLogListJson(*LogList::Create(list)));
  }
};

const World& TheWorld() {
  static const World world;
  return world;
}

SSL_CTX* NewClient() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), DecodeX509(TheWorld().root.certificate()));
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context), kNowMs / 1000);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  return context;
}

// Attach makes a client that requires compliance with the policy that three SCTs of three operators
// meet.
void Attach(SSL_CTX* context, const char* cache_entries) {
  tattle_client_builder* builder = nullptr;
  tattle_client* client = nullptr;
  tattle_diag diag = TATTLE_DIAG_INIT;
  Require(tattle_client_builder_new(&builder, nullptr) == TATTLE_OK, "builder");
  const std::vector<std::pair<const char*, std::string>> settings = {
      {"mode", "require"},
      {"public_roots", TheWorld().roots_file},
      {"log_list", TheWorld().list_file},
      {"verdict_cache", cache_entries},
  };
  for (const auto& [key, value] : settings) {
    Require(tattle_client_builder_set(builder, key, value.c_str(), &diag) == TATTLE_OK, diag.text);
  }
  Require(tattle_client_new(builder, &client, kNowMs, &diag) == TATTLE_OK, diag.text);
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  options.now_ms = [](void* /*arg*/) { return kNowMs; };
  Require(tattle_openssl_attach(context, client, &options, &diag) == TATTLE_OK, diag.text);
  tattle_client_free(client);
  tattle_client_builder_free(builder);
}

double CpuSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Handshake measures what the client does, from SSL_new to SSL_free, and nothing of the server.
template <typename Check>
double Handshake(SSL_CTX* context, Check check) {
  SSL* server = SSL_new(TheWorld().server);
  BIO* client_end = nullptr;
  BIO* server_end = nullptr;
  BIO_new_bio_pair(&client_end, kPipe, &server_end, kPipe);
  SSL_set_bio(server, server_end, server_end);
  SSL_set_accept_state(server);
  double spent = 0;
  double begin = CpuSeconds();
  SSL* client = SSL_new(context);
  SSL_set_bio(client, client_end, client_end);
  SSL_set_connect_state(client);
  bool done = false;
  for (int round = 0; round < 4 && !done; ++round) {
    done = SSL_do_handshake(client) == 1;
    spent += CpuSeconds() - begin;
    SSL_do_handshake(server);
    begin = CpuSeconds();
  }
  Require(done && SSL_session_reused(client) == 0, "no full handshake");
  check(client);
  begin = CpuSeconds();
  SSL_free(client);
  spent += CpuSeconds() - begin;
  SSL_free(server);
  return spent;
}

template <typename Check>
void Run(benchmark::State& state, SSL_CTX* context, Check check) {
  Handshake(context, check);  // fills caches, ours and the processor's
  for (auto _ : state) {
    state.SetIterationTime(Handshake(context, check));
  }
  SSL_CTX_free(context);
}

void WithoutCt(benchmark::State& state) {
  Run(state, NewClient(), [](SSL* /*ssl*/) {});
}

void RunTattle(benchmark::State& state, const char* cache_entries, tattle_origin origin) {
  SSL_CTX* context = NewClient();
  Attach(context, cache_entries);
  bool first = true;
  Run(state, context, [&](SSL* ssl) {
    const tattle_session* session = tattle_openssl_get0_session(ssl);
    Require(tattle_session_decision(session) == TATTLE_PROCEED &&
                tattle_report_num_scts(tattle_session_get0_report(session)) == kNumScts,
            tattle_session_get0_reason(session));
    Require(first || tattle_session_origin(session) == origin, "facts of another origin");
    first = false;
  });
}

void TattleUncached(benchmark::State& state) {
  RunTattle(state, "0", TATTLE_ORIGIN_VERIFIED);
}

void TattleCached(benchmark::State& state) {
  RunTattle(state, "1024", TATTLE_ORIGIN_CACHED);
}

void OpenSslStrict(benchmark::State& state) {
  SSL_CTX* context = NewClient();
  Require(SSL_CTX_set_ctlog_list_file(context, TheWorld().openssl_list.c_str()) == 1, "ctlog file");
  Require(SSL_CTX_enable_ct(context, SSL_CT_VALIDATION_STRICT) == 1, "SSL_CTX_enable_ct");
  Run(state, context, [](SSL* ssl) {
    const STACK_OF(SCT)* scts = SSL_get0_peer_scts(ssl);
    Require(sk_SCT_num(scts) == kNumScts, "OpenSSL: not three SCTs");
    for (int i = 0; i < kNumScts; ++i) {
      Require(SCT_get_validation_status(sk_SCT_value(scts, i)) == SCT_VALIDATION_STATUS_VALID,
              "OpenSSL: not valid");
    }
  });
}

BENCHMARK(WithoutCt)->Name("handshake/without_ct")->UseManualTime();
BENCHMARK(TattleUncached)->Name("handshake/tattle_uncached")->UseManualTime();
BENCHMARK(TattleCached)->Name("handshake/tattle_cached")->UseManualTime();
BENCHMARK(OpenSslStrict)->Name("handshake/openssl_strict")->UseManualTime();

}  // namespace
}  // namespace tattle

BENCHMARK_MAIN();
