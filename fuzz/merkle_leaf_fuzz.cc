// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeMerkleTreeLeaf, DecodeExtraData, DecodeDataTile
// Property: what decodes encodes to itself.

#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"
#include "core/base/writer.h"
#include "core/wire/merkle_leaf.h"
#include "fuzz/require.h"

using tattle::Bytes;
using tattle::ByteVector;
using tattle::EntryType;
using tattle::fuzz::Require;

namespace {

void CheckExtraData(EntryType type, Bytes input) {
  const tattle::Result<tattle::EntryChain> chain = tattle::DecodeExtraData(type, input);
  if (!chain) {
    return;
  }
  Require(chain->chain.size() <= tattle::kMaxChainCertificates);
  Require(chain->pre_certificate.empty() == (type == EntryType::kX509));
  tattle::ByteWriter certificates;
  for (const Bytes certificate : chain->chain) {
    certificates.WriteVector24(certificate);
  }
  tattle::ByteWriter writer;
  if (type == EntryType::kPrecert) {
    writer.WriteVector24(chain->pre_certificate);
  }
  writer.WriteVector24(*certificates.Finish());
  Require(writer.Finish() == tattle::ToVector(input));
}

void CheckDataTile(Bytes input) {
  const tattle::Result<std::vector<tattle::TileLeaf>> leaves = tattle::DecodeDataTile(input);
  if (!leaves) {
    return;
  }
  Require(!leaves->empty() && leaves->size() <= 256);
  ByteVector encoded;
  for (const tattle::TileLeaf& leaf : *leaves) {
    const tattle::Result<ByteVector> one = tattle::EncodeTileLeaf(leaf);
    Require(one.has_value());
    tattle::Append(encoded, *one);
  }
  Require(encoded == tattle::ToVector(input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  if (const tattle::Result<tattle::TimestampedEntry> leaf = tattle::DecodeMerkleTreeLeaf(input)) {
    Require(tattle::EncodeMerkleTreeLeaf(*leaf) == tattle::ToVector(input));
  }
  CheckExtraData(EntryType::kX509, input);
  CheckExtraData(EntryType::kPrecert, input);
  CheckDataTile(input);
  return 0;
}
