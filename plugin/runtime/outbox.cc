// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/outbox.h"

#include <array>
#include <cstddef>
#include <utility>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/base/writer.h"
#include "core/wire/digitally_signed.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/host_name.h"
#include "plugin/runtime/own_format.h"

namespace tattle {
namespace {

constexpr OwnFormat kOutboxFormat = {{'T', 'T', 'L', 'B'}, 1, "outbox.magic", "outbox.version"};

// IsHostName: the host of an entry is never empty.
bool IsHostName(std::string_view host) {
  return !host.empty() && IsCanonicalHost(host);
}

bool IsPossible(const SignedTreeHead& sth) {
  return sth.head.tree_size <= kMaxTreeSize && DecodeDigitallySigned(sth.signature).has_value();
}

// struct {
//   LogID log_id;
//   uint64 tree_size;                      -- at most 2^63
//   uint64 timestamp;
//   opaque sha256_root_hash[32];
//   opaque signature<4..2^16-1>;           -- a DigitallySigned
// } OutboxHead;
Result<OutboxHead> ReadOutboxHead(ByteReader& reader, std::size_t base) {
  const std::size_t offset = base + reader.offset();
  OutboxHead out;
  Bytes signature;
  if (!reader.ReadArray(out.log_id) || !reader.ReadUint64(out.sth.head.tree_size) ||
      !reader.ReadUint64(out.sth.head.timestamp_ms) ||
      !reader.ReadArray(out.sth.head.sha256_root_hash) || !reader.ReadVector16(signature)) {
    return Fail(Errc::kTruncated, "outbox.head", base + reader.offset());
  }
  if (out.sth.head.tree_size > kMaxTreeSize) {
    return Fail(Errc::kOutOfRange, "outbox.head.tree_size", offset);
  }
  // A signature that cannot even be read is none, as in DecodeGetSth.
  if (const Result<DigitallySigned> decoded = DecodeDigitallySigned(signature); !decoded) {
    return Fail(decoded.error().code, "outbox.head.signature", offset);
  }
  out.sth.signature = ToVector(signature);
  return out;
}

// struct {
//   opaque host<1..2^8-1>;                 -- as IsCanonicalHost has it
//   OutboxHead heads<0..2^24-1>;           -- at most 64
// } OutboxHost;
Result<OutboxHost> ReadOutboxHost(ByteReader& reader, std::size_t base) {
  const std::size_t offset = base + reader.offset();
  Bytes host;
  Bytes heads;
  if (!reader.ReadVector8(host) || !reader.ReadVector24(heads)) {
    return Fail(Errc::kTruncated, "outbox.host", base + reader.offset());
  }
  if (!IsHostName(AsText(host))) {
    return Fail(Errc::kBadEncoding, "outbox.host", offset);
  }
  OutboxHost out;
  out.host = AsText(host);
  const std::size_t heads_base = base + reader.offset() - heads.size();
  ByteReader heads_reader(heads);
  while (!heads_reader.empty()) {
    if (out.heads.size() == kMaxOutboxHeads) {
      return Fail(Errc::kTooLarge, "outbox.host.heads", heads_base + heads_reader.offset());
    }
    Result<OutboxHead> head = ReadOutboxHead(heads_reader, heads_base);
    if (!head) {
      return tl::unexpected(head.error());
    }
    out.heads.push_back(*std::move(head));
  }
  return out;
}

Result<std::vector<OutboxHost>> DecodeHosts(Bytes hosts, std::size_t base) {
  std::vector<OutboxHost> out;
  ByteReader reader(hosts);
  while (!reader.empty()) {
    const std::size_t offset = base + reader.offset();
    if (out.size() == kMaxOutboxHosts) {
      return Fail(Errc::kTooLarge, "outbox.hosts", offset);
    }
    Result<OutboxHost> host = ReadOutboxHost(reader, base);
    if (!host) {
      return tl::unexpected(host.error());
    }
    if (!out.empty() && out.back().host >= host->host) {
      return Fail(out.back().host == host->host ? Errc::kDuplicate : Errc::kBadEncoding,
                  "outbox.hosts", offset);
    }
    out.push_back(*std::move(host));
  }
  return out;
}

Result<ByteVector> EncodeHost(const OutboxHost& host) {
  if (!IsHostName(host.host)) {
    return Fail(Errc::kInvalidArgument, "outbox.host");
  }
  if (host.heads.size() > kMaxOutboxHeads) {
    return Fail(Errc::kTooLarge, "outbox.host.heads");
  }
  ByteWriter heads;
  for (const OutboxHead& head : host.heads) {
    if (!IsPossible(head.sth)) {
      return Fail(Errc::kInvalidArgument, "outbox.head");
    }
    heads.WriteBytes(head.log_id);
    heads.WriteUint64(head.sth.head.tree_size);
    heads.WriteUint64(head.sth.head.timestamp_ms);
    heads.WriteBytes(head.sth.head.sha256_root_hash);
    heads.WriteVector16(head.sth.signature);
  }
  const Result<ByteVector> heads_bytes = heads.Finish();
  if (!heads_bytes) {
    return tl::unexpected(heads_bytes.error());
  }
  ByteWriter writer;
  writer.WriteVector8(AsBytes(host.host));
  writer.WriteVector24(*heads_bytes);
  return writer.Finish();
}

}  // namespace

Result<ByteVector> EncodeOutbox(const Outbox& outbox) {
  if (outbox.hosts.size() > kMaxOutboxHosts) {
    return Fail(Errc::kTooLarge, "outbox.hosts");
  }
  ByteVector hosts;
  const OutboxHost* previous = nullptr;
  for (const OutboxHost& host : outbox.hosts) {
    if (previous != nullptr && previous->host >= host.host) {
      return Fail(Errc::kInvalidArgument, "outbox.hosts");
    }
    previous = &host;
    const Result<ByteVector> bytes = EncodeHost(host);
    if (!bytes) {
      return tl::unexpected(bytes.error());
    }
    if (bytes->size() > kMaxOutboxSize - hosts.size()) {
      return Fail(Errc::kTooLarge, "outbox");
    }
    Append(hosts, *bytes);
  }
  ByteWriter writer;
  WriteFormat(writer, kOutboxFormat);
  writer.WriteUint64(outbox.made_ms);
  writer.WriteUint64(outbox.expires_ms);
  writer.WriteVector24(hosts);
  Result<ByteVector> file = writer.Finish();
  if (file && file->size() > kMaxOutboxSize) {
    return Fail(Errc::kTooLarge, "outbox");
  }
  return file;
}

// struct {
//   opaque magic[4];                       -- "TTLB"
//   uint8 version;                         -- 1
//   uint64 made;                           -- milliseconds
//   uint64 expires;                        -- milliseconds
//   OutboxHost hosts<0..2^24-1>;           -- at most 8192, sorted by host as bytes, each once
// } Outbox;
Result<Outbox> DecodeOutbox(Bytes file) {
  if (file.size() > kMaxOutboxSize) {
    return Fail(Errc::kTooLarge, "outbox");
  }
  ByteReader reader(file);
  Outbox out;
  if (const Result<void> format = ReadFormat(reader, kOutboxFormat); !format) {
    return tl::unexpected(format.error());
  }
  Bytes hosts;
  if (!reader.ReadUint64(out.made_ms) || !reader.ReadUint64(out.expires_ms) ||
      !reader.ReadVector24(hosts)) {
    return Fail(Errc::kTruncated, "outbox", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "outbox", reader.offset());
  }
  Result<std::vector<OutboxHost>> decoded = DecodeHosts(hosts, file.size() - hosts.size());
  if (!decoded) {
    return tl::unexpected(decoded.error());
  }
  out.hosts = *std::move(decoded);
  return out;
}

}  // namespace tattle
