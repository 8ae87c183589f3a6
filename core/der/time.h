// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_CORE_DER_TIME_H_
#define TATTLE_CORE_DER_TIME_H_

#include <cstdint>

#include "core/base/error.h"
#include "core/der/reader.h"

namespace tattle {

// DecodeDerTime reads a Time of a certificate in milliseconds: UTCTime "YYMMDDHHMMSSZ", in which
// YY of 50 and more is 19YY, or GeneralizedTime "YYYYMMDDHHMMSSZ" (RFC 5280, Section 4.1.2.5).
// Fails with kBadEncoding or kOutOfRange; times before 1970 are read as 1970.
Result<std::uint64_t> DecodeDerTime(const DerElement& time);

}  // namespace tattle

#endif  // TATTLE_CORE_DER_TIME_H_
