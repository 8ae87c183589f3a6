// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/leaf_names.h"

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/lower_case.h"
#include "core/der/extension.h"
#include "core/der/reader.h"
#include "core/gossip/bounds.h"

namespace tattle {
namespace {

// 2.5.29.17: RFC 5280, Section 4.2.1.6.
constexpr std::array<std::uint8_t, 3> kSubjectAltName = {0x55, 0x1d, 0x11};

}  // namespace

// SubjectAltName ::= GeneralNames
//
// GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName
//
// GeneralName ::= CHOICE {
//   ...
//   dNSName  [2]  IA5String,
//   ... }
Result<std::vector<std::string_view>> DecodeDnsNames(const CertificateView& certificate) {
  std::vector<std::string_view> names;
  bool is_there = false;
  DerReader extensions(certificate.extensions);
  while (!extensions.empty()) {
    DerExtension extension;
    if (!ReadExtension(extensions, extension)) {
      return Fail(Errc::kBadEncoding, "extensions", extensions.offset());
    }
    if (!Equal(extension.oid, kSubjectAltName)) {
      continue;
    }
    if (is_there) {
      return Fail(Errc::kDuplicate, "subject_alt_name", extensions.offset());
    }
    is_there = true;
    const std::optional<DerElement> general_names = DecodeDer(der_tag::kSequence, extension.value);
    if (!general_names) {
      return Fail(Errc::kBadEncoding, "subject_alt_name");
    }
    DerReader reader(*general_names);
    while (!reader.empty()) {
      DerElement name;
      if (!reader.Read(name)) {
        return Fail(Errc::kBadEncoding, "subject_alt_name", reader.offset());
      }
      if (name.tag != der_tag::ContextPrimitive(2)) {
        continue;
      }
      if (names.size() == kMaxLeafNames) {
        return Fail(Errc::kTooLarge, "subject_alt_name", reader.offset());
      }
      names.push_back(AsText(name.contents));
    }
  }
  return names;
}

bool IsNameOfHost(std::string_view dns_name, std::string_view host) {
  if (host.empty() || dns_name.empty()) {
    return false;
  }
  if (dns_name.substr(0, 2) != "*.") {
    return EqualsInAnyCase(dns_name, host);
  }
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot != 0 && dns_name.size() > 2 &&
         EqualsInAnyCase(dns_name.substr(1), host.substr(dot));
}

const std::string* FindHostOf(const CertificateView& certificate,
                              std::span<const std::string> hosts) {
  const Result<std::vector<std::string_view>> dns_names = DecodeDnsNames(certificate);
  if (!dns_names) {
    return nullptr;
  }
  for (const std::string& host : hosts) {
    if (std::any_of(dns_names->begin(), dns_names->end(), [&](std::string_view dns_name) {
          return IsNameOfHost(dns_name, host) || IsNameOfHost(host, dns_name);
        })) {
      return &host;
    }
  }
  return nullptr;
}

}  // namespace tattle
