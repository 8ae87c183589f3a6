// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/pem.h"

#include <string>

#include <gtest/gtest.h>

namespace tattle::cli::pem_test {
namespace {

TEST(EncodePemTest, BreaksLinesAt64) {
  EXPECT_EQ(EncodePem("X", {}), "-----BEGIN X-----\n-----END X-----\n");
  EXPECT_EQ(EncodePem("A B", ByteVector(48)),
            "-----BEGIN A B-----\n" + std::string(64, 'A') + "\n-----END A B-----\n");
  EXPECT_EQ(EncodePem("X", ByteVector(49)),
            "-----BEGIN X-----\n" + std::string(64, 'A') + "\nAA==\n-----END X-----\n");
}

}  // namespace
}  // namespace tattle::cli::pem_test
