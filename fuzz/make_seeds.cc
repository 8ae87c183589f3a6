// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Makes the seeds of the targets that want certificates, SCTs and what is built of them:
//   ninja -C build fuzz/make_seeds && build/fuzz/make_seeds fuzz/corpus
// Keys are made on the spot, so every run gives other bytes of the same shape.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/writer.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/der/oid.h"
#include "core/der/reader.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"
#include "core/wire/tree_head.h"
#include "plugin/audit/evidence.h"
#include "plugin/audit/submission_record.h"
#include "plugin/runtime/observation.h"
#include "plugin/runtime/outbox.h"
#include "plugin/runtime/saved_session.h"
#include "tests/testlib/claims.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle {
namespace {

using testlib::Join;

constexpr std::uint64_t kNowMs = 1'795'000'000'000;

void Write(const std::filesystem::path& file, Bytes bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << AsText(bytes);
}

ByteVector Tlv(std::uint8_t tag, const std::vector<ByteVector>& parts) {
  const ByteVector contents = Join(parts);
  ByteVector out;
  AppendDerHeader(out, tag, contents.size());
  Append(out, contents);
  return out;
}

// SctFor is an SCT of the log whose id is `log` repeated; its signature is the first bytes of the
// digest, which the keys of verify_fuzz.cc accept.
ByteVector SctFor(std::uint8_t log, const SignedEntry& entry, Bytes extensions) {
  Sct sct;
  sct.log_id.fill(log);
  sct.timestamp_ms = kNowMs;
  sct.extensions = extensions;
  const Hash digest = SctDigest(sct, entry).value();
  sct.signature = {4, static_cast<std::uint8_t>(log == 2 ? 1 : 3), Bytes(digest).first(2)};
  return EncodeSct(sct).value();
}

ByteVector SctsFor(const SignedEntry& entry) {
  const ByteVector index = testlib::LeafIndexExtension(7);
  return testlib::SctList({SctFor(1, entry, {}),
                           SctFor(2, entry, index),
                           SctFor(4, entry, {}),
                           SctFor(9, entry, {}),
                           {1, 2, 3}});
}

// OcspResponse is a staple for a certificate, with an SCT list in it.
ByteVector OcspResponse(const CertificateView& leaf, const CertificateView& issuer, bool is_sha1,
                        const ByteVector& list) {
  const auto hash = [is_sha1](Bytes bytes) {
    if (is_sha1) {
      return ToVector(Sha1Of(bytes));
    }
    return ToVector(Sha256Of(bytes));
  };
  const ByteVector oid = is_sha1 ? ToVector(oid::kSha1) : ToVector(oid::kSha256);
  const ByteVector time = Tlv(0x18, {ToVector(AsBytes("20261101000000Z"))});
  const ByteVector cert_id =
      Tlv(0x30, {Tlv(0x30, {Tlv(0x06, {oid}), Tlv(0x05, {})}), Tlv(0x04, {hash(leaf.issuer)}),
                 Tlv(0x04, {hash(issuer.public_key)}), Tlv(0x02, {ToVector(leaf.serial_number)})});
  const ByteVector extension =
      Tlv(0x30, {Tlv(0x06, {ToVector(oid::kOcspSctList)}), Tlv(0x04, {Tlv(0x04, {list})})});
  const ByteVector single = Tlv(
      0x30, {cert_id, Tlv(0x80, {}), time, Tlv(0xa0, {time}), Tlv(0xa1, {Tlv(0x30, {extension})})});
  const ByteVector data =
      Tlv(0x30, {Tlv(0xa2, {Tlv(0x04, {hash(issuer.public_key)})}), time, Tlv(0x30, {single})});
  const ByteVector algorithm =
      Tlv(0x30, {Tlv(0x06, {{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}})});
  const ByteVector basic = Tlv(0x30, {data, algorithm, Tlv(0x03, {{0, 1, 2, 3}})});
  const ByteVector bytes = Tlv(0x30, {Tlv(0x06, {ToVector(oid::kOcspBasic)}), Tlv(0x04, {basic})});
  return Tlv(0x30, {Tlv(0x0a, {{0}}), Tlv(0xa0, {bytes})});
}

ByteVector Evidence(Bytes leaf, Bytes issuer, Bytes tls_scts, Bytes ocsp_response) {
  ByteWriter writer;
  writer.WriteUint64(kNowMs);
  writer.WriteVector16(leaf);
  writer.WriteVector16(issuer);
  writer.WriteVector16(tls_scts);
  writer.WriteVector16(ocsp_response);
  return writer.Finish().value();
}

void WriteLeaves(const std::filesystem::path& folder, Bytes certificate, Bytes tbs,
                 const Hash& issuer_key_hash) {
  const ByteVector index = testlib::LeafIndexExtension(7);
  TileLeaf x509 = {{kNowMs, {EntryType::kX509, certificate, {}}, index}, {}, {issuer_key_hash}};
  TileLeaf precert = {{kNowMs, {EntryType::kPrecert, tbs, issuer_key_hash}, {}},
                      certificate,
                      {issuer_key_hash, {}}};
  Write(folder / "leaf_x509", EncodeMerkleTreeLeaf(x509.timestamped_entry).value());
  Write(folder / "leaf_precert", EncodeMerkleTreeLeaf(precert.timestamped_entry).value());
  Write(folder / "data_tile",
        Join({EncodeTileLeaf(x509).value(), EncodeTileLeaf(precert).value()}));
  ByteWriter chain;
  chain.WriteVector24(certificate);
  chain.WriteVector24(tbs);
  ByteWriter x509_extra;
  x509_extra.WriteVector24(*chain.Finish());
  const ByteVector extra = x509_extra.Finish().value();
  Write(folder / "extra_x509", extra);
  ByteWriter precert_extra;
  precert_extra.WriteVector24(certificate);
  precert_extra.WriteBytes(extra);
  Write(folder / "extra_precert", precert_extra.Finish().value());
}

// WriteSavedSessions: the logs are those of saved_session_fuzz.cc.
void WriteSavedSessions(const std::filesystem::path& folder) {
  const auto sct_of = [](std::uint8_t log, SctStatus status) {
    SctFacts sct;
    sct.log_id.emplace().fill(log);
    sct.status = status;
    sct.timestamp_ms = kNowMs;
    return sct;
  };
  SavedSession saved = {{1, 2, 3}, Scope::kPublic, Report{}};
  Write(folder / "no_scts", EncodeSavedSession(saved).value());
  SctFacts tiled = sct_of(1, SctStatus::kValid);
  tiled.source = SctSource::kTls;
  tiled.leaf_index = 7;
  tiled.outside_interval = true;
  SctFacts malformed;
  malformed.status = SctStatus::kMalformed;
  malformed.error = {Errc::kTruncated, 0, "sct"};
  saved.report->scts = {sct_of(1, SctStatus::kValid), tiled, malformed,
                        sct_of(3, SctStatus::kDeniedLog), sct_of(9, SctStatus::kUnknownLog)};
  saved.report->issuer_mismatch = true;
  Write(folder / "five_scts", EncodeSavedSession(saved).value());
  saved.report->scts.assign(64, tiled);
  Write(folder / "most_scts", EncodeSavedSession(saved).value());
  Write(folder / "dane", EncodeSavedSession({{1, 2, 3}, Scope::kDane, std::nullopt}).value());
}

void WriteOutboxes(const std::filesystem::path& folder, const SignedTreeHead& sth) {
  const OutboxHead head = {{1, 2, 3}, sth};
  Write(folder / "empty", EncodeOutbox({kNowMs, kNowMs + 1, {}}).value());
  Write(folder / "three_hosts",
        EncodeOutbox(
            {kNowMs, kNowMs + 1, {{"a.test", {head, head}}, {"b.test", {}}, {"c.test", {head}}}})
            .value());
}

void WriteObservations(const std::filesystem::path& folder) {
  Observation observation;
  observation.seen_ms = kNowMs;
  observation.chain = {{1}};
  Write(folder / "smallest", EncodeObservation(observation).value());
  observation = {kNowMs, "a.test",           Mode::kRequire, Policy::kStrict,
                 true,   {{1, 2}, {3}, {4}}, {5, 6},         {7}};
  Write(folder / "full", EncodeObservation(observation).value());
}

void WriteEvidence(const std::filesystem::path& folder) {
  for (const Claim& claim : testlib::LyingLog().AllKinds()) {
    Write(folder / std::string(ClaimKindName(claim.kind)), AsBytes(EncodeClaim(claim)));
  }
}

void WriteSubmissionRecords(const std::filesystem::path& folder) {
  SubmissionRecord record;
  record.certificate_file = "/etc/ssl/chain.pem";
  record.not_after_ms = kNowMs;
  Write(folder / "empty", AsBytes(EncodeSubmissionRecord(record)));
  record.is_precertificate = true;
  record.policy = Policy::kStrict;
  record.only.resize(2);
  record.scts = {{{}, "Amber", "Amber Inc", kNowMs, "00.sct"}, {{}, "Birch", "Birch Ltd", 1, ""}};
  Write(folder / "precertificate", AsBytes(EncodeSubmissionRecord(record)));
}

void WriteSeeds(const std::filesystem::path& corpus) {
  const testlib::TestCa ca("Seed CA");
  const Hash issuer_key_hash = Sha256Of(ca.key().Spki());
  const testlib::TestKey key = testlib::TestKey::P256();
  ByteVector tbs;
  ByteVector embedded;
  const ByteVector with_list = ca.Issue(key, {}, [&](Bytes signed_tbs) {
    tbs = ToVector(signed_tbs);
    embedded = SctsFor({EntryType::kPrecert, tbs, issuer_key_hash});
    return embedded;
  });
  const ByteVector without_list = ca.Issue(key, {});
  testlib::TestCertificateSpec poisoned;
  poisoned.extensions = {{"1.3.6.1.4.1.11129.2.4.3", {5, 0}}, {"1.3.101.75", {4, 0}}};
  testlib::TestCertificateSpec in_the_middle;
  in_the_middle.extensions = {{"1.3.6.1.4.1.11129.2.4.2", testlib::DerOctetString(embedded)},
                              {"1.2.3.4", {5, 0}}};
  Write(corpus / "certificate" / "list_in_the_middle", ca.Issue(key, in_the_middle));
  Write(corpus / "certificate" / "with_list", with_list);
  Write(corpus / "certificate" / "without_list", without_list);
  Write(corpus / "certificate" / "poisoned", ca.Issue(key, poisoned));
  Write(corpus / "certificate" / "ca", ca.certificate());

  const CertificateView leaf = DecodeCertificate(with_list).value();
  const CertificateView issuer = DecodeCertificate(ca.certificate()).value();
  const SignedEntry x509 = {EntryType::kX509, with_list, {}};
  const ByteVector list = SctsFor(x509);
  Write(corpus / "sct_list" / "five", list);
  Write(corpus / "sct_list" / "one", testlib::SctList({SctFor(1, x509, {})}));
  Write(corpus / "sct" / "rfc6962", SctFor(1, x509, {}));
  Write(corpus / "sct" / "static_ct", SctFor(2, x509, testlib::LeafIndexExtension(7)));
  Write(corpus / "sct" / "extensions", testlib::LeafIndexExtension(7));
  Write(corpus / "sct" / "version_2", ByteVector{1, 2, 3});

  const ByteVector ocsp = OcspResponse(leaf, issuer, true, list);
  Write(corpus / "ocsp" / "sha1", ocsp);
  Write(corpus / "ocsp" / "sha256", OcspResponse(leaf, issuer, false, list));
  Write(corpus / "ocsp" / "unauthorized", ByteVector{0x30, 3, 0x0a, 1, 6});

  Write(corpus / "verify" / "all", Evidence(with_list, ca.certificate(), list, ocsp));
  Write(corpus / "verify" / "embedded", Evidence(with_list, ca.certificate(), {}, {}));
  Write(corpus / "verify" / "no_issuer", Evidence(with_list, {}, list, ocsp));
  Write(corpus / "verify" / "tls", Evidence(without_list, ca.certificate(),
                                            SctsFor({EntryType::kX509, without_list, {}}), {}));
  Write(corpus / "verify" / "bad_signature", Evidence(without_list, ca.certificate(), list, {}));
  const std::vector<ByteVector> many(40, SctFor(1, x509, {}));  // more than are checked
  Write(corpus / "verify" / "many",
        Evidence(with_list, ca.certificate(), testlib::SctList(many), ocsp));
  WriteLeaves(corpus / "merkle_leaf", with_list, tbs, issuer_key_hash);

  SignedTreeHead sth;
  sth.head = {7, kNowMs, issuer_key_hash};
  sth.signature = {4, 3, 0, 2, 0xaa, 0xbb};
  Write(corpus / "tree_head" / "small", AsBytes(EncodeGetSth(sth)));
  WriteEvidence(corpus / "evidence");
  WriteOutboxes(corpus / "outbox", sth);
  WriteObservations(corpus / "observation");
  WriteSavedSessions(corpus / "saved_session");
  WriteSubmissionRecords(corpus / "submission_record");
  sth.head.tree_size = std::uint64_t{1} << 63U;
  Write(corpus / "tree_head" / "largest", AsBytes(EncodeGetSth(sth)));
}

}  // namespace
}  // namespace tattle

int main(int argc, char** argv) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): main has no other form
  const std::vector<std::string> args(argv, argv + argc);
  if (args.size() != 2) {
    std::fprintf(stderr, "usage: make_seeds FOLDER\n");
    return 2;
  }
  tattle::WriteSeeds(args[1]);
  return 0;
}
