// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_TESTS_UNIT_POOL_POOL_FIXTURE_H_
#define TATTLE_TESTS_UNIT_POOL_POOL_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "plugin/pool/pool.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::testlib {

inline constexpr std::uint64_t kNowMs = 1'795'000'000'000;  // 2026-11-18

inline LogId LogNumber(std::uint8_t number) {
  LogId log_id = {};
  log_id.fill(number);
  return log_id;
}

// HeadOfSize is a head with a signature of the right form, which a pool does not verify.
inline SignedTreeHead HeadOfSize(std::uint64_t tree_size, std::uint8_t root = 1,
                                 std::uint64_t timestamp_ms = kNowMs) {
  SignedTreeHead sth;
  sth.head.tree_size = tree_size;
  sth.head.timestamp_ms = timestamp_ms;
  sth.head.sha256_root_hash.fill(root);
  sth.signature = {4, 3, 0, 8, 0x30, 6, 2, 1, 0x55, 2, 1, 0x44};
  return sth;
}

// PoolFixture has a pool in a folder of its own.
class PoolFixture : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    pool_.reset();
    options_.create = true;
    auto opened = Pool::Open(path(), options_);
    ASSERT_TRUE(opened) << opened.error().sentence;
    pool_ = *std::move(opened);
  }

  std::string path() const { return folder_.Path("pool.db"); }

  // Add adds a head and answers with its id.
  std::uint64_t Add(const SignedTreeHead& sth, std::uint64_t seen_ms = kNowMs) {
    return pool_->AddHead(LogNumber(1), sth, HeadSource::kLog, seen_ms).value().id;
  }

  ScratchFolder folder_;
  PoolOptions options_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_UNIT_POOL_POOL_FIXTURE_H_
