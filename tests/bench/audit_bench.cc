// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the auditor costs for each head of a log, beside what nobody can leave out: the check of its
// signature and of one consistency proof.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/merkle/consistency.h"
#include "plugin/audit/auditor.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/testlog/log.h"

namespace tattle {
namespace {

constexpr std::uint64_t kStartMs = 1'795'000'000'000;
constexpr std::uint64_t kHourMs = 3'600'000;
constexpr std::size_t kNumHeads = 256;

// Line is a log's heads, an hour apart, with the proof from each to the next.
struct Line {
  Log entry;
  std::vector<SignedTreeHead> heads;
  std::vector<std::vector<Hash>> proofs;
};

const Line& TheLine() {
  static const Line line = [] {
    const auto log = testlog::Log::Create({}, kStartMs).value();
    Line out;
    out.entry = log->ListEntry("https://log.test/");
    for (std::size_t i = 0; i < kNumHeads; ++i) {
      const std::uint64_t now_ms = kStartMs + i * kHourMs;
      if (!log->AddSynthetic(5, now_ms)) {
        std::abort();
      }
      out.heads.push_back(log->Head().value());
      if (i > 0) {
        out.proofs.push_back(log->Consistency(0, i * 5, i * 5 + 5).value());
      }
    }
    return out;
  }();
  return line;
}

bool IsGood(const Line& line, std::size_t i) {
  const bool is_signed = VerifyTreeHead(line.heads.at(i), *line.entry.key).value_or(false);
  if (i == 0) {
    return is_signed;
  }
  const TreeHead& older = line.heads.at(i - 1).head;
  const TreeHead& newer = line.heads.at(i).head;
  return is_signed && VerifyConsistency(older.tree_size, older.sha256_root_hash, newer.tree_size,
                                        newer.sha256_root_hash, line.proofs.at(i - 1));
}

// LineClient plays a log that answers at once; it checks what a client checks.
class LineClient : public LogClient {
 public:
  explicit LineClient(const Line& line) : LogClient(line.entry), line_(line) {}

  Answer<SignedTreeHead> FetchTreeHead() override {
    benchmark::DoNotOptimize(VerifyTreeHead(line_.heads.at(next_), *line_.entry.key));
    return line_.heads.at(next_++);
  }
  Answer<std::vector<Hash>> FetchConsistency(const TreeHead& older,
                                             const TreeHead& newer) override {
    const std::vector<Hash>& proof = line_.proofs.at(next_ - 2);
    if (!VerifyConsistency(older.tree_size, older.sha256_root_hash, newer.tree_size,
                           newer.sha256_root_hash, proof)) {
      return FailWith(FailureKind::kWrong, "bench", "the proof does not fold");
    }
    return proof;
  }
  Answer<InclusionProof> FetchInclusion(const Hash& /*leaf_hash*/,
                                        std::optional<std::uint64_t> /*leaf_index*/,
                                        const TreeHead& /*head*/) override {
    return FailWith(FailureKind::kRefused, "bench", "no inclusion");
  }
  Answer<void> FetchEntries(std::uint64_t /*first*/, std::uint64_t /*last*/,
                            const TreeHead& /*head*/, const Show& /*show*/) override {
    return FailWith(FailureKind::kRefused, "bench", "no entries");
  }
  Answer<std::vector<ByteVector>> FetchRoots() override { return std::vector<ByteVector>(); }
  Answer<ByteVector> AddChain(std::span<const ByteVector> /*chain*/) override {
    return FailWith(FailureKind::kRefused, "bench", "no submissions");
  }
  Answer<ByteVector> AddPreChain(std::span<const ByteVector> chain) override {
    return AddChain(chain);
  }

 private:
  const Line& line_;
  std::size_t next_ = 0;
};

void BareHead(benchmark::State& state) {
  const Line& line = TheLine();
  std::size_t i = 1;
  for (auto _ : state) {
    if (!IsGood(line, i)) {
      state.SkipWithError("a head or proof is bad");
    }
    i = i + 1 == kNumHeads ? 1 : i + 1;
  }
}
BENCHMARK(BareHead)->Name("audit/bare_head");

// AuditHead is one round: verify, compare, store, link, trust, plan; each durable on disk.
void AuditHead(benchmark::State& state) {
  const Line& line = TheLine();
  AuditOptions options;
  options.random = [] { return 0.5; };
  std::unique_ptr<testlib::ScratchFolder> folder;
  std::unique_ptr<Pool> pool;
  std::unique_ptr<Auditor> auditor;
  std::unique_ptr<LineClient> client;
  std::size_t i = kNumHeads;
  for (auto _ : state) {
    if (i == kNumHeads) {
      state.PauseTiming();
      auditor.reset();
      pool.reset();
      folder = std::make_unique<testlib::ScratchFolder>();
      PoolOptions pool_options;
      pool_options.create = true;
      pool = Pool::Open(folder->Path("pool"), pool_options).value();
      auditor = std::make_unique<Auditor>(*pool, options);
      client = std::make_unique<LineClient>(line);
      i = 0;
      state.ResumeTiming();
    }
    const auto summary = auditor->AuditLog(*client, kStartMs + i * kHourMs);
    if (!summary || summary->failure || (i > 0 && summary->num_linked != 1)) {
      state.SkipWithError("a head was not linked");
      break;
    }
    ++i;
  }
}
BENCHMARK(AuditHead)->Name("audit/head");

}  // namespace
}  // namespace tattle

BENCHMARK_MAIN();
