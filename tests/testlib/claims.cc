// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlib/claims.h"

#include "core/merkle/hash.h"
#include "core/note/checkpoint.h"
#include "core/note/note.h"

namespace tattle::testlib {
namespace {

ByteVector Extensions(std::optional<std::uint64_t> leaf_index) {
  return leaf_index ? LeafIndexExtension(*leaf_index) : ByteVector{};
}

}  // namespace

Log LyingLog::Listed(std::uint64_t mmd_s) const {
  Log log = log_.Entry();
  log.mmd_s = mmd_s;
  return log;
}

SignedTreeHead LyingLog::Sign(const TreeHead& head) const {
  const ByteVector signature = log_.key().Sign(EncodeTreeHeadSignedData(head).value());
  const bool is_rsa = Listed().key->type() == KeyType::kRsa;
  return {
      head,
      Join({{4, static_cast<std::uint8_t>(is_rsa ? 1 : 3)}, Uint(signature.size(), 2), signature})};
}

SignedTreeHead LyingLog::HeadOf(Leaves leaves, std::uint64_t timestamp_ms) const {
  return Sign({leaves.size(), timestamp_ms, ReferenceRoot(leaves)});
}

Claim LyingLog::Against(ClaimKind kind) const {
  Claim claim;
  claim.kind = kind;
  claim.found_ms = kNoonMs;
  claim.log_key = log_.key().Spki();
  claim.log_description = "Lying log";
  claim.log_url = "https://log.test/2026/";
  claim.mmd_s = kMmdS;
  return claim;
}

Claim LyingLog::SplitView() const {
  Claim claim = Against(ClaimKind::kSplitView);
  claim.heads = {Sign({7, kNoonMs, {1}}), Sign({7, kNoonMs + 1, {2}})};
  return claim;
}

Claim LyingLog::Inconsistent(std::size_t size1, std::size_t size2) const {
  std::vector<ByteVector> leaves = MakeLeaves(size2);
  Claim claim = Against(ClaimKind::kInconsistent);
  claim.heads = {HeadOf(Leaves(leaves).first(size1), kNoonMs)};
  leaves.at(size1 / 2) = {0xff, 0xee};
  claim.heads.push_back(HeadOf(leaves, kNoonMs + kHourMs));
  claim.proof = ReferenceConsistency(size1, leaves);
  claim.older_root = ReferenceRoot(Leaves(leaves).first(size1));
  return claim;
}

ClaimedSct LyingLog::X509Sct(std::uint64_t timestamp_ms,
                             std::optional<std::uint64_t> leaf_index) const {
  ClaimedSct claimed;
  TestCertificateSpec spec;
  spec.serial = ++serial_;
  claimed.leaf = ca_.Issue(TestKey::P256(), spec);
  claimed.sct = log_.SignX509(claimed.leaf, timestamp_ms, Extensions(leaf_index));
  return claimed;
}

ClaimedSct LyingLog::PrecertSct(std::uint64_t timestamp_ms,
                                std::optional<std::uint64_t> leaf_index) const {
  ClaimedSct claimed;
  claimed.is_precert = true;
  claimed.issuer = ca_.certificate();
  TestCertificateSpec spec;
  spec.serial = ++serial_;
  claimed.leaf = ca_.Issue(TestKey::P256(), spec, [&](Bytes tbs) {
    claimed.sct = log_.SignPrecert(tbs, ca_.key().Spki(), timestamp_ms, Extensions(leaf_index));
    return SctList({claimed.sct});
  });
  return claimed;
}

Claim LyingLog::WrongLeaf(const ClaimedSct& sct, std::size_t leaf_index,
                          std::size_t tree_size) const {
  const std::vector<ByteVector> leaves = MakeLeaves(tree_size);
  Claim claim = Against(ClaimKind::kWrongLeaf);
  claim.scts = {sct};
  claim.heads = {HeadOf(leaves, kNoonMs + kHourMs)};
  claim.leaf_hash = HashLeaf(leaves.at(leaf_index));
  claim.proof = ReferenceInclusion(leaf_index, leaves);
  return claim;
}

Claim LyingLog::DuplicateIndex() const {
  Claim claim = Against(ClaimKind::kDuplicateIndex);
  claim.scts = {X509Sct(kNoonMs, 4), PrecertSct(kNoonMs + 1, 4)};
  return claim;
}

Claim LyingLog::NotMerged(std::optional<std::uint64_t> leaf_index, std::uint64_t later_ms) const {
  Claim claim = Against(ClaimKind::kNotMerged);
  claim.scts = {X509Sct(kNoonMs, leaf_index)};
  claim.heads = {HeadOf(MakeLeaves(5), kNoonMs + later_ms)};
  return claim;
}

Claim LyingLog::MissingIndex() const {
  Claim claim = Against(ClaimKind::kMissingIndex);
  claim.scts = {PrecertSct(kNoonMs, std::nullopt)};
  return claim;
}

Claim LyingLog::Rollback() const {
  Claim claim = Against(ClaimKind::kRollback);
  claim.heads = {Sign({9, kNoonMs, {1}}), Sign({7, kNoonMs + 1, {2}})};
  return claim;
}

Claim LyingLog::FutureHead() const {
  Claim claim = Against(ClaimKind::kFutureHead);
  claim.heads = {Sign({9, kNoonMs + kHourMs, {1}})};
  return claim;
}

Claim LyingLog::StaleHead() const {
  Claim claim = Against(ClaimKind::kStaleHead);
  claim.heads = {Sign({9, kNoonMs - 25 * kHourMs, {1}})};
  return claim;
}

Claim LyingLog::Served(ClaimKind kind, std::string path, std::string_view body) const {
  Claim claim = Against(kind);
  claim.path = std::move(path);
  claim.body = ToVector(AsBytes(body));
  return claim;
}

std::vector<Claim> LyingLog::AllKinds() const {
  SignedTreeHead unsigned_head = Sign({9, kNoonMs, {1}});
  unsigned_head.head.tree_size = 8;
  Claim tile = Served(ClaimKind::kWrongTile, "tile/0/000.p/9", "");
  tile.heads = {Sign({9, kNoonMs, {1}})};
  return {SplitView(),
          Inconsistent(4, 7),
          WrongLeaf(PrecertSct(kNoonMs, 4), 4, 9),
          DuplicateIndex(),
          NotMerged(5, 24 * kHourMs),
          Rollback(),
          FutureHead(),
          StaleHead(),
          Served(ClaimKind::kBadSignature, "ct/v1/get-sth", EncodeGetSth(unsigned_head)),
          Served(ClaimKind::kWrongOrigin, "checkpoint",
                 CheckpointText("other.test", Sign({9, kNoonMs, {1}}))),
          tile,
          MissingIndex()};
}

std::string LyingLog::CheckpointText(std::string_view origin, const SignedTreeHead& sth) const {
  const std::string text =
      EncodeCheckpoint({origin, sth.head.tree_size, sth.head.sha256_root_hash, ""});
  const NoteSignature signature = EncodeTreeHeadNoteSignature(origin, log_.log_id(), sth).value();
  return EncodeNote({text, {signature}});
}

}  // namespace tattle::testlib
