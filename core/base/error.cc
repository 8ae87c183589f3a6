// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/error.h"

namespace tattle {
namespace {

// Phrase completes the sentence "FIELD: ..." of Describe.
std::string_view Phrase(Errc code) {
  switch (code) {
    case Errc::kTruncated:
      return "truncated";
    case Errc::kTrailingBytes:
      return "bytes left over";
    case Errc::kBadEncoding:
      return "not properly encoded";
    case Errc::kBadLength:
      return "length not allowed";
    case Errc::kOutOfRange:
      return "value not allowed";
    case Errc::kDuplicate:
      return "occurs twice";
    case Errc::kMissing:
      return "missing";
    case Errc::kMismatch:
      return "does not match";
    case Errc::kTooLarge:
      return "larger than the limit";
    case Errc::kUnsupportedVersion:
      return "unsupported version";
    case Errc::kUnsupportedAlgorithm:
      return "unsupported algorithm";
    case Errc::kUnsupportedFormat:
      return "unsupported format";
    case Errc::kInvalidArgument:
      return "invalid argument";
    case Errc::kNotAuthentic:
      return "signature missing or wrong";
    case Errc::kOlder:
      return "older than what is there";
    case Errc::kInternal:
      return "internal error";
    case Errc::kCryptoFailed:
      return "crypto library failed";
  }
  return "unknown error";
}

}  // namespace

std::string_view ErrcName(Errc code) {
  switch (code) {
    case Errc::kTruncated:
      return "truncated";
    case Errc::kTrailingBytes:
      return "trailing_bytes";
    case Errc::kBadEncoding:
      return "bad_encoding";
    case Errc::kBadLength:
      return "bad_length";
    case Errc::kOutOfRange:
      return "out_of_range";
    case Errc::kDuplicate:
      return "duplicate";
    case Errc::kMissing:
      return "missing";
    case Errc::kMismatch:
      return "mismatch";
    case Errc::kTooLarge:
      return "too_large";
    case Errc::kUnsupportedVersion:
      return "unsupported_version";
    case Errc::kUnsupportedAlgorithm:
      return "unsupported_algorithm";
    case Errc::kUnsupportedFormat:
      return "unsupported_format";
    case Errc::kInvalidArgument:
      return "invalid_argument";
    case Errc::kNotAuthentic:
      return "not_authentic";
    case Errc::kOlder:
      return "older";
    case Errc::kInternal:
      return "internal";
    case Errc::kCryptoFailed:
      return "crypto_failed";
  }
  return "unknown";
}

std::string Describe(const Error& error) {
  std::string out;
  if (*error.field != '\0') {
    out.append(error.field).append(": ");
  }
  out.append(Phrase(error.code));
  // Offsets mean something only where bytes were read.
  if (CategoryOf(error.code) == ErrorCategory::kMalformed && error.offset != 0) {
    out.append(" at byte ").append(std::to_string(error.offset));
  }
  return out;
}

}  // namespace tattle
