// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the adapter for libcurl adds to a transfer: CPU time of the client's thread, of a small
// answer over TLS 1.3 with 2 embedded SCTs, on a new connection with a full handshake and on one
// that is open. Without the adapter, and with it in mode require, where the certificate is new and
// where it was seen before. Every transfer is checked to have been judged.

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include <benchmark/benchmark.h>

#include "tests/adapters/curl/fixture.h"

namespace tattle::curl_bench {
namespace {

using testlib::Client;
using testlib::Handle;
using testlib::Site;
using testlib::World;

void Require(bool ok, const std::string& what) {
  if (!ok) {
    std::fprintf(stderr, "curl_bench: %s\n", what.c_str());
    std::abort();
  }
}

const World& TheWorld() {
  static const World world;
  return world;
}

double CpuSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Run makes transfers with one handle, which is not attached if there is no client.
void Run(benchmark::State& state, const tattle_client* client, bool is_new, tattle_origin origin) {
  const Site site(TheWorld(), TheWorld().embedded);
  const std::string url = site.UrlFor("example.test");
  Handle handle(TheWorld(), CURL_SSLVERSION_TLSv1_3);
  if (client != nullptr) {
    handle.Attach(client);
  }
  if (is_new) {
    handle.Set(CURLOPT_FRESH_CONNECT, 1L);
    handle.Set(CURLOPT_FORBID_REUSE, 1L);
    handle.Set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  }
  Require(handle.Get(url) == CURLE_OK, handle.curl_error());  // fills caches
  for (auto _ : state) {
    const double begin = CpuSeconds();
    const CURLcode code = handle.Get(url);
    state.SetIterationTime(CpuSeconds() - begin);
    Require(code == CURLE_OK && handle.body() == "hello", handle.curl_error());
    Require(handle.num_connects() == (is_new ? 1 : 0), "another connection than was meant");
    Require(
        client == nullptr || (handle.compliance() == TATTLE_COMPLIANT && handle.origin() == origin),
        "not judged as was meant");
  }
}

void NewWithout(benchmark::State& state) {
  Run(state, nullptr, true, TATTLE_ORIGIN_NONE);
}

void NewUncached(benchmark::State& state) {
  const Client client = TheWorld().MakeClient({{"verdict_cache", "0"}});
  Run(state, client.get(), true, TATTLE_ORIGIN_VERIFIED);
}

void NewCached(benchmark::State& state) {
  const Client client = TheWorld().MakeClient();
  Run(state, client.get(), true, TATTLE_ORIGIN_CACHED);
}

void ReusedWithout(benchmark::State& state) {
  Run(state, nullptr, false, TATTLE_ORIGIN_NONE);
}

void ReusedWith(benchmark::State& state) {
  const Client client = TheWorld().MakeClient();
  Run(state, client.get(), false, TATTLE_ORIGIN_VERIFIED);
}

BENCHMARK(NewWithout)->Name("curl/new/without")->UseManualTime();
BENCHMARK(NewUncached)->Name("curl/new/tattle_uncached")->UseManualTime();
BENCHMARK(NewCached)->Name("curl/new/tattle_cached")->UseManualTime();
BENCHMARK(ReusedWithout)->Name("curl/reused/without")->UseManualTime();
BENCHMARK(ReusedWith)->Name("curl/reused/tattle")->UseManualTime();

}  // namespace
}  // namespace tattle::curl_bench

BENCHMARK_MAIN();
