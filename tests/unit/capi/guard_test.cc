// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/capi/guard.h"

#include <pthread.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <tattle/tattle.h>

#include "tests/testlib/ct_log.h"

namespace tattle::capi::guard_test {
namespace {

using Content = TrustedList;

Content SomeList() {
  return {std::make_shared<const LogList>(testlib::ListOf({})), {}};
}

TEST(MakeTest, TurnsWhatIsThrownIntoAStatus) {
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_log_list* list = nullptr;
  EXPECT_EQ(Make(&list, &diag, []() -> Outcome<Content> { throw std::bad_alloc(); }),
            TATTLE_ERR_MEMORY);
  EXPECT_STREQ(diag.text, "out of memory");
  EXPECT_EQ(Make(&list, &diag, []() -> Outcome<Content> { throw std::runtime_error("x"); }),
            TATTLE_ERR_INTERNAL);
  EXPECT_STREQ(diag.text, "internal error");
  EXPECT_EQ(Make(&list, &diag, []() -> Outcome<Content> { throw 1; }), TATTLE_ERR_INTERNAL);
  EXPECT_EQ(list, nullptr);
}

TEST(MakeTest, GivesEachCategoryItsStatus) {
  const std::pair<Errc, tattle_status> cases[] = {
      {Errc::kTruncated, TATTLE_ERR_MALFORMED},
      {Errc::kTooLarge, TATTLE_ERR_MALFORMED},
      {Errc::kUnsupportedVersion, TATTLE_ERR_UNSUPPORTED},
      {Errc::kNotAuthentic, TATTLE_ERR_ARGUMENT},
      {Errc::kCryptoFailed, TATTLE_ERR_INTERNAL},
  };
  for (const auto& [code, want] : cases) {
    tattle_diag diag = TATTLE_DIAG_INIT;
    tattle_log_list* list = nullptr;
    const Error error{code, 7, "field"};
    EXPECT_EQ(Make(&list, &diag, [&]() -> Outcome<Content> { return Failed(error); }), want);
    EXPECT_EQ(list, nullptr);
    EXPECT_EQ(diag.code, static_cast<std::uint32_t>(code));
    EXPECT_EQ(diag.offset, 7U);
    EXPECT_EQ(diag.text, Describe(error));
  }
}

TEST(MakeTest, CutsALongTextAndEndsItInANul) {
  const std::string field(500, 'x');
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_log_list* list = nullptr;
  const auto fail = [&]() -> Outcome<Content> { return Misused(field.c_str()); };
  EXPECT_EQ(Make(&list, &diag, fail), TATTLE_ERR_MISUSE);
  EXPECT_EQ(diag.text, std::string(sizeof(diag.text) - 1, 'x'));
}

TEST(MakeTest, MakesAHandleOfASuccess) {
  tattle_log_list* list = nullptr;
  ASSERT_EQ(Make(&list, nullptr, []() -> Outcome<Content> { return SomeList(); }), TATTLE_OK);
  EXPECT_NE(tattle_log_list::Open(list), nullptr);
  Free(list);
}

TEST(MakeTest, DoesNoWorkThatItCouldNotHandOver) {
  bool worked = false;
  const auto work = [&]() -> Outcome<Content> {
    worked = true;
    return SomeList();
  };
  tattle_log_list** const nowhere = nullptr;
  EXPECT_EQ(Make(nowhere, nullptr, work), TATTLE_ERR_MISUSE);
  tattle_diag diag = {};  // struct_size is 0
  tattle_log_list* list = nullptr;
  EXPECT_EQ(Make(&list, &diag, work), TATTLE_ERR_STRUCT_SIZE);
  EXPECT_FALSE(worked);
}

TEST(GuardTest, GivesErrnoBack) {
  errno = ENOTTY;
  EXPECT_EQ(Guard(1, 2,
                  [] {
                    errno = EINVAL;
                    return 3;
                  }),
            3);
  EXPECT_EQ(errno, ENOTTY);
  EXPECT_EQ(Guard(1, 2,
                  []() -> int {
                    errno = EINVAL;
                    throw std::bad_alloc();
                  }),
            1);
  EXPECT_EQ(errno, ENOTTY);
}

TEST(GetTest, AnswersAnExceptionWithWhatItSaysOtherwise) {
  tattle_log_list list(SomeList());
  EXPECT_EQ(Get(&list, 5, [](const Content&) -> int { throw std::runtime_error("x"); }), 5);
  EXPECT_EQ(Get(&list, 5, [](const Content&) { return 6; }), 6);
}

// As<T> is what a C program does by mistake.
template <typename T>
T* As(void* handle) {
  return static_cast<T*>(handle);
}

TEST(HandleTest, IsRefusedWhereAnotherKindIsWanted) {
  tattle_log_list list(SomeList());
  EXPECT_EQ(tattle_report_num_scts(As<tattle_report>(&list)), 0U);
  EXPECT_EQ(tattle_verdict_compliance(As<tattle_verdict>(&list)), TATTLE_UNDECIDED);
  tattle_verdict* verdict = nullptr;
  EXPECT_EQ(tattle_evaluate(As<tattle_report>(&list), &verdict, TATTLE_POLICY_CHROME, 0, nullptr),
            TATTLE_ERR_MISUSE);
  tattle_verdict_free(As<tattle_verdict>(&list));  // does nothing; ASan would tell
  EXPECT_EQ(tattle_log_list_is_stale(&list, 0), 0);
}

void CancelMyself(bool* unwound) {
  struct Unwound {
    bool* flag;
    ~Unwound() { *flag = true; }
  };
  const Unwound on_exit{unwound};
  Guard(0, 0, [] {
    pthread_cancel(pthread_self());
    pthread_testcancel();
    return 0;
  });
}

// glibc cancels a thread by unwinding it and ends the process if somebody stops that.
TEST(GuardTest, LetsTheCancellationOfAThreadPass) {
  bool unwound = false;
  pthread_t thread = {};
  const auto start = [](void* flag) -> void* {
    CancelMyself(static_cast<bool*>(flag));
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, nullptr, start, &unwound), 0);
  void* result = nullptr;
  ASSERT_EQ(pthread_join(thread, &result), 0);
  EXPECT_EQ(result, PTHREAD_CANCELED);
  EXPECT_TRUE(unwound);
}

}  // namespace
}  // namespace tattle::capi::guard_test
