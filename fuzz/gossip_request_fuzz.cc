// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: GossipHandler, behind Http1Session
// Property: every request is answered with a status of those that are allowed, with what HTTP wants
// beside it; an answer of heads reads back and has no more than may be given; nothing is in the
// pool that its log's key did not say yes to, and work is bounded.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "adapters/daemon/bounds.h"
#include "adapters/daemon/gossip/handler.h"
#include "core/crypto/sha256.h"
#include "core/gossip/bounds.h"
#include "core/gossip/head_check.h"
#include "core/wire/sct.h"
#include "fuzz/require.h"
#include "plugin/net/http1_session.h"

namespace tattle::fuzz {
namespace {

constexpr std::uint64_t kNowMs = 1'795'000'000'000;

// Vouched are the digests that a key said yes to.
std::set<Hash>& Vouched() {
  static std::set<Hash> digests;
  return digests;
}

// OddKey accepts signatures of an odd last byte, and remembers what it accepted.
class OddKey final : public PublicKey {
 public:
  KeyType type() const override { return KeyType::kRsa; }
  Result<bool> VerifyDigest(const Hash& digest, Bytes signature) const override {
    const bool is_good = !signature.empty() && signature.back() % 2 == 1;
    if (is_good) {
      Vouched().insert(digest);
    }
    return is_good;
  }
  Result<bool> VerifyMessage(Bytes message, Bytes signature) const override {
    return VerifyDigest(Sha256Of(message), signature);
  }
};

// MakeLogs has logs whose ids are one byte repeated; 2 is denied.
std::shared_ptr<const LogList> MakeLogs() {
  LogList::Content content;
  for (std::uint8_t id = 1; id <= 3; ++id) {
    Log log;
    log.log_id.fill(id);
    log.key = std::make_shared<const OddKey>();
    content.logs.push_back(log);
  }
  content.denied.push_back({content.logs[1].log_id, {}, "public"});
  Result<LogList> list = LogList::Create(std::move(content));
  Require(list.has_value());
  return std::make_shared<const LogList>(*std::move(list));
}

// Folder is gone at the end. The pool needs a file; in memory where the system has such.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp");
    name.append("/tattle-fuzz-XXXXXX");
    Require(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path;
};

daemon::GossipSettings Settings() {
  daemon::GossipSettings settings;
  settings.names = {"leaf.example", "a.example"};
  settings.collected = true;
  settings.auditor = true;
  return settings;
}

// Endpoint lives as long as the process: to open a pool costs 20 ms. What one input left there is
// held to the same as what the next one leaves; what it knows of clients is not kept.
class Endpoint {
 public:
  Endpoint() {
    PoolOptions options;
    options.create = true;
    auto pool = Pool::Open((folder_.path / "pool").string(), options);
    Require(pool.has_value());
    pool_ = *std::move(pool);
  }

  void Begin() {
    daemon::GossipParts parts = {*pool_,
                                 journal_,
                                 counts_,
                                 [this] { return logs_; },
                                 [] { return kNowMs; },
                                 [this]() -> Result<std::uint64_t> { return ++drawn_; }};
    handler_.emplace(std::move(parts), Settings(), Hash{1});
  }

  HttpResponse Answer(const HttpRequest& request) { return handler_->Answer(request); }

  // CheckPool looks at what this input left in the pool.
  void CheckPool() {
    const std::vector<PooledHead> heads =
        pool_->HeadsAfter(last_head_, kMaxGossipHeads * 4).value();
    for (const PooledHead& head : heads) {
      last_head_ = head.id;
      Require(logs_->Find(head.log_id) != nullptr && logs_->FindDenied(head.log_id) == nullptr);
      Require(Vouched().contains(Sha256Of(EncodeTreeHeadSignedData(head.sth.head).value())));
      Require(head.sth.head.timestamp_ms > kNowMs ||
              IsFreshHead(head.sth.head.timestamp_ms, kNowMs) ||
              pool_->FindHeads(head.log_id, head.sth.head.tree_size)->size() > 1);
    }
    const std::vector<PooledSct> scts =
        pool_->SctsAfter(last_sct_, kMaxGossipSignatureChecks * 4).value();
    for (const PooledSct& sct : scts) {
      last_sct_ = sct.id;
      Require(logs_->Find(sct.log_id) != nullptr && logs_->FindDenied(sct.log_id) == nullptr);
      Require(DecodeSct(sct.sct).value().timestamp_ms == sct.timestamp_ms);
      const std::vector<ByteVector> chain = pool_->Chain(sct.chain_id).value();
      Require(chain.size() == (sct.is_precert ? 2 : 1));
    }
    Vouched().clear();
  }

  std::uint64_t num_checks() const { return counts_.Get(daemon::Count::kGossipChecks); }

 private:
  Folder folder_;
  daemon::Counts counts_;
  daemon::Journal journal_{{"", -1, false}, [] { return kNowMs; }, counts_};
  std::shared_ptr<const LogList> logs_ = MakeLogs();
  std::unique_ptr<Pool> pool_;
  std::optional<daemon::GossipHandler> handler_;
  std::uint64_t drawn_ = 0;
  std::uint64_t last_head_ = 0;
  std::uint64_t last_sct_ = 0;
};

bool HasHeader(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) {
      return true;
    }
  }
  return false;
}

void CheckResponse(const HttpRequest& request, const HttpResponse& response) {
  static const std::set<int> kAllowed = {200, 400, 404, 405, 413, 415, 429, 503};
  Require(kAllowed.contains(response.status));
  Require(HasHeader(response, "TransGossipEnabled"));
  Require(HasHeader(response, "allow") == (response.status == 405));
  Require(HasHeader(response, "retry-after") || (response.status != 429 && response.status != 503));
  const std::optional<GossipRoute> route = FindGossipRoute(request.path);
  Require(route.has_value() || response.status == 404 || response.status == 429);
  if (route && response.status == 200 && route->endpoint == GossipEndpoint::kSthPollination) {
    const Result<HeadMessage> given = DecodeHeads(response.body);
    Require(given && given->skips.total() == 0 && given->heads.size() <= kMaxHeadsGiven);
    Require(given->dialect == DecodeHeads(request.body)->dialect);
  }
}

HttpServerOptions Options() {
  HttpServerOptions options;
  options.now_ms = [] { return kNowMs; };
  return options;
}

}  // namespace
}  // namespace tattle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tattle::fuzz::Require;
  static tattle::fuzz::Endpoint endpoint;
  static const tattle::HttpServerOptions options = tattle::fuzz::Options();
  endpoint.Begin();
  tattle::Http1Session session(options);
  session.Receive({data, size}, {});
  while (std::optional<tattle::HttpExchange> exchange = session.NextRequest({})) {
    const std::uint64_t before = endpoint.num_checks();
    const tattle::HttpResponse response = endpoint.Answer(exchange->request);
    tattle::fuzz::CheckResponse(exchange->request, response);
    // Heads and feedback, in headers and in the body.
    Require(endpoint.num_checks() - before <= 4 * tattle::kMaxGossipSignatureChecks);
    session.Respond(exchange->stream, response);
    tattle::ByteVector sent;
    constexpr std::size_t kAtOnce = 1U << 20U;
    session.TakeOutput(kAtOnce, sent);
  }
  endpoint.CheckPool();
  return 0;
}
