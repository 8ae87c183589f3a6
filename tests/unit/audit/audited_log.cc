// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/audit/audited_log.h"

#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "core/merkle/hash.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "plugin/audit/evidence.h"

namespace tattle::testlib {
namespace {

constexpr std::uint64_t kStartMs = 1'795'000'000'000;

}  // namespace

AuditedLog::AuditedLog(LogKind kind, std::uint64_t mmd_s, std::uint64_t merge_delay_ms)
    : now_ms_(kStartMs), ca_("Audit CA") {
  testlog::LogOptions log_options;
  log_options.kind = kind;
  log_options.mmd_s = mmd_s;
  log_options.merge_delay_ms = merge_delay_ms;
  log_options.num_faces = 2;
  log_options.roots = {ca_.certificate()};
  std::vector<std::unique_ptr<testlog::Log>> logs;
  logs.push_back(testlog::Log::Create(log_options, now_ms_).value());
  service_ = testlog::Service::Create(std::move(logs)).value();
  testlog::ServerOptions server_options;
  server_options.listeners = {{}, {}};
  server_options.now_ms = [this] { return now_ms_.load(); };
  server_options.sequence_interval_ms = 0;
  server_ = testlog::BackgroundServer::Create(*service_, server_options).value();
  HttpOptions http_options;
  http_options.allow_http = true;
  http_options.retries = 0;
  http_ = std::make_unique<HttpClient>(http_options);
  for (std::size_t face = 0; face < 2; ++face) {
    entries_.push_back(log().ListEntry(server_->Url(log_options.name, face)));
  }
  options.random = [] { return 0.5; };
  options.say = [this](LogLevel, const std::string& line) { lines_.push_back(line); };
  Restart();
}

void AuditedLog::Restart() {
  auditor_.reset();
  pool_.reset();
  clients_.clear();
  for (const Log& entry : entries_) {
    clients_.push_back(LogClient::Create(entry, *http_));
  }
  PoolOptions pool_options;
  pool_options.create = true;
  auto pool = Pool::Open(folder_.Path("pool"), pool_options);
  if (!pool) {
    ADD_FAILURE() << pool.error().sentence;
    std::abort();
  }
  pool_ = *std::move(pool);
  auditor_ = std::make_unique<Auditor>(*pool_, options);
}

void AuditedLog::End(const TreeHead& last) {
  for (Log& entry : entries_) {
    entry.state = LogState::kReadOnly;
    entry.final_tree_head = FinalTreeHead{last.tree_size, last.sha256_root_hash};
  }
  Restart();
}

void AuditedLog::Reject(std::uint64_t since_ms) {
  for (Log& entry : entries_) {
    entry.state = LogState::kRejected;
    entry.state_since_ms = since_ms;
  }
  Restart();
}

std::uint64_t AuditedLog::AuditorsNow() const {
  return now_ms_ + static_cast<std::uint64_t>(skew_ms);  // wraps for a clock that is behind
}

void AuditedLog::Grow(std::uint64_t num_entries, std::uint64_t later_ms) {
  now_ms_ += later_ms;
  if (num_entries > 0) {
    EXPECT_TRUE(log().AddSynthetic(num_entries, now_ms_));
  }
  EXPECT_TRUE(log().Sequence(now_ms_));
}

AuditSummary AuditedLog::Audit(std::size_t face) {
  const PoolResult<AuditSummary> summary = auditor_->AuditLog(*clients_.at(face), AuditorsNow());
  EXPECT_TRUE(summary) << summary.error().sentence;
  return summary ? *summary : AuditSummary();
}

void AuditedLog::Observe(std::size_t face) {
  TestCertificateSpec spec;
  spec.serial = serial_++;
  const std::vector<ByteVector> chain = {ca_.Issue(TestKey::P256(), spec), ca_.certificate()};
  const auto bytes = log().Submit(EntryType::kX509, chain, now_ms_, face);
  ASSERT_TRUE(bytes) << bytes.error().sentence;
  const Sct decoded = DecodeSct(*bytes).value();
  PooledSct sct;
  sct.log_id = decoded.log_id;
  sct.sct = *bytes;
  sct.leaf_hash = HashLeaf(
      EncodeMerkleTreeLeaf(
          {decoded.timestamp_ms, {EntryType::kX509, chain.front(), {}}, decoded.extensions})
          .value());
  sct.timestamp_ms = decoded.timestamp_ms;
  sct.leaf_index = decoded.leaf_index;
  sct.seen_ms = AuditorsNow();
  sct.next_try_ms = decoded.timestamp_ms + entry().mmd_s * 1000;
  EXPECT_TRUE(pool_->AddSct(sct, chain, "host.test"));
}

void AuditedLog::Import(const SignedTreeHead& sth, HeadSource source) {
  EXPECT_TRUE(pool_->AddHead(entry().log_id, sth, source, AuditorsNow()));
}

void AuditedLog::Tell(const std::string& lie, std::optional<std::size_t> face) {
  const auto told = log().Tell(lie, face, now_ms_);
  EXPECT_TRUE(told) << told.error();
}

std::vector<std::string> AuditedLog::Verdicts() {
  std::set<std::string> verdicts;
  const std::vector<PooledEvidence> all = pool_->ListEvidence().value();
  for (const PooledEvidence& evidence : all) {
    const Result<Claim> claim = DecodeClaim(AsBytes(evidence.json));
    EXPECT_TRUE(claim);
    const Result<Finding> finding = VerifyClaim(*claim, &entry());
    EXPECT_TRUE(finding) << Describe(finding.error());
    EXPECT_EQ(ClaimId(*claim), evidence.claim_id);
    EXPECT_EQ(ClaimKindName(claim->kind), evidence.kind);
    EXPECT_EQ(evidence.is_conclusive, finding->weight == Weight::kConclusive);
    verdicts.insert(evidence.kind +
                    (finding->weight == Weight::kConclusive ? " conclusive" : " indicative"));
  }
  return {verdicts.begin(), verdicts.end()};
}

std::vector<PooledSct> AuditedLog::Scts() {
  return pool_->SctsAfter(0, 10'000).value();
}
std::vector<PooledHead> AuditedLog::Heads() {
  return pool_->HeadsAfter(0, 10'000).value();
}

}  // namespace tattle::testlib
