// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/serve/sct_file.h"

#include <optional>
#include <string_view>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/der/pem.h"
#include "core/wire/sct.h"

namespace tattle {
namespace {

constexpr std::string_view kServerInfoV1 = "SERVERINFO FOR ";
constexpr std::string_view kServerInfoV2 = "SERVERINFOV2 FOR ";
constexpr std::uint16_t kSctExtension = 18;  // RFC 6962, Section 3.3.1

bool IsV2(std::string_view label) {
  return label.starts_with(kServerInfoV2);
}

bool IsServerInfo(std::string_view label) {
  return label.starts_with(kServerInfoV1) || IsV2(label);
}

// LooksLikeList guesses what a file was meant to be that cannot be read as anything, for the sake
// of the message: a list begins with its length, that of the first SCT, and the version v1.
bool LooksLikeList(Bytes file) {
  ByteReader reader(file);
  std::uint16_t list_len = 0;
  std::uint16_t sct_len = 0;
  std::uint8_t version = 0;
  return reader.ReadUint16(list_len) && reader.ReadUint16(sct_len) && reader.ReadUint8(version) &&
         list_len >= sct_len + 2 && sct_len != 0 && version == 0 /* v1 */;
}

Result<void> AddList(Bytes list, SctFile& out) {
  const Result<std::vector<Bytes>> items = SplitSctList(list);
  if (!items) {
    return tl::unexpected(items.error());
  }
  if (out.scts.size() + items->size() > kMaxSctsPerSource) {
    return Fail(Errc::kTooLarge, "sct_file");
  }
  for (const Bytes item : *items) {
    out.scts.push_back(ToVector(item));
  }
  return {};
}

// One block is one extension as it goes out (SSL_CTX_use_serverinfo_file(3)):
//
//   struct {
//     uint32 context;           -- version 2 only
//     uint16 extension_type;
//     opaque extension_data<0..2^16-1>;
//   }
Result<void> AddBlock(const PemBlock& block, SctFile& out) {
  ByteReader reader(block.bytes);
  Bytes context;
  std::uint16_t type = 0;
  Bytes data;
  if (!reader.ReadBytes(IsV2(block.label) ? 4 : 0, context) || !reader.ReadUint16(type) ||
      !reader.ReadVector16(data)) {
    return Fail(Errc::kTruncated, "serverinfo", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "serverinfo", reader.offset());
  }
  return type == kSctExtension ? AddList(data, out) : Result<void>();
}

Result<SctFile> DecodeServerInfo(std::string_view text) {
  SctFile out = {.kind = SctFileKind::kServerInfo, .scts = {}};
  PemReader reader(text, IsServerInfo);
  while (true) {
    const Result<std::optional<PemBlock>> block = reader.Read();
    if (!block) {
      return tl::unexpected(block.error());
    }
    if (!block->has_value()) {
      break;
    }
    if (const Result<void> added = AddBlock(**block, out); !added) {
      return tl::unexpected(added.error());
    }
  }
  if (out.scts.empty()) {
    return Fail(Errc::kMissing, "serverinfo.signed_certificate_timestamp");
  }
  return out;
}

}  // namespace

Result<SctFile> DecodeSctFile(Bytes file) {
  if (file.empty()) {
    return Fail(Errc::kTruncated, "sct_file");
  }
  if (file.size() > kMaxSctFileSize) {
    return Fail(Errc::kTooLarge, "sct_file", kMaxSctFileSize);
  }
  const std::string_view text = AsText(file);
  if (text.find("-----BEGIN SERVERINFO") != std::string_view::npos) {
    return DecodeServerInfo(text);
  }
  // The two binary kinds exclude each other but for a chance of 2^-24, and where an SCT can be read
  // nobody meant a list.
  const Result<Sct> sct = DecodeSct(file);
  if (sct) {
    return SctFile{SctFileKind::kSct, {ToVector(file)}};
  }
  SctFile list = {.kind = SctFileKind::kSctList, .scts = {}};
  const Result<void> added = AddList(file, list);
  if (added) {
    return list;
  }
  if (LooksLikeList(file)) {
    return tl::unexpected(added.error());
  }
  if (sct.error().code == Errc::kUnsupportedVersion) {
    return Fail(Errc::kUnsupportedFormat, "sct_file");
  }
  return tl::unexpected(sct.error());
}

}  // namespace tattle
