// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A log that lies in every way that evidence knows, for the tests of evidence. Proofs come from the
// slow reference implementation.

#ifndef TATTLE_TESTS_TESTLIB_CLAIMS_H_
#define TATTLE_TESTS_TESTLIB_CLAIMS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/audit/evidence.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/merkle_reference.h"
#include "tests/testlib/pki.h"

namespace tattle::testlib {

inline constexpr std::uint64_t kNoonMs = 1'795'000'000'000;
inline constexpr std::uint64_t kHourMs = 3'600'000;
inline constexpr std::uint64_t kMmdS = 86'400;

// Weigh is the weight of a claim that holds, or why it does not.
inline std::string Weigh(const Claim& claim, const Log* listed = nullptr) {
  const Result<Finding> finding = VerifyClaim(claim, listed);
  if (!finding) {
    return Describe(finding.error());
  }
  return finding->weight == Weight::kConclusive ? "conclusive" : "indicative";
}

// LyingLog makes the claims against it. Its trees are of MakeLeaves.
class LyingLog {
 public:
  explicit LyingLog(TestKey key = TestKey::P256())
      : log_("Lying log", "Operator", std::move(key)), ca_("Test CA") {}

  const TestLog& log() const { return log_; }
  Log Listed(std::uint64_t mmd_s = kMmdS) const;

  SignedTreeHead Sign(const TreeHead& head) const;
  SignedTreeHead HeadOf(Leaves leaves, std::uint64_t timestamp_ms) const;
  std::string CheckpointText(std::string_view origin, const SignedTreeHead& sth) const;

  // X509Sct is an SCT over a new certificate, PrecertSct one that is embedded in it.
  ClaimedSct X509Sct(std::uint64_t timestamp_ms, std::optional<std::uint64_t> leaf_index) const;
  ClaimedSct PrecertSct(std::uint64_t timestamp_ms, std::optional<std::uint64_t> leaf_index) const;

  // Against is a claim of a kind with nothing in it yet, Served one about an answer.
  Claim Against(ClaimKind kind) const;
  Claim Served(ClaimKind kind, std::string path, std::string_view body) const;

  Claim SplitView() const;
  Claim Inconsistent(std::size_t size1, std::size_t size2) const;  // it replaced an older leaf
  Claim WrongLeaf(const ClaimedSct& sct, std::size_t leaf_index, std::size_t tree_size) const;
  Claim DuplicateIndex() const;
  Claim NotMerged(std::optional<std::uint64_t> leaf_index, std::uint64_t later_ms) const;
  Claim MissingIndex() const;
  Claim Rollback() const;
  Claim FutureHead() const;
  Claim StaleHead() const;

  // AllKinds has one claim of each kind, in their order; all hold.
  std::vector<Claim> AllKinds() const;

 private:
  TestLog log_;
  TestCa ca_;
  mutable std::uint64_t serial_ = 100;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_CLAIMS_H_
