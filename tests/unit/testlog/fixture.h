// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A log with one root, and chains for it.

#ifndef TATTLE_TESTS_UNIT_TESTLOG_FIXTURE_H_
#define TATTLE_TESTS_UNIT_TESTLOG_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"
#include "tests/testlib/pki.h"
#include "tests/testlog/log.h"

namespace tattle::testlog {

inline constexpr std::uint64_t kNowMs = 1'793'000'000'000;

// The poison: critical, and NULL (RFC 6962, Section 3.1).
inline const testlib::TestExtension kPoison = {
    "1.3.6.1.4.1.11129.2.4.3", {0x05, 0x00}, /*critical=*/true};

// TestPki is one root and what it issues.
class TestPki {
 public:
  ByteVector Leaf(std::uint64_t serial) const {
    testlib::TestCertificateSpec spec;
    spec.serial = serial;
    return root_.Issue(key_, spec);
  }
  ByteVector Precertificate(std::uint64_t serial) const {
    testlib::TestCertificateSpec spec;
    spec.serial = serial;
    spec.extensions = {kPoison};
    return root_.Issue(key_, spec);
  }
  const testlib::TestCa& root() const { return root_; }

 private:
  testlib::TestCa root_{"Test root"};
  testlib::TestKey key_ = testlib::TestKey::P256();
};

inline const TestPki& Pki() {
  static const TestPki pki;
  return pki;
}

inline LogOptions OptionsOf(LogKind kind) {
  LogOptions options;
  options.kind = kind;
  options.roots = {Pki().root().certificate()};
  return options;
}

inline std::unique_ptr<Log> MakeLog(const LogOptions& options, std::uint64_t now_ms = kNowMs) {
  Outcome<std::unique_ptr<Log>> log = Log::Create(options, now_ms);
  EXPECT_TRUE(log) << log.error();
  return log ? *std::move(log) : nullptr;
}

// SubmitLeaf submits a new certificate; it must be taken.
inline ByteVector SubmitLeaf(Log& log, std::uint64_t serial, std::uint64_t now_ms,
                             std::size_t face = 0) {
  const std::vector<ByteVector> chain = {Pki().Leaf(serial)};
  const auto sct = log.Submit(EntryType::kX509, chain, now_ms, face);
  EXPECT_TRUE(sct) << sct.error().sentence;
  return sct.value_or(ByteVector());
}

// SctVerifies says whether the log signed this SCT over the entry.
inline bool SctVerifies(const Log& log, Bytes serialized, const SignedEntry& entry) {
  const Result<Sct> sct = DecodeSct(serialized);
  if (!sct || sct->log_id != log.key().log_id()) {
    return false;
  }
  const Result<Hash> digest = SctDigest(*sct, entry);
  return digest &&
         VerifyDigitallySigned(*log.key().public_key(), sct->signature, *digest).value_or(false);
}

// LeafOf is the MerkleTreeLeaf that an SCT promises for an entry.
inline ByteVector LeafOf(Bytes serialized, const SignedEntry& entry) {
  const Result<Sct> sct = DecodeSct(serialized);
  if (!sct) {
    return {};
  }
  return EncodeMerkleTreeLeaf({sct->timestamp_ms, entry, sct->extensions}).value_or(ByteVector());
}

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_UNIT_TESTLOG_FIXTURE_H_
