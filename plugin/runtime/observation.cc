// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/observation.h"

#include <array>
#include <cstddef>
#include <utility>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/base/writer.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/host_name.h"
#include "plugin/runtime/own_format.h"

namespace tattle {
namespace {

constexpr OwnFormat kObservationFormat = {
    {'T', 'T', 'L', 'O'}, 1, "observation.magic", "observation.version"};

// SizeOfParts counts what varies in size, to refuse before anything is copied.
std::size_t SizeOfParts(const Observation& observation) {
  std::size_t size =
      observation.host.size() + observation.tls_scts.size() + observation.ocsp_response.size();
  for (const ByteVector& certificate : observation.chain) {
    size += certificate.size();
  }
  return size;
}

Result<void> ReadHead(ByteReader& reader, Observation& out) {
  if (Result<void> format = ReadFormat(reader, kObservationFormat); !format) {
    return format;
  }
  std::uint8_t mode = 0;
  std::uint8_t policy = 0;
  std::uint8_t compliant = 0;
  Bytes host;
  if (!reader.ReadUint64(out.seen_ms) || !reader.ReadUint8(mode) || !reader.ReadUint8(policy) ||
      !reader.ReadUint8(compliant) || !reader.ReadVector8(host)) {
    return Fail(Errc::kTruncated, "observation", reader.offset());
  }
  out.mode = static_cast<Mode>(mode);
  out.policy = static_cast<Policy>(policy);
  out.compliant = compliant == 1;
  out.host = AsText(host);
  if (out.mode < Mode::kOff || out.mode > Mode::kRequire) {
    return Fail(Errc::kOutOfRange, "observation.mode");
  }
  if (out.policy < Policy::kChrome || out.policy > Policy::kStrict) {
    return Fail(Errc::kOutOfRange, "observation.policy");
  }
  if (compliant > 1) {
    return Fail(Errc::kOutOfRange, "observation.compliant");
  }
  if (!IsCanonicalHost(out.host)) {
    return Fail(Errc::kBadEncoding, "observation.host", reader.offset() - host.size());
  }
  return {};
}

Result<void> ReadChain(ByteReader& reader, Observation& out) {
  Bytes chain;
  if (!reader.ReadVector24(chain)) {
    return Fail(Errc::kTruncated, "observation.chain", reader.offset());
  }
  const std::size_t chain_offset = reader.offset() - chain.size();
  if (chain.empty()) {
    return Fail(Errc::kBadLength, "observation.chain", chain_offset);
  }
  ByteReader chain_reader(chain);
  while (!chain_reader.empty()) {
    const std::size_t offset = chain_offset + chain_reader.offset();
    Bytes certificate;
    if (!chain_reader.ReadVector24(certificate)) {
      return Fail(Errc::kTruncated, "observation.chain.certificate", offset);
    }
    if (certificate.empty()) {
      return Fail(Errc::kBadLength, "observation.chain.certificate", offset);
    }
    if (out.chain.size() == kMaxChainCertificates) {
      return Fail(Errc::kTooLarge, "observation.chain", offset);
    }
    out.chain.push_back(ToVector(certificate));
  }
  return {};
}

}  // namespace

std::optional<ByteVector> EncodeObservation(const Observation& observation) {
  const std::string host = CanonicalHost(observation.host);
  if (SizeOfParts(observation) > kMaxObservationSize || !IsCanonicalHost(host) ||
      observation.chain.empty() || observation.chain.size() > kMaxChainCertificates) {
    return std::nullopt;
  }
  ByteWriter chain;
  for (const ByteVector& certificate : observation.chain) {
    if (certificate.empty()) {
      return std::nullopt;
    }
    chain.WriteVector24(certificate);
  }
  const Result<ByteVector> chain_bytes = chain.Finish();
  if (!chain_bytes) {
    return std::nullopt;
  }
  ByteWriter writer;
  WriteFormat(writer, kObservationFormat);
  writer.WriteUint64(observation.seen_ms);
  writer.WriteUint8(static_cast<std::uint8_t>(observation.mode));
  writer.WriteUint8(static_cast<std::uint8_t>(observation.policy));
  writer.WriteUint8(observation.compliant ? 1 : 0);
  writer.WriteVector8(AsBytes(host));
  writer.WriteVector24(*chain_bytes);
  writer.WriteVector24(observation.tls_scts);
  writer.WriteVector24(observation.ocsp_response);
  Result<ByteVector> bytes = writer.Finish();
  if (!bytes || bytes->size() > kMaxObservationSize) {
    return std::nullopt;
  }
  return *std::move(bytes);
}

// opaque Certificate<1..2^24-1>;
//
// struct {
//   opaque magic[4];                       -- "TTLO"
//   uint8 version;                         -- 1
//   uint64 seen;                           -- milliseconds
//   Mode mode;                             -- uint8, as in plugin/runtime/config.h
//   Policy policy;                         -- uint8, as in core/policy/policy.h
//   uint8 compliant;                       -- 0 or 1
//   opaque host<0..2^8-1>;                 -- as IsCanonicalHost has it
//   Certificate chain<1..2^24-1>;          -- at most 32
//   opaque tls_scts<0..2^24-1>;            -- empty: there was none
//   opaque ocsp_response<0..2^24-1>;       -- empty: there was none
// } Observation;
Result<Observation> DecodeObservation(Bytes datagram) {
  if (datagram.size() > kMaxObservationSize) {
    return Fail(Errc::kTooLarge, "observation");
  }
  ByteReader reader(datagram);
  Observation out;
  if (const Result<void> head = ReadHead(reader, out); !head) {
    return tl::unexpected(head.error());
  }
  if (const Result<void> chain = ReadChain(reader, out); !chain) {
    return tl::unexpected(chain.error());
  }
  Bytes tls_scts;
  Bytes ocsp_response;
  if (!reader.ReadVector24(tls_scts) || !reader.ReadVector24(ocsp_response)) {
    return Fail(Errc::kTruncated, "observation", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "observation", reader.offset());
  }
  out.tls_scts = ToVector(tls_scts);
  out.ocsp_response = ToVector(ocsp_response);
  return out;
}

}  // namespace tattle
