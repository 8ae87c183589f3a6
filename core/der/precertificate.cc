// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/precertificate.h"

#include <optional>

#include "core/der/extension.h"
#include "core/der/oid.h"
#include "core/der/reader.h"

namespace tattle {
namespace {

// FindExtension gives the first extension of this type. They were all read before, by
// DecodeCertificate.
std::optional<DerExtension> FindExtension(const CertificateView& certificate, Bytes type) {
  DerReader reader(certificate.extensions);
  DerExtension extension;
  while (!reader.empty() && ReadExtension(reader, extension)) {
    if (Equal(extension.oid, type)) {
      return extension;
    }
  }
  return std::nullopt;
}

// EncodeExtensions joins the extensions without the poison, with the signer's authority key
// identifier in the place of the precertificate's.
Result<ByteVector> EncodeExtensions(const CertificateView& precertificate,
                                    const CertificateView* signer) {
  std::optional<DerExtension> signers_key_id;
  if (signer != nullptr) {
    signers_key_id = FindExtension(*signer, oid::kAuthorityKeyIdentifier);
  }
  ByteVector out;
  bool has_poison = false;
  bool has_key_id = false;
  DerReader reader(precertificate.extensions);
  DerExtension extension;
  while (!reader.empty() && ReadExtension(reader, extension)) {
    if (Equal(extension.oid, oid::kPrecertPoison)) {
      has_poison = true;
    } else if (signer != nullptr && Equal(extension.oid, oid::kAuthorityKeyIdentifier)) {
      has_key_id = true;
      Append(out, signers_key_id ? signers_key_id->whole : Bytes());
    } else {
      Append(out, extension.whole);
    }
  }
  if (!has_poison) {
    return Fail(Errc::kMissing, "certificate.extensions.poison");
  }
  if (has_key_id != signers_key_id.has_value()) {
    return Fail(Errc::kMissing, "certificate.extensions.authority_key_identifier");
  }
  return out;
}

}  // namespace

// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId
bool IsPrecertificateSigner(const CertificateView& certificate) {
  const std::optional<DerExtension> usage = FindExtension(certificate, oid::kExtendedKeyUsage);
  if (!usage) {
    return false;
  }
  const std::optional<DerElement> purposes = DecodeDer(der_tag::kSequence, usage->value);
  if (!purposes) {
    return false;
  }
  DerReader reader(*purposes);
  DerElement purpose;
  while (reader.ReadTag(der_tag::kOid, purpose)) {
    if (Equal(purpose.contents, oid::kPrecertSigning)) {
      return true;
    }
  }
  return false;
}

Result<ByteVector> EncodeSubmittedTbs(const CertificateView& precertificate,
                                      const CertificateView* signer) {
  const Result<ByteVector> extensions = EncodeExtensions(precertificate, signer);
  if (!extensions) {
    return extensions;
  }
  // The issuer stands somewhere in what is before the extensions, and both borrow from one buffer:
  // read up to it.
  ByteVector contents;
  DerReader fields(precertificate.tbs_before_extensions);
  DerElement field;
  bool has_issuer = false;
  while (fields.Read(field)) {
    const bool is_issuer = !has_issuer && field.whole.data() == precertificate.issuer.data();
    Append(contents, is_issuer && signer != nullptr ? signer->issuer : field.whole);
    has_issuer = has_issuer || is_issuer;
  }
  if (!fields.empty() || !has_issuer) {
    return Fail(Errc::kInternal, "certificate.tbs");
  }
  if (!extensions->empty()) {
    AppendDerHeader(contents, der_tag::ContextConstructed(3),
                    DerHeaderSize(extensions->size()) + extensions->size());
    AppendDerHeader(contents, der_tag::kSequence, extensions->size());
    Append(contents, *extensions);
  }
  ByteVector out;
  AppendDerHeader(out, der_tag::kSequence, contents.size());
  Append(out, contents);
  return out;
}

}  // namespace tattle
