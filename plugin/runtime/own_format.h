// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the files and datagrams begin that our own programs exchange.

#ifndef TATTLE_PLUGIN_RUNTIME_OWN_FORMAT_H_
#define TATTLE_PLUGIN_RUNTIME_OWN_FORMAT_H_

#include <array>
#include <cstdint>

#include "core/base/error.h"
#include "core/base/reader.h"
#include "core/base/writer.h"

namespace tattle {

// OwnFormat is one of them:
//
//   opaque magic[4];
//   uint8 version;
struct OwnFormat {
  std::array<std::uint8_t, 4> magic = {};
  std::uint8_t version = 0;
  const char* magic_field = "";  // what errors call them; literals
  const char* version_field = "";
};

inline void WriteFormat(ByteWriter& writer, const OwnFormat& format) {
  writer.WriteBytes(format.magic);
  writer.WriteUint8(format.version);
}

// ReadFormat fails with kUnsupportedVersion where only the version is another.
inline Result<void> ReadFormat(ByteReader& reader, const OwnFormat& format) {
  std::array<std::uint8_t, 4> magic = {};
  if (!reader.ReadArray(magic)) {
    return Fail(Errc::kTruncated, format.magic_field);
  }
  if (magic != format.magic) {
    return Fail(Errc::kBadEncoding, format.magic_field);
  }
  std::uint8_t version = 0;
  if (!reader.ReadUint8(version)) {
    return Fail(Errc::kTruncated, format.version_field, reader.offset());
  }
  if (version != format.version) {
    return Fail(Errc::kUnsupportedVersion, format.version_field);
  }
  return {};
}

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_OWN_FORMAT_H_
