// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads into the pool, a thousand a batch, beside what one would write first: an SQLite table with
// the head's hash as its key. Both are filled before, since it is large tables that hurt. Budget:
// 2 us a head of CPU time, and a fifteenth of the peer.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include "core/base/bytes.h"
#include "core/base/writer.h"
#include "core/crypto/sha256.h"
#include "plugin/pool/pool.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle {
namespace {

constexpr std::uint64_t kBatch = 1000;
constexpr std::uint64_t kFilled = 200'000;
constexpr std::uint64_t kNumLogs = 20;
constexpr std::uint64_t kStartMs = 1'790'000'000'000;

// Signature is of the right form and size; the pool does not verify it.
ByteVector Signature() {
  ByteWriter writer;
  const std::array<std::uint8_t, 8> head = {4, 3, 0, 70, 0x30, 68, 2, 32};
  writer.WriteBytes(head);
  writer.WriteBytes(ByteVector(32, 0x55));
  writer.WriteUint16(0x0220);
  writer.WriteBytes(ByteVector(32, 0x44));
  return writer.Finish().value();
}

// Head is the i-th of a stream in which the logs take turns, each with a tree that grows.
SignedTreeHead Head(std::uint64_t i) {
  static const ByteVector signature = Signature();
  SignedTreeHead sth;
  sth.head.tree_size = 1'000'000'000 + i * 17;
  sth.head.timestamp_ms = kStartMs + i * 1000;
  // Spread over all roots, as hashes are.
  const std::uint64_t spread = i * 0x9e3779b97f4a7c15;
  for (unsigned byte = 0; byte < 8; ++byte) {
    sth.head.sha256_root_hash.at(byte) = static_cast<std::uint8_t>(spread >> (56 - 8 * byte));
  }
  sth.signature = signature;
  return sth;
}

LogId LogOf(std::uint64_t i) {
  LogId log_id = {};
  log_id.fill(static_cast<std::uint8_t>(i % kNumLogs));
  return log_id;
}

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

// Ours is a pool that has no bound in the way.
class Ours {
 public:
  Ours() {
    PoolOptions options;
    options.create = true;
    options.limits.unlinked_heads = 1'000'000'000;
    options.limits.file_size = std::uint64_t{1} << 40U;
    pool_ = Pool::Open(folder_.Path("pool.db"), options).value();
    while (next_ < kFilled) {
      AddBatch();
    }
  }

  void AddBatch() {
    Pool::Batch batch(*pool_);
    for (std::uint64_t i = 0; i < kBatch; ++i, ++next_) {
      Require(pool_->AddHead(LogOf(next_), Head(next_), HeadSource::kLog, kStartMs)->is_new);
    }
    Require(batch.Commit().has_value());
  }

  void AddAgain() {
    Pool::Batch batch(*pool_);
    for (std::uint64_t i = next_ - kBatch; i < next_; ++i) {
      Require(!pool_->AddHead(LogOf(i), Head(i), HeadSource::kLog, kStartMs)->is_new);
    }
    Require(batch.Commit().has_value());
  }

 private:
  testlib::ScratchFolder folder_;
  std::unique_ptr<Pool> pool_;
  std::uint64_t next_ = 0;
};

// Naive has the same columns and the same durability.
class Naive {
 public:
  Naive() {
    Require(sqlite3_open(folder_.Path("naive.db").c_str(), &database_) == SQLITE_OK);
    Execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
        "CREATE TABLE heads (id BLOB PRIMARY KEY, log BLOB, tree_size INTEGER, timestamp_ms "
        "INTEGER,"
        "root BLOB, signature BLOB, source INTEGER, state INTEGER, seen_ms INTEGER) WITHOUT ROWID");
    Require(sqlite3_prepare_v2(database_,
                               "INSERT OR IGNORE INTO heads VALUES (?, ?, ?, ?, ?, ?, 1, 1, ?)", -1,
                               &insert_, nullptr) == SQLITE_OK);
    while (next_ < kFilled) {
      AddBatch();
    }
  }
  ~Naive() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  Naive(const Naive&) = delete;
  Naive& operator=(const Naive&) = delete;

  void AddBatch() {
    Execute("BEGIN");
    for (std::uint64_t i = 0; i < kBatch; ++i, ++next_) {
      Add(LogOf(next_), Head(next_));
    }
    Execute("COMMIT");
  }

 private:
  void Add(const LogId& log_id, const SignedTreeHead& sth) {
    ByteWriter identity;
    identity.WriteBytes(log_id);
    identity.WriteUint64(sth.head.tree_size);
    identity.WriteUint64(sth.head.timestamp_ms);
    identity.WriteBytes(sth.head.sha256_root_hash);
    const Hash id = Sha256Of(identity.Finish().value());
    BindBlob(1, id);
    BindBlob(2, log_id);
    sqlite3_bind_int64(insert_, 3, static_cast<sqlite3_int64>(sth.head.tree_size));
    sqlite3_bind_int64(insert_, 4, static_cast<sqlite3_int64>(sth.head.timestamp_ms));
    BindBlob(5, sth.head.sha256_root_hash);
    BindBlob(6, sth.signature);
    sqlite3_bind_int64(insert_, 7, static_cast<sqlite3_int64>(kStartMs));
    Require(sqlite3_step(insert_) == SQLITE_DONE);
    sqlite3_reset(insert_);
  }
  void BindBlob(int index, Bytes bytes) {
    sqlite3_bind_blob(insert_, index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
  }
  void Execute(const char* sql) {
    Require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }

  testlib::ScratchFolder folder_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::uint64_t next_ = 0;
};

void ItemsAreHeads(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}

Ours& OurPool() {
  static Ours ours;
  return ours;
}

void AddNew(benchmark::State& state) {
  Ours& ours = OurPool();
  for (auto _ : state) {
    ours.AddBatch();
  }
  ItemsAreHeads(state);
}

void AddKnown(benchmark::State& state) {
  Ours& ours = OurPool();
  for (auto _ : state) {
    ours.AddAgain();
  }
  ItemsAreHeads(state);
}

void AddNaive(benchmark::State& state) {
  static Naive naive;
  for (auto _ : state) {
    naive.AddBatch();
  }
  ItemsAreHeads(state);
}

BENCHMARK(AddNew)->Name("pool/heads_1000/tattle")->Unit(benchmark::kMicrosecond);
BENCHMARK(AddKnown)->Name("pool/known_heads_1000/tattle")->Unit(benchmark::kMicrosecond);
BENCHMARK(AddNaive)->Name("pool/heads_1000/hash_key")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tattle

BENCHMARK_MAIN();
