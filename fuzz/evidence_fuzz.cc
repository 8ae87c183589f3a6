// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeClaim, VerifyClaim, ClaimId
// Property: what decodes encodes to itself, with the same id and the same finding; a claim that
// holds does not hold any more after one bit of what its log signed has changed; without its proof
// or with a doctored one no claim gets heavier.

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/crypto/sha256.h"
#include "fuzz/require.h"
#include "plugin/audit/evidence.h"

using tattle::fuzz::Require;

namespace {

// Flip changes one bit of a signed number.
void Flip(std::uint64_t& number, std::uint8_t choice) {
  number ^= std::uint64_t{1} << choice % 64U;
}

void RequireSigned(const tattle::Claim& claim, const tattle::Hash& choice) {
  for (std::size_t i = 0; i < claim.heads.size(); ++i) {
    tattle::Claim doctored = claim;
    Flip(doctored.heads.at(i).head.timestamp_ms, choice.at(i));
    Require(!tattle::VerifyClaim(doctored));
    doctored = claim;
    Flip(doctored.heads.at(i).head.tree_size, choice.at(i));
    Require(!tattle::VerifyClaim(doctored));
    doctored = claim;
    doctored.heads.at(i).head.sha256_root_hash.at(choice.at(i) % 32U) ^= 1U;
    Require(!tattle::VerifyClaim(doctored));
  }
  for (std::size_t i = 0; i < claim.scts.size(); ++i) {
    if (claim.kind == tattle::ClaimKind::kBadSignature) {
      break;  // it has no good signature to spoil
    }
    tattle::Claim doctored = claim;
    tattle::ByteVector& sct = doctored.scts.at(i).sct;
    sct.at(choice.at(i) % 41U) ^= 1U;  // version, log_id or timestamp
    Require(!tattle::VerifyClaim(doctored));
  }
}

void RequireNoHeavier(const tattle::Claim& claim, tattle::Weight weight) {
  tattle::Claim doctored = claim;
  if (!doctored.proof.empty()) {
    doctored.proof.front().front() ^= 1U;
    const auto finding = tattle::VerifyClaim(doctored);
    Require(!finding || finding->weight == tattle::Weight::kIndicative);
    doctored.proof.clear();
    const auto without = tattle::VerifyClaim(doctored);
    Require(!without || without->weight <= weight);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const tattle::Result<tattle::Claim> claim = tattle::DecodeClaim(input);
  if (!claim) {
    return 0;
  }
  const std::string text = tattle::EncodeClaim(*claim);
  const tattle::Result<tattle::Claim> again = tattle::DecodeClaim(tattle::AsBytes(text));
  Require(again && tattle::EncodeClaim(*again) == text);
  const std::string id = tattle::ClaimId(*claim);
  Require(id.size() == 32 && tattle::ClaimId(*again) == id);
  const tattle::Result<tattle::Finding> finding = tattle::VerifyClaim(*claim);
  const tattle::Result<tattle::Finding> found_again = tattle::VerifyClaim(*again);
  Require(finding.has_value() == found_again.has_value());
  if (finding) {
    Require(finding->weight == found_again->weight && finding->sentence == found_again->sentence);
    RequireSigned(*claim, tattle::Sha256Of(input));
    RequireNoHeavier(*claim, finding->weight);
  }
  return 0;
}
