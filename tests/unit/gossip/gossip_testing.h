// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the tests of core/gossip share.

#ifndef TATTLE_TESTS_UNIT_GOSSIP_GOSSIP_TESTING_H_
#define TATTLE_TESTS_UNIT_GOSSIP_GOSSIP_TESTING_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/gossip/feedback.h"
#include "core/gossip/heads.h"
#include "core/gossip/mix.h"
#include "core/wire/tree_head.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle::gossip_testing {

inline constexpr std::uint64_t kNowMs = 1'795'000'000'000;

// SignedBy is a head signed by hand, not by core/wire.
inline SignedTreeHead SignedBy(const testlib::TestKey& key, const TreeHead& head,
                               std::uint8_t algorithm = 3) {
  const ByteVector signature = key.Sign(testlib::Join({{0 /* v1 */, 1 /* tree_hash */},
                                                       testlib::Uint(head.timestamp_ms, 8),
                                                       testlib::Uint(head.tree_size, 8),
                                                       ToVector(head.sha256_root_hash)}));
  return {head, testlib::Join({{4, algorithm}, testlib::Uint(signature.size(), 2), signature})};
}

inline GossipHead HeadOf(const testlib::TestLog& log, std::uint64_t tree_size,
                         std::uint64_t timestamp_ms = kNowMs, std::uint8_t root = 1) {
  return {log.log_id(), SignedBy(log.key(), {tree_size, timestamp_ms, {root}})};
}

// Unsigned is a head that decodes, without the cost of a signature.
inline GossipHead Unsigned(std::uint8_t log, std::uint64_t tree_size) {
  GossipHead head;
  head.log_id.emplace().fill(log);
  head.sth = {{tree_size, kNowMs, {9}}, {4, 3, 0, 2, 7, 8}};
  return head;
}

// UnsignedSct is an SCT that decodes.
inline ByteVector UnsignedSct(std::uint8_t log, std::uint64_t timestamp_ms = kNowMs) {
  return testlib::Join({{0 /* v1 */},
                        ByteVector(32, log),
                        testlib::Uint(timestamp_ms, 8),
                        {0, 0, 4, 3, 0, 2, 7, 8}});
}

// SeededDraw is the same sequence for the same seed.
inline DrawUint64 SeededDraw(std::uint64_t seed) {
  return [engine = std::mt19937_64(seed)]() mutable -> Result<std::uint64_t> { return engine(); };
}

inline DrawUint64 BrokenDraw() {
  return []() -> Result<std::uint64_t> { return Fail(Errc::kCryptoFailed, "random"); };
}

}  // namespace tattle::gossip_testing

#endif  // TATTLE_TESTS_UNIT_GOSSIP_GOSSIP_TESTING_H_
