// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/capi/problem.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plugin/capi/guard.h"
#include "plugin/capi/sized_struct.h"

namespace tattle::capi {
namespace {

// Text says a problem in a line.
std::string Text(const Problem& problem) {
  if (!problem.text.empty()) {
    return problem.text;
  }
  if (problem.phrase == nullptr) {
    return Describe(problem.error);
  }
  std::string text = problem.error.field;
  return text.append(text.empty() ? "" : ": ").append(problem.phrase);
}

}  // namespace

tattle_status StatusOf(const Error& error) {
  switch (CategoryOf(error.code)) {
    case ErrorCategory::kMalformed:
      return TATTLE_ERR_MALFORMED;
    case ErrorCategory::kUnsupported:
      return TATTLE_ERR_UNSUPPORTED;
    case ErrorCategory::kArgument:
      return TATTLE_ERR_ARGUMENT;
    case ErrorCategory::kInternal:
      break;
  }
  return TATTLE_ERR_INTERNAL;
}

tl::unexpected<Problem> Failed(const Error& error) {
  return tl::unexpected(Problem{StatusOf(error), error, nullptr});
}

tl::unexpected<Problem> Misused(const char* argument, const char* phrase) {
  return tl::unexpected(
      Problem{TATTLE_ERR_MISUSE, Error{Errc::kInvalidArgument, 0, argument}, phrase});
}

tl::unexpected<Problem> Refused(std::string text) {
  return tl::unexpected(
      Problem{TATTLE_ERR_ARGUMENT, Error{Errc::kInvalidArgument}, nullptr, std::move(text)});
}

Problem BadStructSize(const char* field) {
  return {TATTLE_ERR_STRUCT_SIZE, Error{Errc::kBadLength, 0, field}, "is not one that can be"};
}

Outcome<Bytes> BytesFrom(const std::uint8_t* bytes, std::size_t len, const char* argument) {
  if (bytes == nullptr && len != 0) {
    return Misused(argument, "is NULL, but its length is not 0");
  }
  return bytes == nullptr ? Bytes() : Bytes(bytes, len);
}

tattle_status Finish(tattle_diag* diag, const Problem& problem) {
  if (diag == nullptr) {
    return problem.status;
  }
  tattle_diag said = {};
  if (problem.status != TATTLE_OK) {
    said.code = static_cast<std::uint32_t>(problem.error.code);
    said.offset = problem.error.offset;
    // Words need memory, which may be what there is none of; the code stands without them.
    Guard(0, 0, [&] {
      const std::string text = Text(problem);
      // One less than there is room for: the last byte stays NUL.
      std::copy_n(text.begin(), std::min(text.size(), sizeof(said.text) - 1),
                  std::begin(said.text));
      return 0;
    });
  }
  WriteStruct(*diag, said);
  return problem.status;
}

}  // namespace tattle::capi
