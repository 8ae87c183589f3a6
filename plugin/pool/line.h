// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a pool holds as lines of JSON, one a record, to carry from one pool to another. README.md
// has the format.

#ifndef TATTLE_PLUGIN_POOL_LINE_H_
#define TATTLE_PLUGIN_POOL_LINE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "plugin/pool/records.h"

namespace tattle {

// SctLine is an SCT with all that is needed to check it anew.
struct SctLine {
  ByteVector sct;  // SerializedSCT
  bool is_precert = false;
  SctState state = SctState::kPending;
  std::uint64_t seen_ms = 0;
  std::vector<ByteVector> chain;  // DER, leaf first
  std::vector<std::string> hosts;
};

// PoolLine is a record. Of a PooledHead the id and the counts of proofs and reports stay behind.
using PoolLine = std::variant<PooledHead, SctLine, PooledEvidence>;

// EncodeLine writes a line, without a line end.
std::string EncodeLine(const PoolLine& line);

// DecodeLine reads what EncodeLine writes, byte for byte, and nothing else: a line that says more
// than we read would be believed for what we did not read. Verifies nothing. Fails with kTooLarge,
// kUnsupportedFormat for another type of record, kMissing, kBadLength, kOutOfRange, kBadEncoding.
Result<PoolLine> DecodeLine(std::string_view line);

std::string_view HeadSourceName(HeadSource source);  // "log", "pollination", "header", ...
std::string_view HeadStateName(HeadState state);     // "unlinked", "linked", "conflicting"
std::string_view SctStateName(SctState state);  // "pending", "included", "not_included", "skipped"

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_LINE_H_
