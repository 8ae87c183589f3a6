// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeSct, DecodeCtExtensions, SctDigest
// Property: an accepted SCT encodes to itself and can be hashed; extensions that are one leaf_index
// encode to themselves; an error lies within the input.

#include <cstddef>
#include <cstdint>

#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"
#include "fuzz/require.h"

using tattle::fuzz::IsInside;
using tattle::fuzz::Require;

namespace {

void CheckExtensions(tattle::Bytes input) {
  const tattle::Result<tattle::CtExtensions> extensions = tattle::DecodeCtExtensions(input);
  if (!extensions) {
    Require(extensions.error().offset <= input.size());
    return;
  }
  const tattle::Result<tattle::ByteVector> encoded = tattle::EncodeCtExtensions(*extensions);
  Require(encoded.has_value());
  // Unknown extensions are not kept; where there are none, nothing may change.
  Require(encoded->size() <= input.size());
  Require(encoded->size() < input.size() || *encoded == tattle::ToVector(input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  CheckExtensions(input);
  const tattle::Result<tattle::Sct> sct = tattle::DecodeSct(input);
  if (!sct) {
    Require(sct.error().offset <= size);
    return 0;
  }
  Require(IsInside(sct->extensions, input) && IsInside(sct->signature.signature, input));
  Require(tattle::EncodeSct(*sct) == tattle::ToVector(input));
  CheckExtensions(sct->extensions);
  const tattle::SignedEntry x509 = {tattle::EntryType::kX509, input, {}};
  const tattle::SignedEntry precert = {tattle::EntryType::kPrecert, input, sct->log_id};
  const tattle::Result<tattle::Hash> x509_digest = tattle::SctDigest(*sct, x509);
  const tattle::Result<tattle::Hash> precert_digest = tattle::SctDigest(*sct, precert);
  Require(x509_digest && precert_digest && *x509_digest != *precert_digest);
  return 0;
}
