// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// LogOptions: which log it is to be.

#ifndef TATTLE_TESTS_TESTLOG_LOG_OPTIONS_H_
#define TATTLE_TESTS_TESTLOG_LOG_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/crypto/public_key.h"
#include "core/loglist/log_list.h"

namespace tattle::testlog {

struct LogOptions {
  std::string name = "amber";  // of the path below which it is served
  std::string operator_name = "Amber";
  LogKind kind = LogKind::kRfc6962;
  KeyType key_type = KeyType::kEcdsaP256;
  std::optional<std::string> key_pem;       // none: the store's, or a new one
  std::vector<ByteVector> roots;            // DER
  std::string store;                        // SQLite file; empty: in memory
  std::size_t num_faces = 1;                // who looks from where: see Log::Split
  std::uint64_t merge_delay_ms = 0;         // RFC 6962: from SCT to tree, at the least
  std::uint64_t head_interval_ms = 60'000;  // a new head after so long, even if nothing was added
  std::uint64_t mmd_s = 86'400;
  std::size_t max_get_entries = 1000;  // of one answer
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_LOG_OPTIONS_H_
