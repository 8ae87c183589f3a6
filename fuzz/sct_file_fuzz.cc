// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeSctFile
// Property: of one SCT or a list, what was read encodes to the input; as ServerInfo of either
// version it is read again; an error's offset lies in the input.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/base64.h"
#include "core/base/writer.h"
#include "core/serve/sct_file.h"
#include "core/wire/sct.h"
#include "fuzz/require.h"

using tattle::fuzz::Require;

namespace {

std::string ServerInfo(tattle::Bytes list, bool version_2) {
  tattle::ByteWriter writer;
  if (version_2) {
    writer.WriteUint16(0);
    writer.WriteUint16(0x11c0);
  }
  writer.WriteUint16(18);
  writer.WriteVector16(list);
  const std::string label = version_2 ? "SERVERINFOV2 FOR x" : "SERVERINFO FOR x";
  return "-----BEGIN " + label + "-----\n" + tattle::EncodeBase64(writer.Finish().value()) +
         "\n-----END " + label + "-----\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const tattle::Result<tattle::SctFile> file = tattle::DecodeSctFile(input);
  if (!file) {
    Require(file.error().offset <= size);
    return 0;
  }
  Require(!file->scts.empty());
  if (file->kind == tattle::SctFileKind::kSct) {
    Require(file->scts.size() == 1 && tattle::Equal(file->scts.front(), input));
  }
  const tattle::Result<tattle::ByteVector> list = tattle::EncodeSctList(file->scts);
  if (!list) {
    // Several blocks of ServerInfo may hold more than one list does.
    Require(file->kind == tattle::SctFileKind::kServerInfo);
    return 0;
  }
  if (file->kind == tattle::SctFileKind::kSctList) {
    Require(tattle::Equal(*list, input));
  }
  for (const bool version_2 : {false, true}) {
    const auto again = tattle::DecodeSctFile(tattle::AsBytes(ServerInfo(*list, version_2)));
    Require(again.has_value() && again->kind == tattle::SctFileKind::kServerInfo &&
            again->scts == file->scts);
  }
  return 0;
}
