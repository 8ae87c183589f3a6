// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Every allocation may fail, and the caller is told. operator new is replaced for this program; it
// counts only while a test wants it to.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include <gtest/gtest.h>

#include <tattle/tattle.h>

#include "plugin/capi/handle.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace {

// How many more allocations succeed; below zero there is no limit.
thread_local long allocations_left = -1;

void* AllocateOrNull(std::size_t size) noexcept {
  if (allocations_left == 0) {
    return nullptr;
  }
  if (allocations_left > 0) {
    --allocations_left;
  }
  return std::malloc(size == 0 ? 1 : size);
}

void* Allocate(std::size_t size) {
  void* memory = AllocateOrNull(size);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return Allocate(size);
}
void* operator new[](std::size_t size) {
  return Allocate(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return AllocateOrNull(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return AllocateOrNull(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace tattle::capi::out_of_memory_test {
namespace {

constexpr std::uint64_t kNowMs = 1'792'000'000'000;
constexpr std::uint64_t kStampMs = 1'791'000'000'000;

// FailEach calls `call` with 0, 1, 2, ... allocations until one call succeeds, and counts the rest.
template <typename Call>
long FailEach(Call call) {
  for (long allocations = 0;; ++allocations) {
    allocations_left = allocations;
    const tattle_status status = call();
    allocations_left = -1;
    if (status == TATTLE_OK) {
      return allocations;
    }
    EXPECT_EQ(status, TATTLE_ERR_MEMORY) << "after " << allocations;
  }
}

class OutOfMemoryTest : public ::testing::Test {
 protected:
  OutOfMemoryTest() {
    evidence_.leaf = leaf_.data();
    evidence_.leaf_len = leaf_.size();
    evidence_.tls_scts = scts_.data();
    evidence_.tls_scts_len = scts_.size();
  }

  testlib::TestLog log_{"Alpha", "Operator A"};
  ByteVector leaf_ = testlib::TestCa("CA").Issue(testlib::TestKey::P256(), {});
  ByteVector scts_ = testlib::SctList({log_.SignX509(leaf_, kStampMs)});
  tattle_log_list list_{
      TrustedList{std::make_shared<const LogList>(testlib::ListOf({log_.Entry()})), {}}};
  tattle_evidence evidence_ = TATTLE_EVIDENCE_INIT;
};

TEST_F(OutOfMemoryTest, IsToldByVerifyAndEvaluate) {
  tattle_report* report = nullptr;
  tattle_diag diag = TATTLE_DIAG_INIT;
  EXPECT_GT(FailEach([&] { return tattle_verify(&list_, &report, &evidence_, kNowMs, &diag); }), 0);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(tattle_report_sct_status(report, 0), TATTLE_SCT_VALID);

  tattle_verdict* verdict = nullptr;
  EXPECT_GT(FailEach([&] {
              return tattle_evaluate(report, &verdict, TATTLE_POLICY_STRICT, kNowMs, &diag);
            }),
            0);
  ASSERT_NE(verdict, nullptr);
  tattle_verdict_free(verdict);
  tattle_report_free(report);
}

// Loading a list allocates thousands of times: the first twenty, then fewer and fewer.
TEST_F(OutOfMemoryTest, MakesNoLogList) {
  tattle_log_list* list = nullptr;
  for (long allocations = 0; list == nullptr; allocations += 1 + allocations / 20) {
    ASSERT_LT(allocations, 10'000'000);
    allocations_left = allocations;
    const tattle_status status = tattle_log_list_new_pinned(&list, nullptr);
    allocations_left = -1;
    EXPECT_EQ(list != nullptr, status == TATTLE_OK) << "after " << allocations;
  }
  EXPECT_EQ(tattle_log_list_num_skipped(list), 0U);
  tattle_log_list_free(list);
}

}  // namespace
}  // namespace tattle::capi::out_of_memory_test
