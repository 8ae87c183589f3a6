// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Real-world data: public certificates, proofs, tiles and lists that are not part of the project.
// The environment variable TATTLE_REAL_DATA names their folder. Where it is not set, tests that
// need them skip and say so; a folder that is missing or empty is a failure.

#ifndef TATTLE_TESTS_TESTLIB_REAL_DATA_H_
#define TATTLE_TESTS_TESTLIB_REAL_DATA_H_

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace tattle::testlib {

// RealData is the folder `name` of the real-world data, or nothing when there are none. Aborts the
// test program when the variable is set but the folder is missing or empty.
std::optional<std::filesystem::path> RealData(std::string_view name);

// ReadFile reads a whole file; aborts the test program when it cannot.
ByteVector ReadFile(const std::filesystem::path& path);

// ReadPem reads all certificates (or, with another label, other objects) of a PEM file as DER.
std::vector<ByteVector> ReadPem(const std::filesystem::path& path,
                                std::string_view label = "CERTIFICATE");

}  // namespace tattle::testlib

// At the top of a test: TATTLE_REAL_DATA_OR_SKIP(dir, "merkle"); then use `dir`.
// NOLINTBEGIN(bugprone-macro-parentheses): what it declares can't stand in parentheses
#define TATTLE_REAL_DATA_OR_SKIP(dir, name)                                      \
  const auto dir##_found = ::tattle::testlib::RealData(name);                    \
  if (!dir##_found)                                                              \
    GTEST_SKIP() << "TATTLE_REAL_DATA is not set: " << (name) << " not checked"; \
  const std::filesystem::path& dir = *dir##_found
// NOLINTEND(bugprone-macro-parentheses)

#endif  // TATTLE_TESTS_TESTLIB_REAL_DATA_H_
