// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/synthetic.h"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>

#include "core/base/time.h"
#include "core/der/reader.h"

namespace tattle::testlog {
namespace {

constexpr std::uint64_t kValidMs = 90 * kMsPerDay;
constexpr std::uint64_t kYear2050Ms = 2'524'608'000'000;
constexpr std::uint8_t kUtf8String = 0x0c;
constexpr std::uint8_t kSet = 0x31;
constexpr std::array<std::uint8_t, 3> kCommonName = {0x55, 0x04, 0x03};
constexpr std::array<std::uint8_t, 3> kSubjectAltName = {0x55, 0x1d, 0x11};
// 1.2.840.10045.4.3.2: ecdsa-with-SHA256.
constexpr std::array<std::uint8_t, 8> kEcdsaWithSha256 = {0x2a, 0x86, 0x48, 0xce,
                                                          0x3d, 0x04, 0x03, 0x02};
constexpr std::array<std::uint8_t, 1> kVersion3 = {2};
// A signature of the right form: two numbers of 1.
constexpr std::array<std::uint8_t, 9> kSignatureBits = {0,    0x30, 6,    0x02, 1,
                                                        0x01, 0x02, 0x01, 0x01};

ByteVector Der(std::uint8_t tag, std::initializer_list<Bytes> contents) {
  ByteVector joined;
  for (const Bytes& part : contents) {
    Append(joined, part);
  }
  ByteVector out;
  AppendDerHeader(out, tag, joined.size());
  Append(out, joined);
  return out;
}

ByteVector Name(std::string_view common_name) {
  const ByteVector oid = Der(der_tag::kOid, {kCommonName});
  const ByteVector value = Der(kUtf8String, {AsBytes(common_name)});
  const ByteVector attribute = Der(der_tag::kSequence, {oid, value});
  const ByteVector rdn = Der(kSet, {attribute});
  return Der(der_tag::kSequence, {rdn});
}

// Time: "CAs [...] MUST always encode certificate validity dates through the year 2049 as UTCTime"
// (RFC 5280, Section 4.1.2.5).
ByteVector Time(std::uint64_t time_ms) {
  std::string text = EncodeRfc3339(time_ms / kMsPerSecond * kMsPerSecond);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
  if (time_ms < kYear2050Ms) {
    return Der(der_tag::kUtcTime, {AsBytes(std::string_view(text).substr(2))});
  }
  return Der(der_tag::kGeneralizedTime, {AsBytes(text)});
}

ByteVector Serial(std::uint64_t number) {
  ByteVector contents = {0x01};  // positive, and never with a zero that DER leaves out
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    contents.push_back(static_cast<std::uint8_t>(number >> (shift - 8)));
  }
  return Der(der_tag::kInteger, {contents});
}

ByteVector Extensions(std::string_view dns_name) {
  const ByteVector name = Der(der_tag::ContextPrimitive(2) /* dNSName */, {AsBytes(dns_name)});
  const ByteVector names = Der(der_tag::kSequence, {name});
  const ByteVector value = Der(der_tag::kOctetString, {names});
  const ByteVector oid = Der(der_tag::kOid, {kSubjectAltName});
  const ByteVector extension = Der(der_tag::kSequence, {oid, value});
  const ByteVector sequence = Der(der_tag::kSequence, {extension});
  return Der(der_tag::ContextConstructed(3), {sequence});
}

}  // namespace

ByteVector EncodeSyntheticCertificate(std::uint64_t number, Bytes spki, std::uint64_t now_ms) {
  const std::string dns_name = "host" + std::to_string(number) + ".synthetic.example";
  const ByteVector version_number = Der(der_tag::kInteger, {kVersion3});
  const ByteVector version = Der(der_tag::ContextConstructed(0), {version_number});
  const ByteVector algorithm_oid = Der(der_tag::kOid, {kEcdsaWithSha256});
  const ByteVector algorithm = Der(der_tag::kSequence, {algorithm_oid});
  const ByteVector not_before = Time(now_ms);
  const ByteVector not_after = Time(now_ms + kValidMs);
  const ByteVector validity = Der(der_tag::kSequence, {not_before, not_after});
  const ByteVector tbs =
      Der(der_tag::kSequence, {version, Serial(number), algorithm, Name("Synthetic CA"), validity,
                               Name(dns_name), spki, Extensions(dns_name)});
  const ByteVector signature = Der(der_tag::kBitString, {kSignatureBits});
  return Der(der_tag::kSequence, {tbs, algorithm, signature});
}

}  // namespace tattle::testlog
