// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Base64 (RFC 4648, Section 4) and hexadecimal digits, strictly: one encoding for one value.

#ifndef TATTLE_CORE_BASE_BASE64_H_
#define TATTLE_CORE_BASE_BASE64_H_

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// DecodeBase64 reads the standard alphabet with padding and nothing else: no white space, no
// missing padding, no stray bits in the last character. Fails with kBadEncoding.
Result<ByteVector> DecodeBase64(std::string_view text);

// EncodeBase64 writes the standard alphabet with padding, on one line.
std::string EncodeBase64(Bytes bytes);

// DecodeHex reads digits of either case, two a byte. Fails with kBadEncoding.
Result<ByteVector> DecodeHex(std::string_view text);

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_BASE64_H_
