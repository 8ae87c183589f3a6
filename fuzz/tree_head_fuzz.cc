// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeGetSth, VerifyTreeHead's signed data
// Property: an accepted head encodes to text that decodes to the same head.

#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"
#include "core/wire/tree_head.h"
#include "fuzz/require.h"

using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Result<tattle::SignedTreeHead> sth = tattle::DecodeGetSth({data, size});
  if (!sth) {
    return 0;
  }
  Require(sth->head.tree_size <= tattle::kMaxTreeSize);
  Require(tattle::DecodeDigitallySigned(sth->signature).has_value());
  const tattle::Result<tattle::ByteVector> signed_data =
      tattle::EncodeTreeHeadSignedData(sth->head);
  Require(signed_data && signed_data->size() == 50);
  const std::string text = tattle::EncodeGetSth(*sth);
  const tattle::Result<tattle::SignedTreeHead> again = tattle::DecodeGetSth(tattle::AsBytes(text));
  Require(again && again->head == sth->head && again->signature == sth->signature);
  Require(tattle::EncodeGetSth(*again) == text);
  return 0;
}
