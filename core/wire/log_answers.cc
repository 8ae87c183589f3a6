// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/log_answers.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/wire/digitally_signed.h"

namespace tattle {
namespace {

// Member is a member's name in the JSON, and in errors.
struct Member {
  std::string_view name;
  const char* field;
};

// FailMember tells a member that is not there from one that is not what it must be.
tl::unexpected<Error> FailMember(json::Value object, const Member& member) {
  return Fail(object.Find(member.name) ? Errc::kBadEncoding : Errc::kMissing, member.field);
}

// ReadArray calls `read` for each element, and stops at an error.
Result<void> ReadArray(json::Value object, const Member& member, std::size_t max_elements,
                       const std::function<Result<void>(json::Value)>& read) {
  const std::optional<json::Value> array = object.Find(member.name);
  if (!array || !array->IsArray()) {
    return FailMember(object, member);
  }
  Result<void> result;
  std::size_t num_elements = 0;
  array->ForEachElement([&](json::Value element) {
    result = ++num_elements > max_elements ? Fail(Errc::kTooLarge, member.field) : read(element);
    return result.has_value();
  });
  return result;
}

Result<ByteVector> ReadBytes(json::Value element, const char* field) {
  const std::optional<std::string_view> text = element.AsString();
  Result<ByteVector> bytes = DecodeBase64(text.value_or("?"));
  if (!bytes) {
    return Fail(Errc::kBadEncoding, field);
  }
  return bytes;
}

Result<std::vector<Hash>> ReadHashes(json::Value object, const Member& member) {
  std::vector<Hash> hashes;
  const Result<void> read =
      ReadArray(object, member, kMaxProofNodes, [&](json::Value element) -> Result<void> {
        const Result<ByteVector> bytes = ReadBytes(element, member.field);
        if (!bytes) {
          return tl::unexpected(bytes.error());
        }
        if (bytes->size() != sizeof(Hash)) {
          return Fail(Errc::kBadLength, member.field);
        }
        std::copy(bytes->begin(), bytes->end(), hashes.emplace_back().begin());
        return {};
      });
  if (!read) {
    return tl::unexpected(read.error());
  }
  return hashes;
}

}  // namespace

Result<std::vector<Hash>> DecodeGetSthConsistency(Bytes json) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxJsonSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  return ReadHashes(document->root(), {"consistency", "get_sth_consistency.consistency"});
}

Result<InclusionProof> DecodeGetProofByHash(Bytes json) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxJsonSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  const json::Value root = document->root();
  const std::optional<std::uint64_t> leaf_index = root.FindUint64("leaf_index");
  if (!leaf_index) {
    return FailMember(root, {"leaf_index", "get_proof_by_hash.leaf_index"});
  }
  if (*leaf_index > kMaxTreeSize) {
    return Fail(Errc::kOutOfRange, "get_proof_by_hash.leaf_index");
  }
  Result<std::vector<Hash>> path = ReadHashes(root, {"audit_path", "get_proof_by_hash.audit_path"});
  if (!path) {
    return tl::unexpected(path.error());
  }
  return InclusionProof{*leaf_index, *std::move(path)};
}

std::string EncodeGetProofByHash(const InclusionProof& proof) {
  std::string json = "{\"leaf_index\":" + std::to_string(proof.leaf_index) + ",\"audit_path\":[";
  for (const Hash& hash : proof.path) {
    json += (json.back() == '[' ? "\"" : ",\"") + EncodeBase64(hash) + '"';
  }
  return json + "]}";
}

Result<std::vector<LogEntryAnswer>> DecodeGetEntries(Bytes json, std::size_t max_entries) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxGetEntriesSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  std::vector<LogEntryAnswer> entries;
  const Result<void> read =
      ReadArray(document->root(), {"entries", "get_entries.entries"}, max_entries,
                [&](json::Value element) -> Result<void> {
                  std::optional<ByteVector> leaf_input = element.FindBytes("leaf_input");
                  std::optional<ByteVector> extra_data = element.FindBytes("extra_data");
                  if (!leaf_input) {
                    return FailMember(element, {"leaf_input", "get_entries.leaf_input"});
                  }
                  if (!extra_data) {
                    return FailMember(element, {"extra_data", "get_entries.extra_data"});
                  }
                  entries.push_back({*std::move(leaf_input), *std::move(extra_data)});
                  return {};
                });
  if (!read) {
    return tl::unexpected(read.error());
  }
  if (entries.empty()) {
    return Fail(Errc::kBadLength, "get_entries.entries");
  }
  return entries;
}

std::string EncodeGetEntries(std::span<const LogEntryAnswer> entries) {
  std::string json = "{\"entries\":[";
  for (const LogEntryAnswer& entry : entries) {
    json += json.back() == '[' ? "{\"leaf_input\":\"" : ",{\"leaf_input\":\"";
    json += EncodeBase64(entry.leaf_input) + "\",\"extra_data\":\"" +
            EncodeBase64(entry.extra_data) + "\"}";
  }
  return json + "]}";
}

Result<std::vector<ByteVector>> DecodeGetRoots(Bytes json) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxGetRootsSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  constexpr Member kMember = {"certificates", "get_roots.certificates"};
  std::vector<ByteVector> roots;
  const Result<void> read =
      ReadArray(document->root(), kMember, kMaxLogRoots, [&](json::Value element) -> Result<void> {
        Result<ByteVector> root = ReadBytes(element, kMember.field);
        if (!root) {
          return tl::unexpected(root.error());
        }
        roots.push_back(*std::move(root));
        return {};
      });
  if (!read) {
    return tl::unexpected(read.error());
  }
  return roots;
}

Result<std::vector<Hash>> DecodeGetEntryAndProof(Bytes json) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxGetEntriesSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  return ReadHashes(document->root(), {"audit_path", "get_entry_and_proof.audit_path"});
}

Result<ByteVector> DecodeAddChain(Bytes json) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxJsonSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  const json::Value root = document->root();
  const std::optional<std::uint64_t> version = root.FindUint64("sct_version");
  const std::optional<ByteVector> id = root.FindBytes("id");
  const std::optional<std::uint64_t> timestamp_ms = root.FindUint64("timestamp");
  const std::optional<ByteVector> extensions = root.FindBytes("extensions");
  const std::optional<ByteVector> signature = root.FindBytes("signature");
  if (!version) {
    return FailMember(root, {"sct_version", "add_chain.sct_version"});
  }
  if (*version != kVersionV1) {
    return Fail(Errc::kUnsupportedVersion, "add_chain.sct_version");
  }
  if (!id) {
    return FailMember(root, {"id", "add_chain.id"});
  }
  if (!timestamp_ms) {
    return FailMember(root, {"timestamp", "add_chain.timestamp"});
  }
  if (!extensions) {
    return FailMember(root, {"extensions", "add_chain.extensions"});
  }
  if (!signature) {
    return FailMember(root, {"signature", "add_chain.signature"});
  }
  Sct sct;
  if (id->size() != sct.log_id.size()) {
    return Fail(Errc::kBadLength, "add_chain.id");
  }
  const Result<DigitallySigned> decoded = DecodeDigitallySigned(*signature);
  if (!decoded) {
    return tl::unexpected(decoded.error());
  }
  std::copy(id->begin(), id->end(), sct.log_id.begin());
  sct.timestamp_ms = *timestamp_ms;
  sct.extensions = *extensions;
  sct.signature = *decoded;
  return EncodeSct(sct);
}

Result<std::string> EncodeAddChainAnswer(const Sct& sct) {
  const Result<ByteVector> signature = EncodeDigitallySigned(sct.signature);
  if (!signature) {
    return tl::unexpected(signature.error());
  }
  return "{\"sct_version\":0,\"id\":\"" + EncodeBase64(sct.log_id) +
         "\",\"timestamp\":" + std::to_string(sct.timestamp_ms) + ",\"extensions\":\"" +
         EncodeBase64(sct.extensions) + "\",\"signature\":\"" + EncodeBase64(*signature) + "\"}";
}

std::string EncodeAddChain(std::span<const ByteVector> chain) {
  std::string json = "{\"chain\":[";
  for (const ByteVector& certificate : chain) {
    json += (json.back() == '[' ? "\"" : ",\"") + EncodeBase64(certificate) + '"';
  }
  return json + "]}";
}

}  // namespace tattle
