// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Evidence as a file. README.md of this folder names every member.

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "plugin/audit/bounds.h"
#include "plugin/audit/claim_check.h"
#include "plugin/pool/bounds.h"

namespace tattle {
namespace {

constexpr std::uint64_t kFormat = 1;

// The proof bears the name that RFC 6962, Section 4 gives it.
constexpr std::string_view ProofName(ClaimKind kind) {
  return kind == ClaimKind::kWrongLeaf || kind == ClaimKind::kWrongTile ? "audit_path"
                                                                        : "consistency";
}

std::string Base64Member(std::string_view name, Bytes value) {
  return '"' + std::string(name) + "\":\"" + EncodeBase64(value) + '"';
}

std::string TextMember(std::string_view name, std::string_view value) {
  return '"' + std::string(name) + "\":" + json::Quote(value);
}

std::string NumberMember(std::string_view name, std::uint64_t value) {
  return '"' + std::string(name) + "\":" + std::to_string(value);
}

std::string EncodeHead(const LogId& log_id, const SignedTreeHead& sth) {
  return fmt::format("{{{},{}", Base64Member("log_id", log_id), EncodeGetSth(sth).substr(1));
}

std::string EncodeClaimedSct(const ClaimedSct& claimed) {
  return fmt::format("{{{},{},{}{}{}}}", Base64Member("sct", claimed.sct),
                     TextMember("entry_type", claimed.is_precert ? "precert_entry" : "x509_entry"),
                     Base64Member("leaf", claimed.leaf), claimed.issuer.empty() ? "" : ",",
                     claimed.issuer.empty() ? "" : Base64Member("issuer", claimed.issuer));
}

// ArrayMember writes a member of one element a line; none where there are no elements.
template <typename T, typename Encode>
std::string ArrayMember(std::string_view name, const std::vector<T>& elements, Encode encode) {
  if (elements.empty()) {
    return "";
  }
  std::vector<std::string> encoded;
  std::transform(elements.begin(), elements.end(), std::back_inserter(encoded), encode);
  return fmt::format(",\n \"{}\":[\n  {}]", name, fmt::join(encoded, ",\n  "));
}

// HasOnly says whether an object has no member but these.
bool HasOnly(json::Value object, std::initializer_list<std::string_view> names) {
  bool only = object.IsObject();
  object.ForEachMember([&](std::string_view name, json::Value) {
    only = only && std::find(names.begin(), names.end(), name) != names.end();
    return only;
  });
  return only;
}

// FailMember tells a member that is not there from one that is not what it must be.
tl::unexpected<Error> FailMember(json::Value object, std::string_view key, const char* field) {
  return Fail(object.Find(key) ? Errc::kBadEncoding : Errc::kMissing, field);
}

std::optional<Hash> ToHash(const std::optional<ByteVector>& bytes) {
  Hash hash = {};
  if (!bytes || bytes->size() != hash.size()) {
    return std::nullopt;
  }
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

// Reader takes the members of a file apart. The first fault stays.
class Reader {
 public:
  explicit Reader(json::Value root) : root_(root) {}

  Result<Claim> Read() {
    ReadKind();
    ReadLog();
    ReadHeads();
    ReadScts();
    ReadProof();
    ReadOptional();
    if (fault_) {
      return tl::unexpected(*fault_);
    }
    if (const Result<void> bounded = CheckClaimBounds(claim_); !bounded) {
      return tl::unexpected(bounded.error());
    }
    return std::move(claim_);
  }

 private:
  void SetFault(tl::unexpected<Error> error) {
    if (!fault_) {
      fault_ = error.value();
    }
  }

  void ReadBytes(json::Value object, std::string_view key, const char* field, ByteVector& out) {
    std::optional<ByteVector> bytes = object.FindBytes(key);
    if (!bytes) {
      SetFault(FailMember(object, key, field));
      return;
    }
    out = *std::move(bytes);
  }

  void ReadText(json::Value object, std::string_view key, const char* field, std::string& out) {
    const std::optional<std::string_view> text = object.FindString(key);
    if (!text) {
      SetFault(FailMember(object, key, field));
      return;
    }
    out = *text;
  }

  void ReadNumber(json::Value object, std::string_view key, const char* field, std::uint64_t& out) {
    const std::optional<std::uint64_t> number = object.FindUint64(key);
    if (!number) {
      SetFault(FailMember(object, key, field));
      return;
    }
    out = *number;
  }

  void ReadKind() {
    std::uint64_t format = 0;
    ReadNumber(root_, "tattle_evidence", "claim.tattle_evidence", format);
    if (format != kFormat) {
      SetFault(Fail(Errc::kUnsupportedVersion, "claim.tattle_evidence"));
    }
    std::string name;
    ReadText(root_, "kind", "claim.kind", name);
    const std::optional<ClaimKind> kind = FindClaimKind(name);
    if (!kind) {
      SetFault(Fail(Errc::kOutOfRange, "claim.kind"));
      return;
    }
    claim_.kind = *kind;
    if (!HasOnly(root_, {"tattle_evidence", "kind", "found", "log", "heads", "scts",
                         ProofName(*kind), "older_root", "leaf_hash", "path", "body", "remark"})) {
      SetFault(Fail(Errc::kBadEncoding, "claim"));
    }
    ReadNumber(root_, "found", "claim.found", claim_.found_ms);
  }

  void ReadLog() {
    const json::Value log = root_.Find("log").value_or(json::Value());
    if (!HasOnly(log, {"log_id", "key", "description", "url", "mmd"})) {
      SetFault(FailMember(root_, "log", "claim.log"));
    }
    ByteVector log_id;
    ReadBytes(log, "log_id", "claim.log.log_id", log_id);
    ReadBytes(log, "key", "claim.log.key", claim_.log_key);
    ReadText(log, "description", "claim.log.description", claim_.log_description);
    ReadText(log, "url", "claim.log.url", claim_.log_url);
    ReadNumber(log, "mmd", "claim.log.mmd", claim_.mmd_s);
    log_id_ = Sha256Of(claim_.log_key);
    if (!Equal(log_id, log_id_)) {
      SetFault(Fail(Errc::kMismatch, "claim.log.log_id"));
    }
  }

  // ForEachOf visits the elements of an array that may be absent but not empty.
  template <typename Visit>
  void ForEachOf(std::string_view key, const char* field, std::size_t max, Visit visit) {
    const std::optional<json::Value> array = root_.Find(key);
    if (!array) {
      return;
    }
    std::size_t count = 0;
    array->ForEachElement([&](json::Value element) {
      if (++count > max) {
        SetFault(Fail(Errc::kTooLarge, field));
        return false;
      }
      visit(element);
      return !fault_.has_value();
    });
    if (count == 0) {
      SetFault(Fail(Errc::kBadEncoding, field));
    }
  }

  void ReadHeads() {
    ForEachOf("heads", "claim.heads", kMaxEvidenceObjects,
              [this](json::Value value) { ReadHead(value); });
  }

  void ReadHead(json::Value value) {
    if (!HasOnly(value,
                 {"log_id", "tree_size", "timestamp", "sha256_root_hash", "tree_head_signature"})) {
      SetFault(Fail(Errc::kBadEncoding, "claim.heads"));
    }
    if (ToHash(value.FindBytes("log_id")) != log_id_) {
      SetFault(Fail(Errc::kMismatch, "claim.heads.log_id"));
    }
    SignedTreeHead sth;
    ReadNumber(value, "tree_size", "claim.heads.tree_size", sth.head.tree_size);
    ReadNumber(value, "timestamp", "claim.heads.timestamp", sth.head.timestamp_ms);
    ReadBytes(value, "tree_head_signature", "claim.heads.tree_head_signature", sth.signature);
    const std::optional<Hash> root = ToHash(value.FindBytes("sha256_root_hash"));
    if (!root) {
      SetFault(FailMember(value, "sha256_root_hash", "claim.heads.sha256_root_hash"));
    }
    if (sth.head.tree_size > kMaxTreeSize) {
      SetFault(Fail(Errc::kOutOfRange, "claim.heads.tree_size"));
    }
    if (!DecodeDigitallySigned(sth.signature)) {
      SetFault(Fail(Errc::kBadEncoding, "claim.heads.tree_head_signature"));
    }
    sth.head.sha256_root_hash = root.value_or(Hash{});
    claim_.heads.push_back(std::move(sth));
  }

  void ReadScts() {
    ForEachOf("scts", "claim.scts", kMaxEvidenceObjects,
              [this](json::Value value) { ReadSct(value); });
  }

  void ReadSct(json::Value value) {
    if (!HasOnly(value, {"sct", "entry_type", "leaf", "issuer"})) {
      SetFault(Fail(Errc::kBadEncoding, "claim.scts"));
    }
    ClaimedSct claimed;
    ReadBytes(value, "sct", "claim.scts.sct", claimed.sct);
    ReadBytes(value, "leaf", "claim.scts.leaf", claimed.leaf);
    std::string entry_type;
    ReadText(value, "entry_type", "claim.scts.entry_type", entry_type);
    claimed.is_precert = entry_type == "precert_entry";
    if (!claimed.is_precert && entry_type != "x509_entry") {
      SetFault(Fail(Errc::kOutOfRange, "claim.scts.entry_type"));
    }
    if (value.Find("issuer")) {
      ReadBytes(value, "issuer", "claim.scts.issuer", claimed.issuer);
    }
    claim_.scts.push_back(std::move(claimed));
  }

  void ReadProof() {
    ForEachOf(ProofName(claim_.kind), "claim.proof", kMaxProofNodes, [this](json::Value value) {
      const Result<ByteVector> bytes = DecodeBase64(value.AsString().value_or("?"));
      const std::optional<Hash> node = bytes ? ToHash(*bytes) : std::nullopt;
      if (!node) {
        SetFault(Fail(Errc::kBadEncoding, "claim.proof"));
        return;
      }
      claim_.proof.push_back(*node);
    });
  }

  void ReadHash(std::string_view key, const char* field, std::optional<Hash>& out) {
    if (root_.Find(key)) {
      out = ToHash(root_.FindBytes(key));
      if (!out) {
        SetFault(Fail(Errc::kBadEncoding, field));
      }
    }
  }

  void ReadOptional() {
    ReadHash("older_root", "claim.older_root", claim_.older_root);
    ReadHash("leaf_hash", "claim.leaf_hash", claim_.leaf_hash);
    if (root_.Find("path") || root_.Find("body")) {
      ReadText(root_, "path", "claim.path", claim_.path);
      ReadBytes(root_, "body", "claim.body", claim_.body);
      if (claim_.path.empty()) {
        SetFault(Fail(Errc::kBadEncoding, "claim.path"));
      }
    }
    if (root_.Find("remark")) {
      ReadText(root_, "remark", "claim.remark", claim_.remark);
    }
  }

  json::Value root_;
  std::optional<Error> fault_;
  LogId log_id_ = {};
  Claim claim_;
};

}  // namespace

std::string EncodeClaim(const Claim& claim) {
  const LogId log_id = Sha256Of(claim.log_key);
  std::string out = "{" + NumberMember("tattle_evidence", kFormat) + ",\n " +
                    TextMember("kind", ClaimKindName(claim.kind)) + ",\n " +
                    NumberMember("found", claim.found_ms) + ",\n \"log\":{" +
                    Base64Member("log_id", log_id) + ",\n  " + Base64Member("key", claim.log_key) +
                    ",\n  " + TextMember("description", claim.log_description) + "," +
                    TextMember("url", claim.log_url) + "," + NumberMember("mmd", claim.mmd_s) + "}";
  out += ArrayMember("heads", claim.heads,
                     [&](const SignedTreeHead& sth) { return EncodeHead(log_id, sth); });
  out += ArrayMember("scts", claim.scts, EncodeClaimedSct);
  out += ArrayMember(ProofName(claim.kind), claim.proof,
                     [](const Hash& node) { return '"' + EncodeBase64(node) + '"'; });
  for (const auto& [name, hash] :
       {std::pair("older_root", claim.older_root), std::pair("leaf_hash", claim.leaf_hash)}) {
    if (hash) {
      out += ",\n " + Base64Member(name, *hash);
    }
  }
  if (!claim.path.empty()) {
    out += ",\n " + TextMember("path", claim.path) + ",\n " + Base64Member("body", claim.body);
  }
  if (!claim.remark.empty()) {
    out += ",\n " + TextMember("remark", claim.remark);
  }
  return out + "}\n";
}

Result<Claim> DecodeClaim(Bytes json) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxEvidenceSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  return Reader(document->root()).Read();
}

}  // namespace tattle
