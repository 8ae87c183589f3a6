// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/failure.h"

#include "plugin/runtime/config_value.h"

namespace tattle {
namespace {

// What a sentence has room for: a URL with a proof's question in it, and a few lines of text.
constexpr std::size_t kMaxWhere = 240;
constexpr std::size_t kMaxWhat = 400;

}  // namespace

std::string_view FailureKindName(FailureKind kind) {
  switch (kind) {
    case FailureKind::kCancelled:
      return "cancelled";
    case FailureKind::kRefused:
      return "refused";
    case FailureKind::kNetwork:
      return "network";
    case FailureKind::kTls:
      return "tls";
    case FailureKind::kStatus:
      return "status";
    case FailureKind::kTooLarge:
      return "too_large";
    case FailureKind::kMalformed:
      return "malformed";
    case FailureKind::kNotFound:
      return "not_found";
    case FailureKind::kBadSignature:
      return "bad_signature";
    case FailureKind::kWrong:
      return "wrong";
  }
  return "network";
}

Failure MakeFailure(FailureKind kind, std::string_view where, std::string_view what) {
  Failure failure;
  failure.kind = kind;
  failure.sentence = Excerpt(where, kMaxWhere) + ": " + Excerpt(what, kMaxWhat);
  return failure;
}

}  // namespace tattle
