// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Entries that nobody submitted: to fill a log for a benchmark, and for a log that lies about what
// it holds.

#ifndef TATTLE_TESTS_TESTLOG_SYNTHETIC_H_
#define TATTLE_TESTS_TESTLOG_SYNTHETIC_H_

#include <cstdint>

#include "core/base/bytes.h"

namespace tattle::testlog {

// EncodeSyntheticCertificate writes a certificate that parses and that nobody signed: number and
// DNS name by `number`, valid for 90 days from `now_ms`, for the key `spki`. About 400 bytes.
ByteVector EncodeSyntheticCertificate(std::uint64_t number, Bytes spki, std::uint64_t now_ms);

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_SYNTHETIC_H_
