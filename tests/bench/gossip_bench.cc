// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What gossip costs: messages read and written, beside parsers that only parse; feedback that is
// for others, beside the comparison of all names; a message that brings nothing new through the
// endpoint, beside the same server that reads it and answers 204; what a full pool is asked, beside
// SQL over its file; and the draw of an answer.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <sqlite3.h>
#ifdef TATTLE_HAS_SIMDJSON
#include <simdjson.h>
#endif

#include "adapters/daemon/gossip/handler.h"
#include "core/base/base64.h"
#include "core/der/certificate.h"
#include "core/der/reader.h"
#include "core/gossip/bounds.h"
#include "core/gossip/heads.h"
#include "core/gossip/leaf_names.h"
#include "core/gossip/select_heads.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/runtime/gossip_findings.h"
#include "plugin/runtime/gossip_message.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/gossip/gossip_testing.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/server_thread.h"

namespace tattle {
namespace {

using gossip_testing::kNowMs;

constexpr std::size_t kHeadsOfAMessage = 6;  // 2 KB
constexpr std::size_t kNumLogs = 150;        // as many as there are today
constexpr std::size_t kHeadsOfALog = 2048;   // as many as the pool keeps without a proof
constexpr std::size_t kPipelined = 32;

template <typename T>
T Demand(T value) {
  if (!value) {
    std::abort();
  }
  return value;
}

const std::vector<testlib::TestLog>& Logs() {
  static const auto* const logs = [] {
    auto* made = new std::vector<testlib::TestLog>();
    for (std::size_t i = 0; i < kNumLogs; ++i) {
      made->emplace_back("Log " + std::to_string(i), "Operator " + std::to_string(i % 10));
    }
    return made;
  }();
  return *logs;
}

std::shared_ptr<const LogList> List() {
  static const std::shared_ptr<const LogList> list = [] {
    std::vector<Log> entries;
    for (const testlib::TestLog& log : Logs()) {
      entries.push_back(log.Entry());
    }
    return std::make_shared<const LogList>(testlib::ListOf(std::move(entries)));
  }();
  return list;
}

std::vector<GossipHead> Heads() {
  std::vector<GossipHead> heads;
  for (std::size_t i = 0; i < kHeadsOfAMessage; ++i) {
    heads.push_back(gossip_testing::HeadOf(Logs()[i], 1'000'000'000 + i, kNowMs));
  }
  return heads;
}

const std::string& Message() {
  static const std::string message = EncodeHeads(HeadDialect::kSths, Heads()).value();
  return message;
}

// Messages.

void ReadMessage(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(Demand(DecodeHeads(AsBytes(Message()))));
  }
  state.SetItemsProcessed(state.iterations());
}

// The members of each head by nlohmann's tree, and its base64 by OpenSSL, as one would write first.
void ReadByNlohmann(benchmark::State& state) {
  std::array<unsigned char, 512> out;
  for (auto _ : state) {
    const nlohmann::json message = nlohmann::json::parse(Message());
    for (const auto& sth : message.at("sths")) {
      benchmark::DoNotOptimize(sth.at("tree_size").get<std::uint64_t>());
      benchmark::DoNotOptimize(sth.at("timestamp").get<std::uint64_t>());
      for (const char* const member : {"sha256_root_hash", "tree_head_signature", "log_id"}) {
        const auto& text = sth.at(member).get_ref<const std::string&>();
        benchmark::DoNotOptimize(
            EVP_DecodeBlock(out.data(), AsBytes(text).data(), static_cast<int>(text.size())));
      }
    }
  }
  state.SetItemsProcessed(state.iterations());
}

#ifdef TATTLE_HAS_SIMDJSON
// The same by simdjson's fastest way; its text must be padded, which costs a copy.
void ReadBySimdjson(benchmark::State& state) {
  simdjson::ondemand::parser parser;
  std::array<unsigned char, 512> out;
  for (auto _ : state) {
    const simdjson::padded_string padded(Message());
    auto document = parser.iterate(padded);
    for (auto sth : document["sths"].get_array()) {
      auto object = sth.get_object();
      benchmark::DoNotOptimize(object["tree_size"].get_uint64().value());
      benchmark::DoNotOptimize(object["timestamp"].get_uint64().value());
      for (const char* const member : {"sha256_root_hash", "tree_head_signature", "log_id"}) {
        const std::string_view text = object[member].get_string().value();
        benchmark::DoNotOptimize(
            EVP_DecodeBlock(out.data(), AsBytes(text).data(), static_cast<int>(text.size())));
      }
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ReadBySimdjson)->Name("gossip/read/simdjson")->Unit(benchmark::kMicrosecond);
#endif

void WriteMessage(benchmark::State& state) {
  const std::vector<GossipHead> heads = Heads();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Demand(EncodeHeads(HeadDialect::kSths, heads)));
  }
  state.SetItemsProcessed(state.iterations());
}

void WriteByNlohmann(benchmark::State& state) {
  const std::vector<GossipHead> heads = Heads();
  const auto base64 = [](Bytes bytes) {
    std::string text(bytes.size() * 4 / 3 + 4, '\0');
    text.resize(
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL has no other form
        static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                                 bytes.data(), static_cast<int>(bytes.size()))));
    return text;
  };
  for (auto _ : state) {
    nlohmann::json sths = nlohmann::json::array();
    for (const GossipHead& head : heads) {
      sths.push_back({{"sth_version", 0},
                      {"tree_size", head.sth.head.tree_size},
                      {"timestamp", head.sth.head.timestamp_ms},
                      {"sha256_root_hash", base64(head.sth.head.sha256_root_hash)},
                      {"tree_head_signature", base64(head.sth.signature)},
                      {"log_id", base64(*head.log_id)}});
    }
    benchmark::DoNotOptimize(nlohmann::json({{"sths", std::move(sths)}}).dump());
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(ReadMessage)->Name("gossip/read/tattle")->Unit(benchmark::kMicrosecond);
BENCHMARK(ReadByNlohmann)->Name("gossip/read/nlohmann")->Unit(benchmark::kMicrosecond);
BENCHMARK(WriteMessage)->Name("gossip/write/tattle")->Unit(benchmark::kMicrosecond);
BENCHMARK(WriteByNlohmann)->Name("gossip/write/nlohmann")->Unit(benchmark::kMicrosecond);

// Feedback.

constexpr std::size_t kNumNames = 1000;
constexpr std::size_t kNamesOfALeaf = 40;

const std::vector<std::string>& Names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < kNumNames; ++i) {
      made.push_back((i % 4 == 0 ? "*.site" : "site") + std::to_string(i) + ".hosting.example");
    }
    return made;
  }();
  return names;
}

// ForeignFeedback is as large as a message may be, of certificates with names of somebody else.
const GossipMessage& ForeignFeedback() {
  static const GossipMessage message = [] {
    ByteVector names;
    for (std::size_t i = 0; i < kNamesOfALeaf; ++i) {
      const std::string name = "www" + std::to_string(i) + ".elsewhere.example";
      AppendDerHeader(names, 0x82, name.size());
      Append(names, AsBytes(name));
    }
    ByteVector value;
    AppendDerHeader(value, 0x30, names.size());
    Append(value, names);
    testlib::TestCertificateSpec spec;
    spec.is_ca = true;  // or it would have a name by itself
    spec.extensions = {{"2.5.29.17", value}};
    const ByteVector leaf = testlib::TestCa("CA").Issue(testlib::TestKey::P256(), spec);
    const FeedbackEntry entry = {{leaf}, {Logs().front().SignX509(leaf, kNowMs)}};
    std::vector<FeedbackEntry> entries;
    std::string body;
    while (auto larger =
               EncodeFeedback(FeedbackDialect::kArrayVersioned, entries, kMaxFeedbackSize)) {
      body = *std::move(larger);
      entries.insert(entries.end(), 50, entry);
    }
    return Demand(ReadFeedbackMessage(AsBytes(body))).value();
  }();
  return message;
}

void CheckFeedback(benchmark::State& state) {
  const GossipMessage& message = ForeignFeedback();
  const std::vector<std::uint8_t> known(message.sct_keys.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Demand(CheckGossipMessage(message, {*List(), {}, Names(), known, kNowMs})));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(message.entries.size()));
}

// The names of the same certificates alone, each compared with each of ours.
void CompareAllPairs(benchmark::State& state) {
  for (auto _ : state) {
    for (const FeedbackEntry& entry : ForeignFeedback().entries) {
      const auto certificate = Demand(DecodeCertificate(entry.x509_chain.front()));
      const auto dns_names = Demand(DecodeDnsNames(*certificate));
      for (const std::string& name : Names()) {
        for (const std::string_view dns_name : *dns_names) {
          benchmark::DoNotOptimize(IsNameOfHost(dns_name, name) || IsNameOfHost(name, dns_name));
        }
      }
    }
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(ForeignFeedback().entries.size()));
}

BENCHMARK(CheckFeedback)->Name("gossip/foreign_1mb/tattle")->Unit(benchmark::kMillisecond);
BENCHMARK(CompareAllPairs)->Name("gossip/foreign_1mb/all_pairs")->Unit(benchmark::kMillisecond);

// The pool.

// GossipPool has heads of all logs that were learnt from others, `heads_of_a_log` of each.
class GossipPool {
 public:
  explicit GossipPool(std::size_t heads_of_a_log) {
    PoolOptions options;
    options.create = true;
    pool_ = *Demand(Pool::Open(folder_.Path("pool"), options));
    const ByteVector signature = Heads().front().sth.signature;  // the pool does not verify it
    Pool::Batch batch(*pool_);
    for (std::size_t i = 0; i < heads_of_a_log; ++i) {
      for (const testlib::TestLog& log : Logs()) {
        const SignedTreeHead sth = {{1000 + i, kNowMs - i * 1000, {static_cast<std::uint8_t>(i)}},
                                    signature};
        Demand(pool_->AddHead(log.log_id(), sth, HeadSource::kPollination, kNowMs));
      }
    }
    Demand(batch.Commit());
  }

  static GossipPool& Full() {
    static GossipPool full(kHeadsOfALog);
    return full;
  }

  Pool& pool() { return *pool_; }
  std::string path() const { return folder_.Path("pool"); }

 private:
  testlib::ScratchFolder folder_;
  std::unique_ptr<Pool> pool_;
};

void HeadsSince(benchmark::State& state) {
  const GossipView view(GossipPool::Full().pool());
  for (auto _ : state) {
    if (Demand(view.HeadsSince(0))->size() != kNumLogs * kHeadsOfALog) {
      std::abort();
    }
  }
}

// The same from the file, with all that memory has of a head.
void HeadsSinceBySql(benchmark::State& state) {
  sqlite3* database = nullptr;
  sqlite3_stmt* select = nullptr;
  Demand(sqlite3_open_v2(GossipPool::Full().path().c_str(), &database, SQLITE_OPEN_READONLY,
                         nullptr) == SQLITE_OK);
  Demand(sqlite3_prepare_v2(database,
                            "SELECT heads.id, log_id, timestamp_ms, state, source, num_reports "
                            "FROM heads JOIN logs ON log = logs.id WHERE timestamp_ms >= ?",
                            -1, &select, nullptr) == SQLITE_OK);
  for (auto _ : state) {
    std::vector<KnownHead> heads;
    sqlite3_bind_int64(select, 1, 0);
    while (sqlite3_step(select) == SQLITE_ROW) {
      KnownHead& head = heads.emplace_back();
      head.id = static_cast<std::uint64_t>(sqlite3_column_int64(select, 0));
      const auto* const log_id = static_cast<const std::uint8_t*>(sqlite3_column_blob(select, 1));
      std::copy_n(log_id, head.log_id.size(), head.log_id.begin());
      head.timestamp_ms = static_cast<std::uint64_t>(sqlite3_column_int64(select, 2));
      head.is_conflicting = sqlite3_column_int(select, 3) == 3;
      head.is_reported = sqlite3_column_int(select, 5) > 0;
    }
    sqlite3_reset(select);
    Demand(heads.size() == kNumLogs * kHeadsOfALog);
  }
  sqlite3_finalize(select);
  sqlite3_close(database);
}

// Every few seconds: some thousands of all, by the rule of who gets what.
void DrawFromAll(benchmark::State& state) {
  daemon::Counts counts;
  for (auto _ : state) {
    daemon::GossipHeads heads(GossipPool::Full().pool(), counts, gossip_testing::SeededDraw(7),
                              nullptr);
    Demand(heads.Choose({}, *List(), kNowMs));
  }
}

// What each answer then draws of the few thousand that were drawn of all.
void ChooseHeads(benchmark::State& state) {
  daemon::Counts counts;
  daemon::GossipHeads heads(GossipPool::Full().pool(), counts, gossip_testing::SeededDraw(7),
                            nullptr);
  Demand(heads.Choose({}, *List(), kNowMs));  // draws of all, as it does every few seconds
  for (auto _ : state) {
    if (Demand(heads.Choose({}, *List(), kNowMs))->empty()) {
      std::abort();
    }
  }
}

BENCHMARK(HeadsSince)->Name("gossip/heads_since_300k/tattle")->Unit(benchmark::kMillisecond);
BENCHMARK(HeadsSinceBySql)->Name("gossip/heads_since_300k/sql")->Unit(benchmark::kMillisecond);
BENCHMARK(DrawFromAll)->Name("gossip/draw_300k/tattle")->Unit(benchmark::kMillisecond);
BENCHMARK(ChooseHeads)->Name("gossip/choose_64/tattle")->Unit(benchmark::kMicrosecond);

// The endpoint.

// Endpoint is the handler of tattled in the HTTP server of tattled, without TLS.
class Endpoint {
 public:
  explicit Endpoint(Pool& pool) {
    daemon::GossipSettings settings;
    settings.rate = settings.rate_total = settings.checks = 1'000'000'000;
    daemon::GossipParts parts = {pool,
                                 journal_,
                                 counts_,
                                 [] { return List(); },
                                 [] { return kNowMs; },
                                 gossip_testing::SeededDraw(7)};
    handler_.emplace(std::move(parts), settings, Hash{1});
  }

  HttpResponse Answer(const HttpRequest& request) { return handler_->Answer(request); }

 private:
  daemon::Counts counts_;
  testlib::ScratchFolder folder_;
  daemon::Journal journal_{{folder_.Path("no-syslog"), 2, false}, [] { return kNowMs; }, counts_};
  std::optional<daemon::GossipHandler> handler_;
};

// PostAgainAndAgain sends the same message in a row, and `end` is how an answer ends.
void PostAgainAndAgain(benchmark::State& state, const HttpServer::Handler& handler,
                       const std::string& end) {
  testlib::ServerThread server(HttpServerOptions(), handler);
  testlib::RawClient client(server.port());
  std::string requests;
  for (std::size_t i = 0; i < kPipelined; ++i) {
    requests += "POST /.well-known/ct/v1/sth-pollination HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                std::to_string(Message().size()) + "\r\n\r\n" + Message();
  }
  const auto post_all = [&] {
    Demand(client.Send(requests));
    std::string rest;
    for (std::size_t i = 0; i < kPipelined; ++i) {
      while (rest.find(end) == std::string::npos) {
        const std::string more = client.ReadUntil(end);
        Demand(!more.empty());
        rest += more;
      }
      rest.erase(0, rest.find(end) + end.size());
    }
  };
  post_all();  // the first time the heads are new
  for (auto _ : state) {
    post_all();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kPipelined));
}

void PostKnown(benchmark::State& state) {
  GossipPool empty(0);
  Endpoint endpoint(empty.pool());
  PostAgainAndAgain(
      state, [&](const HttpRequest& request) { return endpoint.Answer(request); }, "{\"sths\":[]}");
}

void PostKnownToAFullPool(benchmark::State& state) {
  Endpoint endpoint(GossipPool::Full().pool());
  PostAgainAndAgain(
      state, [&](const HttpRequest& request) { return endpoint.Answer(request); }, "}]}");
}

void PostForNothing(benchmark::State& state) {
  PostAgainAndAgain(
      state,
      [](const HttpRequest&) {
        HttpResponse response;
        response.status = 204;
        return response;
      },
      "\r\n\r\n");
}

BENCHMARK(PostKnown)
    ->Name("gossip/post_32/tattle")
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(PostKnownToAFullPool)
    ->Name("gossip/post_32_and_get_64_heads/tattle")
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(PostForNothing)
    ->Name("gossip/post_32/answer_204")
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tattle

BENCHMARK_MAIN();
