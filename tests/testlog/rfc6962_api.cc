// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// RFC 6962, Section 4.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/base64.h"
#include "core/base/writer.h"
#include "core/wire/tree_head.h"
#include "tests/testlog/api.h"
#include "tests/testlog/query.h"

namespace tattle::testlog {
namespace {

std::string EncodeHashes(const std::vector<Hash>& hashes) {
  std::string out = "[";
  for (const Hash& hash : hashes) {
    out += (out.back() == '[' ? "\"" : ",\"") + EncodeBase64(hash) + '"';
  }
  return out + ']';
}

// Numbers are two parameters of a request.
struct Numbers {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

Outcome<Numbers> FindNumbers(const ApiCall& call, std::string_view first, std::string_view second) {
  const Outcome<std::uint64_t> one = FindNumber(call.request.query, first);
  if (!one) {
    return Sorry(one.error());
  }
  const Outcome<std::uint64_t> two = FindNumber(call.request.query, second);
  if (!two) {
    return Sorry(two.error());
  }
  return Numbers{*one, *two};
}

HttpResponse AnswerGetSth(const ApiCall& call) {
  const Outcome<SignedTreeHead> sth = call.log.Head(call.face);
  return sth ? JsonResponse(EncodeGetSth(*sth)) : ErrorResponse(500, sth.error());
}

HttpResponse AnswerGetSthConsistency(const ApiCall& call) {
  const Outcome<Numbers> sizes = FindNumbers(call, "first", "second");
  if (!sizes) {
    return ErrorResponse(400, sizes.error());
  }
  if (sizes->first > sizes->second || sizes->second > call.log.TreeSize(call.face)) {
    return ErrorResponse(400, "first must not be beyond second, nor second beyond the tree");
  }
  // An empty tree is part of every tree; other logs answer so too.
  if (sizes->first == 0) {
    return JsonResponse(R"({"consistency":[]})");
  }
  const Result<std::vector<Hash>> proof =
      call.log.Consistency(call.face, sizes->first, sizes->second);
  return proof ? JsonResponse("{\"consistency\":" + EncodeHashes(*proof) + "}")
               : ErrorResponse(500, Describe(proof.error()));
}

HttpResponse AnswerGetProofByHash(const ApiCall& call) {
  const Outcome<Hash> hash = FindHash(call.request.query, "hash");
  if (!hash) {
    return ErrorResponse(400, hash.error());
  }
  const Outcome<std::uint64_t> tree_size = FindNumber(call.request.query, "tree_size");
  if (!tree_size) {
    return ErrorResponse(400, tree_size.error());
  }
  if (*tree_size == 0 || *tree_size > call.log.TreeSize(call.face)) {
    return ErrorResponse(400, "there is no tree of this size");
  }
  const std::optional<std::uint64_t> leaf_index = call.log.FindLeaf(call.face, *hash);
  if (!leaf_index || *leaf_index >= *tree_size) {
    return ErrorResponse(404, "the tree has no leaf with this hash");
  }
  const Result<std::vector<Hash>> path = call.log.Inclusion(call.face, *leaf_index, *tree_size);
  return path ? JsonResponse("{\"leaf_index\":" + std::to_string(*leaf_index) +
                             ",\"audit_path\":" + EncodeHashes(*path) + "}")
              : ErrorResponse(500, Describe(path.error()));
}

// EncodeExtraData writes what get-entries says beside the leaf.
Outcome<ByteVector> EncodeExtraData(Log& log, const StoredEntry& entry) {
  ByteWriter certificates;
  for (const Hash& fingerprint : entry.chain) {
    const Outcome<std::optional<ByteVector>> issuer = log.FindIssuer(fingerprint);
    if (!issuer || !*issuer) {
      return Sorry(issuer ? "an issuer is missing" : issuer.error());
    }
    certificates.WriteVector24(**issuer);
  }
  const Result<ByteVector> chain = certificates.Finish();
  if (!chain) {
    return Sorry(Describe(chain.error()));
  }
  ByteWriter writer;
  if (!entry.pre_certificate.empty()) {
    writer.WriteVector24(entry.pre_certificate);
  }
  writer.WriteVector24(*chain);
  Result<ByteVector> out = writer.Finish();
  if (!out) {
    return Sorry(Describe(out.error()));
  }
  return *std::move(out);
}

// EncodeEntry writes the two members of an entry, without braces.
Outcome<std::string> EncodeEntry(const ApiCall& call, std::uint64_t leaf_index) {
  const Outcome<StoredEntry> entry = call.log.ReadEntry(call.face, leaf_index);
  if (!entry) {
    return Sorry(entry.error());
  }
  const Outcome<ByteVector> extra_data = EncodeExtraData(call.log, *entry);
  if (!extra_data) {
    return Sorry(extra_data.error());
  }
  return "\"leaf_input\":\"" + EncodeBase64(entry->leaf_input) + "\",\"extra_data\":\"" +
         EncodeBase64(*extra_data) + '"';
}

// "Logs MAY restrict the number of entries that can be retrieved per request." (Section 4.6)
HttpResponse AnswerGetEntries(const ApiCall& call) {
  const Outcome<Numbers> range = FindNumbers(call, "start", "end");
  if (!range) {
    return ErrorResponse(400, range.error());
  }
  const std::uint64_t tree_size = call.log.TreeSize(call.face);
  if (range->first > range->second || range->first >= tree_size) {
    return ErrorResponse(400, "start must not be beyond end, nor beyond the tree");
  }
  const std::uint64_t end =
      std::min({range->second + 1, tree_size, range->first + call.log.options().max_get_entries});
  std::string json = "{\"entries\":[";
  for (std::uint64_t i = range->first; i < end; ++i) {
    const Outcome<std::string> entry = EncodeEntry(call, i);
    if (!entry) {
      return ErrorResponse(500, entry.error());
    }
    json += (json.back() == '[' ? "{" : ",{") + *entry + '}';
  }
  return JsonResponse(json + "]}");
}

HttpResponse AnswerGetEntryAndProof(const ApiCall& call) {
  const Outcome<Numbers> place = FindNumbers(call, "leaf_index", "tree_size");
  if (!place) {
    return ErrorResponse(400, place.error());
  }
  if (place->first >= place->second || place->second > call.log.TreeSize(call.face)) {
    return ErrorResponse(400, "leaf_index must be in the tree, and tree_size not beyond it");
  }
  const Outcome<std::string> entry = EncodeEntry(call, place->first);
  if (!entry) {
    return ErrorResponse(500, entry.error());
  }
  const Result<std::vector<Hash>> path = call.log.Inclusion(call.face, place->first, place->second);
  return path ? JsonResponse("{" + *entry + ",\"audit_path\":" + EncodeHashes(*path) + "}")
              : ErrorResponse(500, Describe(path.error()));
}

constexpr std::array<Route, 8> kRfc6962Routes = {{
    {"POST", "/ct/v1/add-chain", AnswerAddChain},
    {"POST", "/ct/v1/add-pre-chain", AnswerAddPreChain},
    {"GET", "/ct/v1/get-sth", AnswerGetSth},
    {"GET", "/ct/v1/get-sth-consistency", AnswerGetSthConsistency},
    {"GET", "/ct/v1/get-proof-by-hash", AnswerGetProofByHash},
    {"GET", "/ct/v1/get-entries", AnswerGetEntries},
    {"GET", "/ct/v1/get-roots", AnswerGetRoots},
    {"GET", "/ct/v1/get-entry-and-proof", AnswerGetEntryAndProof},
}};

}  // namespace

std::span<const Route> Rfc6962Routes() {
  return kRfc6962Routes;
}

}  // namespace tattle::testlog
