// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: SplitSctList, and DecodeSct on each item
// Property: an accepted list joins to the same bytes; an item that decodes encodes to itself.

#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"
#include "core/base/writer.h"
#include "core/wire/sct.h"
#include "fuzz/require.h"

using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const tattle::Result<std::vector<tattle::Bytes>> items = tattle::SplitSctList(input);
  if (!items) {
    Require(items.error().offset <= size);
    return 0;
  }
  Require(!items->empty() && items->size() <= tattle::kMaxSctsPerSource);
  tattle::ByteWriter joined;
  for (const tattle::Bytes item : *items) {
    joined.WriteVector16(item);
    if (const tattle::Result<tattle::Sct> sct = tattle::DecodeSct(item)) {
      Require(tattle::EncodeSct(*sct) == tattle::ToVector(item));
    }
  }
  tattle::ByteWriter list;
  list.WriteVector16(*joined.Finish());
  Require(list.Finish() == tattle::ToVector(input));
  return 0;
}
