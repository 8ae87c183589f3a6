// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// static-ct-api: submission as in RFC 6962, monitoring by files.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "core/base/base64.h"
#include "core/merkle/tile.h"
#include "core/wire/merkle_leaf.h"
#include "tests/testlog/api.h"

namespace tattle::testlog {
namespace {

constexpr std::string_view kIssuerPath = "/issuer/";
constexpr const char* kImmutable = "public, max-age=604800, immutable";

HttpResponse FileResponse(std::string_view content_type, ByteVector body) {
  HttpResponse response;
  response.headers = {{"content-type", std::string(content_type)}, {"cache-control", kImmutable}};
  response.body = std::move(body);
  return response;
}

HttpResponse AnswerCheckpoint(const ApiCall& call) {
  const Outcome<std::string> note = call.log.Checkpoint(call.face);
  if (!note) {
    return ErrorResponse(500, note.error());
  }
  HttpResponse response = FileResponse("text/plain; charset=utf-8", ToVector(AsBytes(*note)));
  response.headers.back().second = "no-store";
  return response;
}

// EncodeDataTile joins the entries below a hash tile of level 0.
Outcome<ByteVector> EncodeDataTile(const ApiCall& call, const Tile& tile) {
  ByteVector out;
  const std::uint64_t first = tile.index * kTileWidth;
  for (std::uint64_t i = first; i < first + tile.width; ++i) {
    const Outcome<StoredEntry> entry = call.log.ReadEntry(call.face, i);
    if (!entry) {
      return Sorry(entry.error());
    }
    const Result<TimestampedEntry> leaf = DecodeMerkleTreeLeaf(entry->leaf_input);
    if (!leaf) {
      return Sorry(Describe(leaf.error()));
    }
    const Result<ByteVector> encoded =
        EncodeTileLeaf({*leaf, entry->pre_certificate, entry->chain});
    if (!encoded) {
      return Sorry(Describe(encoded.error()));
    }
    Append(out, *encoded);
  }
  return out;
}

HttpResponse AnswerTile(const ApiCall& call) {
  const Result<Tile> tile = DecodeTilePath(call.path.substr(1));
  if (!tile) {
    return ErrorResponse(404, "no tile has this name");
  }
  if (tile->width > TileWidthAt(tile->level, tile->index, call.log.TreeSize(call.face))) {
    return ErrorResponse(404, "the tree has no such tile");
  }
  if (tile->kind == TileKind::kData) {
    Outcome<ByteVector> data = EncodeDataTile(call, *tile);
    return data ? FileResponse("application/octet-stream", *std::move(data))
                : ErrorResponse(500, data.error());
  }
  Result<ByteVector> hashes = call.log.HashTile(call.face, *tile);
  return hashes ? FileResponse("application/octet-stream", *std::move(hashes))
                : ErrorResponse(500, Describe(hashes.error()));
}

HttpResponse AnswerIssuer(const ApiCall& call) {
  const std::string_view digits = call.path.substr(kIssuerPath.size());
  const Result<ByteVector> bytes = DecodeHex(digits);
  Hash fingerprint = {};
  // "the fingerprint is [...] lowercase hex-encoded"
  if (!bytes || bytes->size() != fingerprint.size() || Hex(*bytes) != digits) {
    return ErrorResponse(404, "no issuer has this name");
  }
  std::copy(bytes->begin(), bytes->end(), fingerprint.begin());
  Outcome<std::optional<ByteVector>> issuer = call.log.FindIssuer(fingerprint);
  if (!issuer) {
    return ErrorResponse(500, issuer.error());
  }
  return *issuer ? FileResponse("application/pkix-cert", **std::move(issuer))
                 : ErrorResponse(404, "no entry has this issuer");
}

constexpr std::array<Route, 6> kStaticCtRoutes = {{
    {"POST", "/ct/v1/add-chain", AnswerAddChain},
    {"POST", "/ct/v1/add-pre-chain", AnswerAddPreChain},
    {"GET", "/ct/v1/get-roots", AnswerGetRoots},
    {"GET", "/checkpoint", AnswerCheckpoint},
    {"GET", "/tile/", AnswerTile},
    {"GET", kIssuerPath, AnswerIssuer},
}};

}  // namespace

std::span<const Route> StaticCtRoutes() {
  return kStaticCtRoutes;
}

}  // namespace tattle::testlog
