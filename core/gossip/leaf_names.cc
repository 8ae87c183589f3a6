// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/leaf_names.h"

#include <array>
#include <cstddef>
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

bool IsWildcard(std::string_view name) {
  return name.substr(0, 2) == "*.";
}

// ParentOf is what stands behind the first label, with its dot; nothing if either is empty.
std::string_view ParentOf(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos || dot == 0 || dot + 1 == name.size() ? std::string_view()
                                                                             : name.substr(dot);
}

// FirstOf is the one that stands further in front in the hosts; either may be null.
const std::string* FirstOf(const std::string* a, const std::string* b) {
  return a == nullptr || (b != nullptr && b < a) ? b : a;
}

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
  if (!IsWildcard(dns_name)) {
    return EqualsInAnyCase(dns_name, host);
  }
  return dns_name.size() > 2 && EqualsInAnyCase(dns_name.substr(1), ParentOf(host));
}

std::size_t HostFinder::HashInAnyCase::operator()(std::string_view text) const {
  // FNV-1a. The hosts are the server's own, so nobody else can make many of them meet.
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<std::uint8_t>(LowerCase(c))) * 0x100000001b3U;
  }
  return static_cast<std::size_t>(hash);
}

bool HostFinder::EqualInAnyCase::operator()(std::string_view a, std::string_view b) const {
  return EqualsInAnyCase(a, b);
}

HostFinder::HostFinder(std::span<const std::string> hosts) {
  names_.reserve(hosts.size());
  parents_.reserve(hosts.size());
  for (const std::string& host : hosts) {
    const std::string_view parent = ParentOf(host);
    if (!parent.empty()) {
      parents_.try_emplace(parent, &host);
    }
    if (!IsWildcard(host)) {
      names_.try_emplace(host, &host);
    } else if (!parent.empty()) {
      wildcards_.try_emplace(parent, &host);
    }
  }
}

const std::string* HostFinder::FindName(std::string_view dns_name) const {
  const auto find = [](const Index& index, std::string_view key) {
    const auto found = index.find(key);
    return found == index.end() ? nullptr : found->second;
  };
  const std::string_view parent = ParentOf(dns_name);
  if (IsWildcard(dns_name)) {
    return parent.empty() ? nullptr : find(parents_, parent);
  }
  return FirstOf(dns_name.empty() ? nullptr : find(names_, dns_name),
                 parent.empty() ? nullptr : find(wildcards_, parent));
}

const std::string* HostFinder::Find(const CertificateView& certificate) const {
  const Result<std::vector<std::string_view>> dns_names = DecodeDnsNames(certificate);
  if (!dns_names) {
    return nullptr;
  }
  const std::string* first = nullptr;
  for (const std::string_view dns_name : *dns_names) {
    first = FirstOf(first, FindName(dns_name));
  }
  return first;
}

}  // namespace tattle
