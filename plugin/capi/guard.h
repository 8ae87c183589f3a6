// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The boundary. Every entry point of tattle.h is one of four expressions:
//
//   Make   does work that can fail and makes a handle
//   Change does work that can fail on a builder
//   Get    looks at a handle and cannot fail
//   Free   deletes a handle
//
// and all of them go through Guard, which alone catches. Nothing thrown crosses into C.

#ifndef TATTLE_PLUGIN_CAPI_GUARD_H_
#define TATTLE_PLUGIN_CAPI_GUARD_H_

#include <cxxabi.h>

#include <cerrno>
#include <new>
#include <utility>

#include <tattle/tattle.h>

#include "core/base/error.h"
#include "plugin/capi/handle.h"
#include "plugin/capi/problem.h"
#include "plugin/capi/sized_struct.h"

namespace tattle::capi {

// KeepErrno gives the caller's errno back: TLS libraries' callers look at theirs after a handshake.
class KeepErrno {
 public:
  KeepErrno() = default;
  ~KeepErrno() { errno = errno_; }
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;

 private:
  int errno_ = errno;
};

// Guard calls `body` and catches what it throws; then the answer is `on_memory` or `on_other`.
template <typename Answer, typename Body>
Answer Guard(Answer on_memory, Answer on_other, Body body) {
  const KeepErrno keep_errno;
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return on_memory;
  } catch (const abi::__forced_unwind&) {
    // pthread_cancel: glibc ends the process if this is kept. It is no exception, C frames let it
    // pass.
    throw;
  } catch (...) {
    return on_other;
  }
}

// Work runs `body`, which returns a Problem, and tells `diag` of it.
template <typename Body>
tattle_status Work(tattle_diag* diag, Body body) {
  return Finish(diag, Guard(Problem{TATTLE_ERR_MEMORY, Error{Errc::kInternal}, "out of memory"},
                            Problem{TATTLE_ERR_INTERNAL, Error{Errc::kInternal}, nullptr}, body));
}

// Make runs `body`, which returns an Outcome of the handle's content, and puts a handle into `out`.
template <typename HandleType, typename Body>
tattle_status Make(HandleType** out, tattle_diag* diag, Body body) {
  if (out != nullptr) {
    *out = nullptr;
  }
  if (diag != nullptr && !CheckStructSize(*diag)) {
    return TATTLE_ERR_STRUCT_SIZE;
  }
  return Work(diag, [&]() -> Problem {
    if (out == nullptr) {
      return Misused("out").value();
    }
    Outcome<typename HandleType::Content> content = body();
    if (!content) {
      return content.error();
    }
    *out = new HandleType(*std::move(content));
    return {};
  });
}

// Change runs `body`, which returns an Outcome<void>, on the content of a builder; `argument` and
// `phrase` are for what is none.
template <typename HandleType, typename Body>
tattle_status Change(const HandleType* builder, tattle_diag* diag, Body body,
                     const char* argument = "builder", const char* phrase = "is no builder") {
  if (diag != nullptr && !CheckStructSize(*diag)) {
    return TATTLE_ERR_STRUCT_SIZE;
  }
  return Work(diag, [&]() -> Problem {
    const auto* content = HandleType::Open(builder);
    if (content == nullptr) {
      return Misused(argument, phrase).value();
    }
    const Outcome<void> outcome = body(**content);
    return outcome ? Problem() : outcome.error();
  });
}

// Get asks the content of `handle`; `otherwise` is the answer if it is no live handle.
template <typename HandleType, typename Answer, typename Ask>
Answer Get(const HandleType* handle, Answer otherwise, Ask ask) {
  return Guard(otherwise, otherwise, [&]() -> Answer {
    const auto* content = HandleType::Open(handle);
    return content == nullptr ? otherwise : ask(*content);
  });
}

// Free deletes a live handle and leaves anything else alone.
template <typename HandleType>
void Free(HandleType* handle) {
  Guard(0, 0, [&] {
    if (HandleType::Open(handle) != nullptr) {
      delete handle;
    }
    return 0;
  });
}

}  // namespace tattle::capi

#endif  // TATTLE_PLUGIN_CAPI_GUARD_H_
