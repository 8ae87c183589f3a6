// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One form for all signatures that say the same.

#ifndef TATTLE_CORE_WIRE_CANONICAL_SIGNATURE_H_
#define TATTLE_CORE_WIRE_CANONICAL_SIGNATURE_H_

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// CanonicalSignature takes an encoded DigitallySigned and writes the one that stands for it and its
// twin: whoever has a signature (r, s) of ECDSA can make (r, n-s), which verifies too, and so plant
// a mark. Of the two it is the one with the smaller s, in DER. RSA has one signature a message,
// which stays as it is. What it writes verifies when the input does.
//
// Fails as DecodeDigitallySigned does, with kBadEncoding for an ECDSA signature that is not strict
// DER, kOutOfRange for an r or s that is not of 1..n-1 of P-256, kUnsupportedAlgorithm for other
// algorithms than those of RFC 6962, Section 2.1.4.
Result<ByteVector> CanonicalSignature(Bytes digitally_signed);

}  // namespace tattle

#endif  // TATTLE_CORE_WIRE_CANONICAL_SIGNATURE_H_
