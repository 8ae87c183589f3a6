// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Entries of a log, by the client, over HTTP/2 and TLS from a test log in the same process, beside
// the download of the same answers alone. What is counted is the CPU time of the client's thread.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "plugin/net/http_client.h"
#include "plugin/net/log_client.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/testlog/background_server.h"
#include "tests/testlog/files.h"
#include "tests/testlog/log.h"
#include "tests/testlog/service.h"

namespace tattle {
namespace {

constexpr std::uint64_t kNumEntries = 4096;
constexpr std::uint64_t kPerAnswer = 256;  // as many as a tile has
constexpr std::uint64_t kNowMs = 1'795'000'000'000;
constexpr std::size_t kMaxAnswer = std::size_t{32} << 20U;

template <typename T>
T Demand(Outcome<T> outcome) {
  if (!outcome) {
    fmt::print(stderr, "{}\n", outcome.error());
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(outcome);
  }
}

std::unique_ptr<testlog::Log> MakeLog(const std::string& name, LogKind kind) {
  testlog::LogOptions options;
  options.name = name;
  options.kind = kind;
  options.max_get_entries = kPerAnswer;
  std::unique_ptr<testlog::Log> log = Demand(testlog::Log::Create(options, kNowMs));
  Demand(log->AddSynthetic(kNumEntries, kNowMs));
  return log;
}

// Logs is a server with a log of each kind.
class Logs {
 public:
  Logs() {
    const testlog::Folder folder = Demand(testlog::Folder::Create(folder_.Path("log")));
    Demand(folder.MakeCertificate(kNowMs));
    std::vector<std::unique_ptr<testlog::Log>> logs;
    logs.push_back(MakeLog("amber", LogKind::kRfc6962));
    logs.push_back(MakeLog("birch", LogKind::kStaticCt));
    service_ = Demand(testlog::Service::Create(std::move(logs)));
    testlog::ServerOptions options;
    options.host_name = "localhost";
    options.certificate_file = folder.PrivatePath("server.pem");
    options.key_file = folder.PrivatePath("server.key");
    options.now_ms = [] { return kNowMs; };
    options.sequence_interval_ms = 0;
    server_ = Demand(testlog::BackgroundServer::Create(*service_, options));
    list_ = Demand(service_->ListFor(server_->base_urls().front(), kNowMs));
    HttpOptions http;
    http.ca_file = folder.Path("ca.pem");
    http_ = std::make_unique<HttpClient>(http);
  }

  const Log& Find(LogKind kind) const {
    const std::vector<Log>& logs = list_->content().logs;
    return *std::find_if(logs.begin(), logs.end(),
                         [kind](const Log& log) { return log.kind == kind; });
  }
  HttpClient& http() { return *http_; }

 private:
  testlib::ScratchFolder folder_;
  std::unique_ptr<testlog::Service> service_;
  std::unique_ptr<testlog::BackgroundServer> server_;
  std::optional<LogList> list_;
  std::unique_ptr<HttpClient> http_;
};

Logs& TheLogs() {
  static Logs logs;
  return logs;
}

void FetchEntries(benchmark::State& state, LogKind kind) {
  Logs& logs = TheLogs();
  for (auto _ : state) {
    // A new client has no tiles yet.
    const std::unique_ptr<LogClient> client = LogClient::Create(logs.Find(kind), logs.http());
    const auto sth = client->FetchTreeHead();
    std::uint64_t num_shown = 0;
    const auto done = sth ? client->FetchEntries(0, kNumEntries - 1, sth->head,
                                                 [&num_shown](const LogEntryView& /*entry*/) {
                                                   ++num_shown;
                                                   return true;
                                                 })
                          : Answer<void>(tl::unexpected(sth.error()));
    if (!done || num_shown != kNumEntries) {
      state.SkipWithError(done ? "entries are missing" : done.error().sentence.c_str());
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kNumEntries));
}

// AnswerUrls are where the entries alone are.
std::vector<std::string> AnswerUrls(const Log& log) {
  std::vector<std::string> urls;
  for (std::uint64_t first = 0; first < kNumEntries; first += kPerAnswer) {
    urls.push_back(log.kind == LogKind::kRfc6962
                       ? fmt::format("{}ct/v1/get-entries?start={}&end={}", log.url, first,
                                     first + kPerAnswer - 1)
                       : fmt::format("{}tile/data/{:03}", log.monitoring_url, first / kPerAnswer));
  }
  return urls;
}

void Download(benchmark::State& state, LogKind kind) {
  Logs& logs = TheLogs();
  const std::vector<std::string> urls = AnswerUrls(logs.Find(kind));
  for (auto _ : state) {
    for (const std::string& url : urls) {
      const auto answer = logs.http().Get(url, kMaxAnswer);
      if (!answer || answer->status != 200) {
        state.SkipWithError(answer ? "a status other than 200" : answer.error().sentence.c_str());
      }
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kNumEntries));
}

void GetEntries(benchmark::State& state) {
  FetchEntries(state, LogKind::kRfc6962);
}
BENCHMARK(GetEntries)->Name("client/get_entries_4096/tattle")->Unit(benchmark::kMillisecond);

void DownloadEntries(benchmark::State& state) {
  Download(state, LogKind::kRfc6962);
}
BENCHMARK(DownloadEntries)->Name("client/get_entries_4096/download")->Unit(benchmark::kMillisecond);

void GetTiles(benchmark::State& state) {
  FetchEntries(state, LogKind::kStaticCt);
}
BENCHMARK(GetTiles)->Name("client/tiles_4096/tattle")->Unit(benchmark::kMillisecond);

void DownloadTiles(benchmark::State& state) {
  Download(state, LogKind::kStaticCt);
}
BENCHMARK(DownloadTiles)->Name("client/tiles_4096/download")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tattle

BENCHMARK_MAIN();
