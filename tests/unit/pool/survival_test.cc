// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What was acknowledged survives: the death of the process at any moment, and a full disk.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/base/writer.h"
#include "core/crypto/sha256.h"
#include "plugin/pool/pool.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::survival_test {
namespace {

using testlib::HeadOfSize;
using testlib::kNowMs;
using testlib::LogNumber;

constexpr std::uint64_t kBatch = 20;

PoolOptions Options() {
  PoolOptions options;
  options.create = true;
  options.limits.unlinked_heads = 1'000'000;
  return options;
}

// SctNumber is an SCT that is like no other: version 1, an empty signature.
PooledSct SctNumber(std::uint64_t number) {
  PooledSct sct;
  sct.log_id = LogNumber(1);
  ByteWriter writer;
  writer.WriteUint8(0);
  writer.WriteBytes(sct.log_id);
  writer.WriteUint64(number);
  writer.WriteBytes(ByteVector{0, 0, 4, 3, 0, 0});
  sct.sct = writer.Finish().value();
  sct.leaf_hash = Sha256Of(sct.sct);
  sct.timestamp_ms = number;
  sct.seen_ms = kNowMs;
  return sct;
}

// ChainNumber has an issuer that all have in common.
std::vector<ByteVector> ChainNumber(std::uint64_t number) {
  return {SctNumber(number).sct, {'i', 's', 's', 'u', 'e', 'r'}};
}

std::string HostNumber(std::uint64_t number) {
  return "host" + std::to_string(number) + ".example";
}

bool AddSctNumber(Pool& pool, std::uint64_t number) {
  const PooledSct sct = SctNumber(number);
  const std::vector<ByteVector> chain = ChainNumber(number);
  return pool.AddSct(sct, chain, HostNumber(number)) && pool.AddSct(sct, chain, "all.example");
}

// CheckSctsAfter checks those behind an id, the first of which has a number; moves both behind the
// last. It finds whatever is twice, is half, or has another's chain or hosts.
void CheckSctsAfter(Pool& pool, std::uint64_t& id, std::uint64_t& number) {
  const std::vector<PooledSct> scts = pool.SctsAfter(id, 1'000'000).value();
  for (const PooledSct& sct : scts) {
    id = sct.id;
    EXPECT_EQ(sct.sct, SctNumber(number).sct) << "twice, or lost";
    EXPECT_EQ(sct.leaf_hash, SctNumber(number).leaf_hash);
    EXPECT_EQ(pool.Chain(sct.chain_id).value(), ChainNumber(number));
    std::vector<std::string> hosts = pool.SctHosts(sct.id).value();
    std::sort(hosts.begin(), hosts.end());
    EXPECT_EQ(hosts, (std::vector<std::string>{"all.example", HostNumber(number)}));
    ++number;
  }
}

// Ingest adds heads and SCTs from `first` on until it is killed, and writes to the pipe up to where
// everything is committed: when it begins, and after each batch.
[[noreturn]] void Ingest(const std::string& path, std::uint64_t first, int acknowledge) {
  const auto pool = Pool::Open(path, Options());
  std::uint64_t next = first;
  while (pool && write(acknowledge, &next, sizeof(next)) == sizeof(next)) {
    Pool::Batch batch(**pool);
    for (std::uint64_t i = 0; i < kBatch; ++i, ++next) {
      // The SCT before comes once more, as after a restart: it is known.
      if (!(*pool)->AddHead(LogNumber(1), HeadOfSize(next), HeadSource::kLog, kNowMs) ||
          !AddSctNumber(**pool, next) || !AddSctNumber(**pool, next == 0 ? 0 : next - 1)) {
        _exit(1);
      }
    }
    if (!batch.Commit()) {
      _exit(1);
    }
  }
  _exit(1);
}

// Death is when a child is killed: so many acknowledgements after its start, and a moment.
struct Death {
  std::uint64_t acknowledgements = 0;
  std::chrono::microseconds moment = {};
};

// Round lets a child ingest and kills it; answers with what it acknowledged.
std::uint64_t Round(const std::string& path, std::uint64_t first, const Death& death) {
  std::array<int, 2> ends = {};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    Ingest(path, first, ends[1]);
  }
  close(ends[1]);
  std::uint64_t acknowledged = first;
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < death.acknowledgements; ++i) {
    EXPECT_EQ(read(ends[0], &value, sizeof(value)), sizeof(value)) << "it failed by itself";
    acknowledged = value;
  }
  std::this_thread::sleep_for(death.moment);  // not for anything: the moment is what is tried
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "it failed before it was killed";
  while (read(ends[0], &value, sizeof(value)) == sizeof(value)) {
    acknowledged = value;
  }
  close(ends[0]);
  return acknowledged;
}

TEST(KillTest, LosesNothingAcknowledgedAndKeepsNothingTwice) {
  const testlib::ScratchFolder folder;
  const std::string path = folder.Path("pool.db");
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): the same each time
  std::mt19937_64 random(11);
  std::uint64_t next = 0;
  std::uint64_t num_with_work = 0;
  std::uint64_t last_sct = 0;
  std::uint64_t num_scts = 0;
  for (int round = 0; round < 100; ++round) {
    // Some die while they still open the file, or make it.
    const Death death = {random() % 6, std::chrono::microseconds(random() % 2000)};
    const std::uint64_t acknowledged = Round(path, next, death);
    num_with_work += acknowledged > next ? 1U : 0U;
    const auto pool = Pool::Open(path, Options());
    ASSERT_TRUE(pool) << pool.error().sentence;
    std::map<std::uint64_t, int> times;
    const std::vector<PooledHead> heads = (*pool)->HeadsAfter(0, 1'000'000).value();
    for (const PooledHead& head : heads) {
      ++times[head.sth.head.tree_size];
    }
    ASSERT_GE(times.size(), acknowledged);
    ASSERT_EQ(times.size() % kBatch, 0U) << "half a batch";
    std::uint64_t want = 0;
    for (const auto& [size, count] : times) {
      ASSERT_EQ(size, want++);
      ASSERT_EQ(count, 1);
    }
    CheckSctsAfter(**pool, last_sct, num_scts);
    ASSERT_EQ(num_scts, times.size()) << "a batch has as many SCTs as heads";
    ASSERT_EQ((*pool)->Counts()->certificates, times.empty() ? 0 : times.size() + 1);
    ASSERT_FALSE(HasFailure()) << "in round " << round;
    next = times.size();
  }
  EXPECT_GT(num_with_work, 20U) << "the children died before they did anything";
  const auto pool = Pool::Open(path, Options()).value();
  EXPECT_TRUE(pool->Check()->empty());
  EXPECT_EQ(pool->SctsAfter(0, 1'000'000)->size(), num_scts);
}

// FileSizeLimit stands for a full disk while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t size) {
    previous_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &previous_);
    rlimit limit = previous_;
    limit.rlim_cur = size;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, previous_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit previous_ = {};
  void (*previous_handler_)(int) = nullptr;
};

// AddUntilFull adds batches until one fails; answers with the heads of those that did not.
std::uint64_t AddUntilFull(Pool& pool, std::uint64_t first, PoolFailure& failure) {
  for (std::uint64_t next = first; next < 1'000'000; next += 100) {
    Pool::Batch batch(pool);
    for (std::uint64_t i = next; i < next + 100; ++i) {
      static_cast<void>(pool.AddHead(LogNumber(1), HeadOfSize(i), HeadSource::kLog, kNowMs));
    }
    if (const PoolResult<void> done = batch.Commit(); !done) {
      failure = done.error();
      return next;
    }
  }
  return 0;
}

TEST(DiskFullTest, UndoesTheBatchAndGoesOnWhenThereIsRoom) {
  const testlib::ScratchFolder folder;
  const auto pool = Pool::Open(folder.Path("pool.db"), Options()).value();
  PoolFailure failure;
  std::uint64_t kept = 0;
  {
    const FileSizeLimit limit(2'000'000);
    kept = AddUntilFull(*pool, 0, failure);
    EXPECT_EQ(failure.fault, PoolFault::kDiskFull) << failure.sentence;
    ASSERT_GT(kept, 0U);
    EXPECT_EQ(pool->HeadsAfter(0, 1'000'000)->size(), kept);
    EXPECT_EQ(pool->Counts()->logs.front().unlinked, kept);
    EXPECT_EQ(AddUntilFull(*pool, kept, failure), kept) << "still full";
  }
  EXPECT_TRUE(pool->AddHead(LogNumber(1), HeadOfSize(kept), HeadSource::kLog, kNowMs)->is_new);
  EXPECT_EQ(pool->HeadsAfter(0, 1'000'000)->size(), kept + 1);
  EXPECT_TRUE(pool->Check()->empty());
}

TEST(DiskFullTest, TheBoundOfTheFileHolds) {
  const testlib::ScratchFolder folder;
  PoolOptions options = Options();
  options.limits.file_size = 1'000'000;
  const std::string path = folder.Path("pool.db");
  auto pool = Pool::Open(path, options).value();
  PoolFailure failure;
  const std::uint64_t kept = AddUntilFull(*pool, 0, failure);
  EXPECT_EQ(failure.fault, PoolFault::kDiskFull) << failure.sentence;
  ASSERT_GT(kept, 0U);
  EXPECT_LE(pool->Counts()->file_size, options.limits.file_size);
  pool = nullptr;
  pool = Pool::Open(path, options).value();
  EXPECT_EQ(pool->HeadsAfter(0, 1'000'000)->size(), kept);
  // Making room is possible in a full file, and then there is some.
  EXPECT_EQ(pool->Prune(kNowMs + 15 * kMsPerDay)->heads, kept);
  EXPECT_TRUE(pool->AddHead(LogNumber(1), HeadOfSize(0), HeadSource::kLog, kNowMs)->is_new);
}

TEST(DiskFullTest, MakesNoHalfFile) {
  const testlib::ScratchFolder folder;
  const std::string path = folder.Path("pool.db");
  {
    const FileSizeLimit limit(8192);
    const auto pool = Pool::Open(path, Options());
    ASSERT_FALSE(pool);
    EXPECT_EQ(pool.error().fault, PoolFault::kDiskFull) << pool.error().sentence;
  }
  EXPECT_TRUE(Pool::Open(path, Options()));
}

}  // namespace
}  // namespace tattle::survival_test
