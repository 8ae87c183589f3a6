// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/name.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/lower_case.h"
#include "core/der/reader.h"

namespace tattle {
namespace {

constexpr std::uint8_t kSet = 0x31;

// The strings in use today, in which ASCII stands as it is.
constexpr bool IsText(std::uint8_t tag) {
  constexpr std::uint8_t kUtf8 = 0x0c;
  constexpr std::uint8_t kPrintable = 0x13;
  constexpr std::uint8_t kIa5 = 0x16;
  return tag == kUtf8 || tag == kPrintable || tag == kIa5;
}

bool IsAscii(Bytes text) {
  return std::all_of(text.begin(), text.end(), [](std::uint8_t byte) { return byte < 0x80; });
}

// Folded is text in lower case, with one space where there are several, and none at its ends.
std::string Folded(Bytes text) {
  std::string out;
  for (const std::uint8_t byte : text) {
    const char c = static_cast<char>(byte);
    if (c != ' ') {
      out.push_back(LowerCase(c));
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(c);
    }
  }
  if (out.ends_with(' ')) {
    out.pop_back();
  }
  return out;
}

// AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY }
struct Attribute {
  DerElement type;
  DerElement value;
};

bool ReadAttribute(DerReader& reader, Attribute& out) {
  DerElement whole;
  if (!reader.ReadTag(der_tag::kSequence, whole)) {
    return false;
  }
  DerReader inner(whole);
  return inner.ReadTag(der_tag::kOid, out.type) && inner.Read(out.value) && inner.empty();
}

bool AreSameAttributes(const Attribute& a, const Attribute& b) {
  if (!Equal(a.type.contents, b.type.contents)) {
    return false;
  }
  if (Equal(a.value.whole, b.value.whole)) {
    return true;
  }
  return IsText(a.value.tag) && IsText(b.value.tag) &&
         (a.value.tag == b.value.tag || IsAscii(a.value.contents)) &&
         Folded(a.value.contents) == Folded(b.value.contents);
}

// RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue
bool AreSameRelativeNames(const DerElement& a, const DerElement& b) {
  DerReader reader_a(a);
  DerReader reader_b(b);
  while (!reader_a.empty() && !reader_b.empty()) {
    Attribute attribute_a;
    Attribute attribute_b;
    if (!ReadAttribute(reader_a, attribute_a) || !ReadAttribute(reader_b, attribute_b) ||
        !AreSameAttributes(attribute_a, attribute_b)) {
      return false;
    }
  }
  return reader_a.empty() && reader_b.empty();
}

}  // namespace

// RDNSequence ::= SEQUENCE OF RelativeDistinguishedName
bool AreSameNames(Bytes a, Bytes b) {
  if (Equal(a, b)) {
    return true;
  }
  const std::optional<DerElement> name_a = DecodeDer(der_tag::kSequence, a);
  const std::optional<DerElement> name_b = DecodeDer(der_tag::kSequence, b);
  if (!name_a || !name_b) {
    return false;
  }
  DerReader reader_a(*name_a);
  DerReader reader_b(*name_b);
  while (!reader_a.empty() && !reader_b.empty()) {
    DerElement relative_a;
    DerElement relative_b;
    if (!reader_a.ReadTag(kSet, relative_a) || !reader_b.ReadTag(kSet, relative_b) ||
        !AreSameRelativeNames(relative_a, relative_b)) {
      return false;
    }
  }
  return reader_a.empty() && reader_b.empty();
}

}  // namespace tattle
