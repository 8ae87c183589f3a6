// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/precert.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/der/extension.h"
#include "core/der/oid.h"
#include "core/der/reader.h"

namespace tattle::testlog {
namespace {

// 2.5.29.35 and 2.5.29.37: RFC 5280, Sections 4.2.1.1 and 4.2.1.12.
constexpr std::array<std::uint8_t, 3> kAuthorityKeyIdentifier = {0x55, 0x1d, 0x23};
constexpr std::array<std::uint8_t, 3> kExtendedKeyUsage = {0x55, 0x1d, 0x25};
// 1.3.6.1.4.1.11129.2.4.4: RFC 6962, Section 3.1.
constexpr std::array<std::uint8_t, 10> kPrecertSigning = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                                          0xd6, 0x79, 0x02, 0x04, 0x04};
constexpr std::array<std::uint8_t, 2> kDerNull = {0x05, 0x00};
constexpr std::array<std::uint8_t, 3> kDerTrue = {0x01, 0x01, 0xff};

std::vector<DerExtension> ExtensionsOf(const CertificateView& certificate) {
  std::vector<DerExtension> out;
  DerReader reader(certificate.extensions);
  DerExtension extension;
  while (ReadExtension(reader, extension)) {
    out.push_back(extension);
  }
  return out;
}

std::optional<Bytes> FindExtension(const CertificateView& certificate, Bytes oid) {
  for (const DerExtension& extension : ExtensionsOf(certificate)) {
    if (Equal(extension.oid, oid)) {
      return extension.whole;
    }
  }
  return std::nullopt;
}

bool IsCritical(const DerExtension& extension) {
  DerElement fields;
  DerElement oid;
  DerElement critical;
  DerReader outer(extension.whole);
  if (!outer.ReadTag(der_tag::kSequence, fields)) {
    return false;
  }
  DerReader reader(fields);
  return reader.ReadTag(der_tag::kOid, oid) && reader.ReadTag(der_tag::kBoolean, critical) &&
         Equal(critical.whole, kDerTrue);
}

// SubmittedExtensions are the extensions that stay.
Result<ByteVector> SubmittedExtensions(const CertificateView& precertificate,
                                       const CertificateView* signer) {
  std::optional<Bytes> authority =
      signer != nullptr ? FindExtension(*signer, kAuthorityKeyIdentifier) : std::nullopt;
  ByteVector out;
  bool poisoned = false;
  for (const DerExtension& extension : ExtensionsOf(precertificate)) {
    if (Equal(extension.oid, oid::kPrecertPoison)) {
      if (poisoned) {
        return Fail(Errc::kDuplicate, "precertificate.poison");
      }
      if (!IsCritical(extension) || !Equal(extension.value, kDerNull)) {
        return Fail(Errc::kBadEncoding, "precertificate.poison");
      }
      poisoned = true;
    } else if (signer != nullptr && Equal(extension.oid, kAuthorityKeyIdentifier)) {
      Append(out, authority.value_or(Bytes()));
      authority.reset();
    } else {
      Append(out, extension.whole);
    }
  }
  if (!poisoned) {
    return Fail(Errc::kMissing, "precertificate.poison");
  }
  Append(out, authority.value_or(Bytes()));
  return out;
}

// FieldsBeforeExtensions are those of the TBSCertificate up to [3], with another issuer.
ByteVector FieldsBeforeExtensions(const CertificateView& certificate, Bytes issuer) {
  ByteVector out;
  DerReader reader(certificate.tbs_before_extensions);
  DerElement element;
  while (reader.Read(element)) {
    Append(out, element.whole.data() == certificate.issuer.data() ? issuer : element.whole);
  }
  return out;
}

}  // namespace

Result<ByteVector> EncodeSubmittedTbs(const CertificateView& precertificate,
                                      const CertificateView* signer) {
  Result<ByteVector> extensions = SubmittedExtensions(precertificate, signer);
  if (!extensions) {
    return extensions;
  }
  ByteVector contents = FieldsBeforeExtensions(
      precertificate, signer != nullptr ? signer->issuer : precertificate.issuer);
  // Extensions is a SEQUENCE of at least one: when none is left, the field goes too.
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

bool IsPrecertSigner(const CertificateView& certificate) {
  for (const DerExtension& extension : ExtensionsOf(certificate)) {
    const std::optional<DerElement> usages = DecodeDer(der_tag::kSequence, extension.value);
    if (!Equal(extension.oid, kExtendedKeyUsage) || !usages) {
      continue;
    }
    DerReader reader(*usages);
    DerElement usage;
    while (reader.ReadTag(der_tag::kOid, usage)) {
      if (Equal(usage.contents, kPrecertSigning)) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace tattle::testlog
