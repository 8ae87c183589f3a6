// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The parameters of a request.

#ifndef TATTLE_TESTS_TESTLOG_QUERY_H_
#define TATTLE_TESTS_TESTLOG_QUERY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "tests/testlog/log_key.h"

namespace tattle::testlog {

// FindText is the value of a parameter, decoded. As servers have it, "+" is a blank: a hash in
// base64 must be escaped. Fails with a sentence when it is missing, twice there, or broken.
Outcome<std::string> FindText(std::string_view query, std::string_view name);

// FindNumber wants digits only, and at most 2^63; FindHash 32 bytes in base64.
Outcome<std::uint64_t> FindNumber(std::string_view query, std::string_view name);
Outcome<Hash> FindHash(std::string_view query, std::string_view name);

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_QUERY_H_
