// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the status page of a large site costs, beside reading the document that it is made of: 250
// certificates with three SCTs each, 100 logs with two weeks of growth. The peak of memory is that
// of one page, from the document to the finished text.

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "core/base/json.h"
#include "plugin/page/page.h"

namespace {

std::size_t g_num_bytes = 0;
std::size_t g_max_bytes = 0;

void* Take(std::size_t size) {
  void* const place = std::malloc(size);
  if (place == nullptr) {
    std::abort();
  }
  g_num_bytes += malloc_usable_size(place);
  g_max_bytes = std::max(g_max_bytes, g_num_bytes);
  return place;
}

void Give(void* place) {
  g_num_bytes -= malloc_usable_size(place);
  std::free(place);
}

}  // namespace

void* operator new(std::size_t size) {
  return Take(size);
}
void operator delete(void* place) noexcept {
  Give(place);
}
void operator delete(void* place, std::size_t /*size*/) noexcept {
  Give(place);
}

namespace tattle {
namespace {

constexpr int kNumCertificates = 250;
constexpr int kNumLogs = 100;
constexpr int kNumPoints = 32;
constexpr int kNumHours = 48;

std::string Certificates() {
  std::string out;
  for (int i = 0; i < kNumCertificates; ++i) {
    std::string scts;
    for (int log = 0; log < 3; ++log) {
      scts += fmt::format(
          R"({}{{"log":"Example 'Amber{}' log 2027h1","operator":"Example {}","source":"tls",)"
          R"("state":"usable"}})",
          log > 0 ? "," : "", (i + log) % kNumLogs, log);
    }
    std::string policies;
    for (const char* name : {"chrome", "apple", "firefox", "rfc6962-two-logs"}) {
      policies += fmt::format(R"({}"{}":{{"satisfied":true,"until":"2027-03-01T00:00:00Z"}})",
                              policies.empty() ? "" : ",", name);
    }
    out += fmt::format(
        R"({}{{"name":"site-{}.customers.example","sha256":"{:064x}",)"
        R"("not_after":"2027-03-01T00:00:00Z","policy":"chrome","sufficient":true,"reason":"",)"
        R"("scts":[{}],"policies":{{{}}}}})",
        i > 0 ? "," : "", i, i, scts, policies);
  }
  return out;
}

std::string Logs() {
  std::string out;
  for (int i = 0; i < kNumLogs; ++i) {
    std::string growth;
    for (int point = 0; point < kNumPoints; ++point) {
      growth += fmt::format(R"({}{{"time":"2026-11-{:02}T{:02}:00:00Z","tree_size":{}}})",
                            point > 0 ? "," : "", 14 + point * 7 / 16, point % 24,
                            1'000'000'000 + point * 1'000'000);
    }
    out += fmt::format(
        R"({}{{"log_id":"{:0>43}=","log":"Example 'Amber{}' log 2027h1","heads":500,)"
        R"("tree_size":1031000000,"head":"2026-11-28T00:00:00Z","growth":[{}],"scts":120,)"
        R"("pending_scts":3,"evidence":0,"last_success":"2026-11-28T00:10:00Z","failures":0,)"
        R"("last_failure":null}})",
        i > 0 ? "," : "", i, i, growth);
  }
  return out;
}

std::string Hours() {
  std::string out;
  for (int i = 0; i < kNumHours; ++i) {
    out += fmt::format(
        R"({}{{"from":"2026-11-{:02}T{:02}:00:00Z","compliant":{},"not_compliant":{}}})",
        i > 0 ? "," : "", 26 + i / 24, i % 24, 1000 + i, i % 7);
  }
  return out;
}

const std::string& Document() {
  static const std::string document = fmt::format(
      R"({{"program":"nginx","version":"1.26.3","time":"2026-11-28T00:20:00Z",)"
      R"("started":"2026-11-01T00:00:00Z","log_list":{{"timestamp":"2026-11-20T00:00:00Z",)"
      R"("stale":false,"logs":100,"loaded":true}},"scts":{{"files":250,"certificates":250}},)"
      R"("verdicts":{{"of":"Upstreams","compliant":90000,"not_compliant":120,"hours":[{}]}},)"
      R"("certificates":[{}],"logs":[{}]}})",
      Hours(), Certificates(), Logs());
  return document;
}

void Page(benchmark::State& state) {
  const std::string& document = Document();
  const std::size_t before = g_num_bytes;
  g_max_bytes = before;
  std::size_t size = 0;
  for (auto _ : state) {
    const Result<std::string> page = RenderStatusPage(AsBytes(document));
    if (!page) {
      std::fprintf(stderr, "page_bench: no page\n");
      std::abort();
    }
    size = page->size();
  }
  state.counters["document_kB"] = static_cast<double>(document.size()) / 1000;
  state.counters["page_kB"] = static_cast<double>(size) / 1000;
  state.counters["peak_kB"] = static_cast<double>(g_max_bytes - before) / 1000;
}
BENCHMARK(Page)->Name("page/large_site/tattle")->Unit(benchmark::kMillisecond);

void Read(benchmark::State& state) {
  const std::string& document = Document();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        json::Document::Decode(AsBytes(document), document.size()).has_value());
  }
}
BENCHMARK(Read)->Name("page/large_site/read")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tattle

BENCHMARK_MAIN();
