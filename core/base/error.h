// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Errors, level one of three.
//
//   Error      the function could not do its work (this file)
//   SctStatus  what is true of one SCT (core/verify/report.h); one bad SCT must not hide others
//   Verdict    what a policy makes of all of them (core/policy/policy.h)
//
// An Error is three plain words: a code, the offset of the byte where it was noticed, and the name
// of the field. It never allocates. The category of a code says who has to act, and only the
// category is promised to callers of the C ABI; codes may be split finer at any time.

#ifndef TATTLE_CORE_BASE_ERROR_H_
#define TATTLE_CORE_BASE_ERROR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace tattle {

enum class ErrorCategory : std::uint8_t {
  kMalformed = 1,    // the peer, or whoever made the input, sent something that is not what it says
  kUnsupported = 2,  // nobody: a later version, or an algorithm that we do not know; count and skip
  kArgument = 3,     // the operator or the caller: a file, an option, a configuration
  kInternal = 4,     // us, or the crypto library
};

// The high byte is the ErrorCategory.
enum class Errc : std::uint16_t {
  kTruncated = 0x0101,      // the input ends inside the field
  kTrailingBytes = 0x0102,  // bytes are left behind the last field
  kBadEncoding = 0x0103,    // not a legal encoding: DER, base64, JSON, UTF-8, a line of a note
  kBadLength = 0x0104,      // a length that the field's type does not allow
  kOutOfRange = 0x0105,     // a value that the field's type does not allow
  kDuplicate = 0x0106,      // something stands twice that may stand once
  kMissing = 0x0107,        // something is not there that must be
  kMismatch = 0x0108,       // two things that must agree do not: a hash, a signature, an origin
  kTooLarge = 0x0109,       // beyond a bound of core/base/limits.h

  kUnsupportedVersion = 0x0201,
  kUnsupportedAlgorithm = 0x0202,
  kUnsupportedFormat = 0x0203,

  kInvalidArgument = 0x0301,
  kNotAuthentic = 0x0302,  // a signature that the operator asked for is missing or wrong
  kOlder = 0x0303,         // an update that is older than what it would replace

  kInternal = 0x0401,
  kCryptoFailed = 0x0402,  // the crypto library could not do its work
};

constexpr ErrorCategory CategoryOf(Errc code) {
  return static_cast<ErrorCategory>(static_cast<std::uint16_t>(code) >> 8U);
}

struct Error {
  Errc code = Errc::kInternal;
  std::size_t offset = 0;  // of the first byte that could not be used, within the decoder's input
  const char* field = "";  // a literal such as "sct.extensions"; never freed
};

// ErrcName is the code as a lower-case word for logs and JSON, such as "truncated".
std::string_view ErrcName(Errc code);

// Describe says an error in a line, such as "sct.signature: truncated at byte 43".
std::string Describe(const Error& error);

template <typename T>
using Result = tl::expected<T, Error>;

// Fail makes the error half of a Result.
inline tl::unexpected<Error> Fail(Errc code, const char* field, std::size_t offset = 0) {
  return tl::unexpected<Error>(Error{code, offset, field});
}

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_ERROR_H_
