// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/signed_entry.h"

#include "core/crypto/sha256.h"

namespace tattle {
namespace {

constexpr std::uint8_t kSignatureTypeCertificateTimestamp = 0;
constexpr std::size_t kMaxVector24 = (std::size_t{1} << 24U) - 1;

}  // namespace

// opaque ASN.1Cert<1..2^24-1>;
// opaque TBSCertificate<1..2^24-1>;
//
// struct {
//   opaque issuer_key_hash[32];
//   TBSCertificate tbs_certificate;
// } PreCert;
bool ReadSignedEntry(ByteReader& reader, EntryType type, SignedEntry& out) {
  ByteReader ahead = reader;
  SignedEntry entry;
  entry.type = type;
  if (type == EntryType::kPrecert && !ahead.ReadArray(entry.issuer_key_hash)) {
    return false;
  }
  if (!ahead.ReadVector24(entry.certificate, 1)) {
    return false;
  }
  reader = ahead;
  out = entry;
  return true;
}

void WriteSignedEntry(ByteWriter& writer, const SignedEntry& entry) {
  if (entry.type == EntryType::kPrecert) {
    writer.WriteBytes(entry.issuer_key_hash);
  }
  writer.WriteVector24(entry.certificate);
}

// digitally-signed struct {
//   Version sct_version;
//   SignatureType signature_type = certificate_timestamp;
//   uint64 timestamp;
//   LogEntryType entry_type;
//   select(entry_type) {
//     case x509_entry: ASN.1Cert;
//     case precert_entry: PreCert;
//   } signed_entry;
//   CtExtensions extensions;
// };
Result<Hash> SctDigest(const Sct& sct, const SignedEntry& entry) {
  if (entry.certificate.empty() || entry.certificate.size() > kMaxVector24) {
    return Fail(Errc::kBadLength, "signed_entry");
  }
  ByteWriter head;
  head.WriteUint8(kVersionV1);
  head.WriteUint8(kSignatureTypeCertificateTimestamp);
  head.WriteUint64(sct.timestamp_ms);
  head.WriteUint16(static_cast<std::uint16_t>(entry.type));
  if (entry.type == EntryType::kPrecert) {
    head.WriteBytes(entry.issuer_key_hash);
  }
  head.WriteUint24(entry.certificate.size());
  ByteWriter tail;
  tail.WriteVector16(sct.extensions);
  const Result<ByteVector> head_bytes = head.Finish();
  const Result<ByteVector> tail_bytes = tail.Finish();
  if (!head_bytes || !tail_bytes) {
    return Fail(Errc::kBadLength, "signed_entry");
  }
  return Sha256().Update(*head_bytes).Update(entry.certificate).Update(*tail_bytes).Finish();
}

}  // namespace tattle
