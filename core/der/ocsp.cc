// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/ocsp.h"

#include "core/base/limits.h"
#include "core/der/extension.h"
#include "core/der/oid.h"
#include "core/der/reader.h"

namespace tattle {
namespace {

// OCSPResponseStatus ::= ENUMERATED { successful (0), ... }
constexpr std::uint8_t kSuccessful = 0;

// CertID ::= SEQUENCE {
//   hashAlgorithm   AlgorithmIdentifier,
//   issuerNameHash  OCTET STRING,
//   issuerKeyHash   OCTET STRING,
//   serialNumber    CertificateSerialNumber }
bool ReadCertId(const DerElement& cert_id, OcspSingleResponse& out) {
  DerReader fields(cert_id);
  DerElement algorithm;
  DerElement name_hash;
  DerElement key_hash;
  DerElement serial_number;
  if (!fields.ReadTag(der_tag::kSequence, algorithm) ||
      !fields.ReadTag(der_tag::kOctetString, name_hash) ||
      !fields.ReadTag(der_tag::kOctetString, key_hash) || !fields.ReadInteger(serial_number) ||
      !fields.empty()) {
    return false;
  }
  // AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
  DerReader algorithm_fields(algorithm);
  DerElement algorithm_oid;
  DerElement parameters;
  if (!algorithm_fields.ReadTag(der_tag::kOid, algorithm_oid) ||
      (!algorithm_fields.empty() && !algorithm_fields.Read(parameters)) ||
      !algorithm_fields.empty()) {
    return false;
  }
  if (Equal(algorithm_oid.contents, oid::kSha1)) {
    out.hash = OcspHash::kSha1;
  } else if (Equal(algorithm_oid.contents, oid::kSha256)) {
    out.hash = OcspHash::kSha256;
  }
  out.issuer_name_hash = name_hash.contents;
  out.issuer_key_hash = key_hash.contents;
  out.serial_number = serial_number.contents;
  return true;
}

Result<void> ReadSingleExtensions(const DerElement& extensions, OcspSingleResponse& out) {
  const std::optional<DerElement> sequence = DecodeInner(der_tag::kSequence, extensions);
  if (!sequence) {
    return Fail(Errc::kBadEncoding, "ocsp.single_extensions", extensions.offset);
  }
  DerReader reader(*sequence);
  while (!reader.empty()) {
    const std::size_t offset = reader.offset();
    DerExtension extension;
    if (!ReadExtension(reader, extension)) {
      return Fail(Errc::kBadEncoding, "ocsp.single_extensions", offset);
    }
    if (Equal(extension.oid, oid::kOcspSctList)) {
      if (out.sct_list_value) {
        return Fail(Errc::kDuplicate, "ocsp.single_extensions.sct_list", offset);
      }
      out.sct_list_value = extension.value;
    }
  }
  return {};
}

// SingleResponse ::= SEQUENCE {
//   certID                CertID,
//   certStatus            CertStatus,
//   thisUpdate            GeneralizedTime,
//   nextUpdate        [0] EXPLICIT GeneralizedTime OPTIONAL,
//   singleExtensions  [1] EXPLICIT Extensions OPTIONAL }
Result<OcspSingleResponse> DecodeSingleResponse(const DerElement& single) {
  DerReader fields(single);
  OcspSingleResponse out;
  DerElement cert_id;
  DerElement cert_status;
  DerElement this_update;
  std::optional<DerElement> next_update;
  std::optional<DerElement> extensions;
  if (!fields.ReadTag(der_tag::kSequence, cert_id) || !ReadCertId(cert_id, out) ||
      !fields.Read(cert_status) || !fields.ReadTag(der_tag::kGeneralizedTime, this_update) ||
      !fields.ReadOptional(der_tag::ContextConstructed(0), next_update) ||
      !fields.ReadOptional(der_tag::ContextConstructed(1), extensions) || !fields.empty()) {
    return Fail(Errc::kBadEncoding, "ocsp.single_response", fields.offset());
  }
  if (extensions) {
    if (const Result<void> read = ReadSingleExtensions(*extensions, out); !read) {
      return tl::unexpected(read.error());
    }
  }
  return out;
}

OcspSingles DecodeSingles(const DerElement& responses) {
  OcspSingles out;
  const auto pass_over = [&out](const Error& why) {
    out.passed_over = out.passed_over.value_or(why);  // the first
  };
  DerReader reader(responses);
  for (std::size_t num_read = 0; !reader.empty(); ++num_read) {
    DerElement single;
    if (num_read == kMaxOcspSingleResponses) {
      pass_over({Errc::kTooLarge, reader.offset(), "ocsp.responses"});
      break;
    }
    if (!reader.ReadTag(der_tag::kSequence, single)) {
      pass_over({Errc::kBadEncoding, reader.offset(), "ocsp.responses"});
      break;  // nobody knows where the next one begins
    }
    if (const Result<OcspSingleResponse> decoded = DecodeSingleResponse(single); decoded) {
      out.all.push_back(*decoded);
    } else {
      pass_over(decoded.error());
    }
  }
  return out;
}

// ResponseData ::= SEQUENCE {
//   version             [0] EXPLICIT Version DEFAULT v1,
//   responderID             ResponderID,   -- CHOICE { byName [1], byKey [2] }
//   producedAt              GeneralizedTime,
//   responses               SEQUENCE OF SingleResponse,
//   responseExtensions  [1] EXPLICIT Extensions OPTIONAL }
Result<OcspSingles> DecodeResponseData(const DerElement& data) {
  DerReader fields(data);
  std::optional<DerElement> version;
  DerElement responder_id;
  DerElement produced_at;
  DerElement responses;
  std::optional<DerElement> extensions;
  if (!fields.ReadOptional(der_tag::ContextConstructed(0), version) || !fields.Read(responder_id) ||
      !fields.ReadTag(der_tag::kGeneralizedTime, produced_at) ||
      !fields.ReadTag(der_tag::kSequence, responses) ||
      !fields.ReadOptional(der_tag::ContextConstructed(1), extensions) || !fields.empty()) {
    return Fail(Errc::kBadEncoding, "ocsp.response_data", fields.offset());
  }
  return DecodeSingles(responses);
}

// BasicOCSPResponse ::= SEQUENCE {
//   tbsResponseData      ResponseData,
//   signatureAlgorithm   AlgorithmIdentifier,
//   signature            BIT STRING,
//   certs            [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
Result<OcspSingles> DecodeBasicResponse(const DerElement& octets) {
  const std::optional<DerElement> sequence = DecodeInner(der_tag::kSequence, octets);
  if (!sequence) {
    return Fail(Errc::kBadEncoding, "ocsp.basic_response", octets.offset);
  }
  DerReader fields(*sequence);
  DerElement data;
  DerElement algorithm;
  DerElement signature;
  std::optional<DerElement> certs;
  if (!fields.ReadTag(der_tag::kSequence, data) || !fields.ReadTag(der_tag::kSequence, algorithm) ||
      !fields.ReadTag(der_tag::kBitString, signature) ||
      !fields.ReadOptional(der_tag::ContextConstructed(0), certs) || !fields.empty()) {
    return Fail(Errc::kBadEncoding, "ocsp.basic_response", fields.offset());
  }
  return DecodeResponseData(data);
}

}  // namespace

Result<OcspSingles> DecodeOcspResponse(Bytes response) {
  if (response.size() > kMaxOcspResponseSize) {
    return Fail(Errc::kTooLarge, "ocsp", kMaxOcspResponseSize);
  }
  const std::optional<DerElement> sequence = DecodeDer(der_tag::kSequence, response);
  if (!sequence) {
    return Fail(Errc::kBadEncoding, "ocsp");
  }
  // OCSPResponse ::= SEQUENCE {
  //   responseStatus      OCSPResponseStatus,
  //   responseBytes  [0]  EXPLICIT ResponseBytes OPTIONAL }
  DerReader fields(*sequence);
  DerElement status;
  std::optional<DerElement> response_bytes;
  if (!fields.ReadTag(der_tag::kEnumerated, status) || status.contents.size() != 1 ||
      !fields.ReadOptional(der_tag::ContextConstructed(0), response_bytes) || !fields.empty()) {
    return Fail(Errc::kBadEncoding, "ocsp", fields.offset());
  }
  if (status.contents.front() != kSuccessful) {
    return OcspSingles{};
  }
  if (!response_bytes) {
    return Fail(Errc::kMissing, "ocsp.response_bytes");
  }
  // ResponseBytes ::= SEQUENCE {
  //   responseType  OBJECT IDENTIFIER,
  //   response      OCTET STRING }
  const std::optional<DerElement> typed = DecodeInner(der_tag::kSequence, *response_bytes);
  if (!typed) {
    return Fail(Errc::kBadEncoding, "ocsp.response_bytes", response_bytes->offset);
  }
  DerReader typed_fields(*typed);
  DerElement type;
  DerElement octets;
  if (!typed_fields.ReadTag(der_tag::kOid, type) ||
      !typed_fields.ReadTag(der_tag::kOctetString, octets) || !typed_fields.empty()) {
    return Fail(Errc::kBadEncoding, "ocsp.response_bytes", typed_fields.offset());
  }
  if (!Equal(type.contents, oid::kOcspBasic)) {
    return Fail(Errc::kUnsupportedFormat, "ocsp.response_type", type.offset);
  }
  return DecodeBasicResponse(octets);
}

}  // namespace tattle
