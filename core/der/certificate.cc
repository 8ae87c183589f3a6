// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/certificate.h"

#include <cstddef>

#include "core/base/limits.h"
#include "core/der/extension.h"
#include "core/der/oid.h"
#include "core/der/reader.h"
#include "core/der/time.h"

namespace tattle {
namespace {

constexpr std::uint8_t kExtensionsTag = der_tag::ContextConstructed(3);

Result<void> ReadExtensions(const DerElement& sequence, CertificateView& out) {
  out.extensions = sequence.contents;
  DerReader reader(sequence);
  if (reader.empty()) {
    return Fail(Errc::kBadLength, "certificate.extensions", reader.offset());
  }
  while (!reader.empty()) {
    const std::size_t offset = reader.offset();
    const Bytes before = out.extensions.first(out.extensions.size() - reader.remaining());
    DerExtension extension;
    if (!ReadExtension(reader, extension)) {
      return Fail(Errc::kBadEncoding, "certificate.extensions", offset);
    }
    if (Equal(extension.oid, oid::kSctList)) {
      if (out.sct_list_value) {
        return Fail(Errc::kDuplicate, "certificate.extensions.sct_list", offset);
      }
      out.sct_list_value = extension.value;
      out.extensions_before_sct_list = before;
      out.extensions_after_sct_list = out.extensions.last(reader.remaining());
    }
    out.is_precertificate = out.is_precertificate || Equal(extension.oid, oid::kPrecertPoison);
    out.has_rfc9162 = out.has_rfc9162 || Equal(extension.oid, oid::kTransparencyInformation);
  }
  return {};
}

// SubjectPublicKeyInfo ::= SEQUENCE {
//   algorithm         AlgorithmIdentifier,
//   subjectPublicKey  BIT STRING }
bool ReadSpki(const DerElement& spki, Bytes& public_key) {
  DerReader fields(spki);
  DerElement algorithm;
  DerElement bits;
  if (!fields.ReadTag(der_tag::kSequence, algorithm) ||
      !fields.ReadTag(der_tag::kBitString, bits) || !fields.empty()) {
    return false;
  }
  ByteReader contents(bits.contents);
  std::uint8_t num_unused_bits = 0;
  return contents.ReadUint8(num_unused_bits) && num_unused_bits == 0 &&
         contents.ReadBytes(contents.remaining(), public_key);
}

// Validity ::= SEQUENCE { notBefore Time, notAfter Time }
Result<void> ReadValidity(const DerElement& validity, CertificateView& out) {
  DerReader fields(validity);
  DerElement not_before;
  DerElement not_after;
  if (!fields.Read(not_before) || !fields.Read(not_after) || !fields.empty()) {
    return Fail(Errc::kBadEncoding, "certificate.validity", validity.offset);
  }
  const Result<std::uint64_t> before_ms = DecodeDerTime(not_before);
  const Result<std::uint64_t> after_ms = DecodeDerTime(not_after);
  if (!before_ms || !after_ms) {
    return Fail(Errc::kOutOfRange, "certificate.validity", validity.offset);
  }
  out.not_before_ms = *before_ms;
  out.not_after_ms = *after_ms;
  return {};
}

// TBSCertificate ::= SEQUENCE {
//   version          [0] EXPLICIT Version DEFAULT v1,
//   serialNumber         CertificateSerialNumber,
//   signature            AlgorithmIdentifier,
//   issuer               Name,
//   validity             Validity,
//   subject              Name,
//   subjectPublicKeyInfo SubjectPublicKeyInfo,
//   issuerUniqueID   [1] IMPLICIT UniqueIdentifier OPTIONAL,
//   subjectUniqueID  [2] IMPLICIT UniqueIdentifier OPTIONAL,
//   extensions       [3] EXPLICIT Extensions OPTIONAL }
Result<void> ReadTbs(const DerElement& tbs, CertificateView& out) {
  DerReader fields(tbs);
  std::optional<DerElement> version;
  DerElement serial_number;
  DerElement signature;
  DerElement issuer;
  DerElement validity;
  DerElement subject;
  DerElement spki;
  std::optional<DerElement> unique_id;
  if (!fields.ReadOptional(der_tag::ContextConstructed(0), version) ||
      !fields.ReadInteger(serial_number) || !fields.ReadTag(der_tag::kSequence, signature) ||
      !fields.ReadTag(der_tag::kSequence, issuer) ||
      !fields.ReadTag(der_tag::kSequence, validity) ||
      !fields.ReadTag(der_tag::kSequence, subject) || !fields.ReadTag(der_tag::kSequence, spki) ||
      !fields.ReadOptional(der_tag::ContextPrimitive(1), unique_id) ||
      !fields.ReadOptional(der_tag::ContextPrimitive(2), unique_id)) {
    return Fail(Errc::kBadEncoding, "certificate.tbs", fields.offset());
  }
  if (!ReadSpki(spki, out.public_key)) {
    return Fail(Errc::kBadEncoding, "certificate.spki", spki.offset);
  }
  out.tbs = tbs.whole;
  out.serial_number = serial_number.contents;
  out.issuer = issuer.whole;
  out.subject = subject.whole;
  out.spki = spki.whole;
  out.tbs_before_extensions = tbs.contents.first(tbs.contents.size() - fields.remaining());

  std::optional<DerElement> extensions;
  if (!fields.ReadOptional(kExtensionsTag, extensions) || !fields.empty()) {
    return Fail(Errc::kBadEncoding, "certificate.tbs", fields.offset());
  }
  if (extensions) {
    const std::optional<DerElement> sequence = DecodeInner(der_tag::kSequence, *extensions);
    if (!sequence) {
      return Fail(Errc::kBadEncoding, "certificate.extensions", extensions->offset);
    }
    if (const Result<void> read = ReadExtensions(*sequence, out); !read) {
      return read;
    }
  }
  return ReadValidity(validity, out);
}

}  // namespace

Result<CertificateView> DecodeCertificate(Bytes certificate) {
  if (certificate.size() > kMaxCertificateSize) {
    return Fail(Errc::kTooLarge, "certificate", kMaxCertificateSize);
  }
  const std::optional<DerElement> sequence = DecodeDer(der_tag::kSequence, certificate);
  if (!sequence) {
    return Fail(Errc::kBadEncoding, "certificate");
  }
  // Certificate ::= SEQUENCE {
  //   tbsCertificate      TBSCertificate,
  //   signatureAlgorithm  AlgorithmIdentifier,
  //   signatureValue      BIT STRING }
  DerReader fields(*sequence);
  DerElement tbs;
  DerElement algorithm;
  DerElement signature;
  if (!fields.ReadTag(der_tag::kSequence, tbs) || !fields.ReadTag(der_tag::kSequence, algorithm) ||
      !fields.ReadTag(der_tag::kBitString, signature) || !fields.empty()) {
    return Fail(Errc::kBadEncoding, "certificate", fields.offset());
  }
  CertificateView out;
  out.whole = sequence->whole;
  if (const Result<void> read = ReadTbs(tbs, out); !read) {
    return tl::unexpected(read.error());
  }
  return out;
}

Result<ByteVector> EncodePrecertTbs(const CertificateView& certificate) {
  if (!certificate.sct_list_value) {
    return Fail(Errc::kMissing, "certificate.extensions.sct_list");
  }
  const Bytes before = certificate.tbs_before_extensions;
  const std::size_t kept_len =
      certificate.extensions_before_sct_list.size() + certificate.extensions_after_sct_list.size();
  std::size_t field_len = 0;  // of [3] with its header
  const std::size_t sequence_len = DerHeaderSize(kept_len) + kept_len;
  if (kept_len != 0) {
    field_len = DerHeaderSize(sequence_len) + sequence_len;
  }
  ByteVector out;
  out.reserve(certificate.tbs.size());
  AppendDerHeader(out, der_tag::kSequence, before.size() + field_len);
  Append(out, before);
  if (kept_len != 0) {
    AppendDerHeader(out, kExtensionsTag, sequence_len);
    AppendDerHeader(out, der_tag::kSequence, kept_len);
    Append(out, certificate.extensions_before_sct_list);
    Append(out, certificate.extensions_after_sct_list);
  }
  return out;
}

}  // namespace tattle
