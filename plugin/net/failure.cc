// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/failure.h"

namespace tattle {

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

}  // namespace tattle
