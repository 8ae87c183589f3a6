// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Why a call of tattle.h failed, and how the caller is told.

#ifndef TATTLE_PLUGIN_CAPI_PROBLEM_H_
#define TATTLE_PLUGIN_CAPI_PROBLEM_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include <tl/expected.hpp>

#include <tattle/tattle.h>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle::capi {

// Problem is why a call failed. `phrase` says it in words where the Error does not, and `text`
// where the words had to be put together.
struct Problem {
  tattle_status status = TATTLE_OK;
  Error error;
  const char* phrase = nullptr;
  std::string text = {};
};

template <typename T>
using Outcome = tl::expected<T, Problem>;

// StatusOf is the status that stands for an Error: its category is all that is promised.
tattle_status StatusOf(const Error& error);

// Failed makes the error half of an Outcome out of core's.
tl::unexpected<Problem> Failed(const Error& error);

// Misused makes the error half of an Outcome when the caller broke a rule about `argument`.
tl::unexpected<Problem> Misused(const char* argument, const char* phrase = "must not be NULL");

// Refused makes the error half of an Outcome when what was configured may not be used.
tl::unexpected<Problem> Refused(std::string text);

// BadStructSize is the problem of a struct that sized_struct.h refuses.
Problem BadStructSize(const char* field);

// BytesFrom checks a pointer and a length. The result borrows from the caller.
Outcome<Bytes> BytesFrom(const std::uint8_t* bytes, std::size_t len, const char* argument);

// Finish writes what there is to say into `diag`, if it is not null, and returns the status.
tattle_status Finish(tattle_diag* diag, const Problem& problem);

}  // namespace tattle::capi

#endif  // TATTLE_PLUGIN_CAPI_PROBLEM_H_
