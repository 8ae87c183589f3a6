// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/net/mini_log.h"

#include <algorithm>
#include <span>

#include "core/base/base64.h"
#include "core/crypto/sha256.h"
#include "core/wire/sct.h"
#include "tests/testlib/merkle_reference.h"

namespace tattle::testing {
namespace {

using testlib::Join;
using testlib::Leaves;
using testlib::Uint;

constexpr std::uint64_t kTimeMs = 1'790'000'000'000;

ByteVector Vector24(Bytes bytes) {
  return Join({Uint(bytes.size(), 3), ToVector(bytes)});
}

ByteVector Vector16(Bytes bytes) {
  return Join({Uint(bytes.size(), 2), ToVector(bytes)});
}

// Content is `len` bytes that are different for each index.
ByteVector Content(std::size_t index, std::size_t len) {
  ByteVector out = Uint(index, 4);
  out.resize(len, static_cast<std::uint8_t>(index));
  return out;
}

std::string HashesJson(const std::vector<Hash>& hashes) {
  std::string out = "[";
  for (const Hash& hash : hashes) {
    out += (out.size() > 1 ? ",\"" : "\"") + EncodeBase64(hash) + '"';
  }
  return out + "]";
}

std::string Unescape(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    out += AsText(DecodeHex(text.substr(i + 1, 2)).value());
    i += 2;
  }
  return out;
}

std::map<std::string, std::string> DecodeQuery(std::string text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    const std::string pair = text.substr(0, text.find('&'));
    text.erase(0, pair.size() + 1);
    query[pair.substr(0, pair.find('='))] = Unescape(pair.substr(pair.find('=') + 1));
  }
  return query;
}

std::size_t Number(const std::map<std::string, std::string>& query, const std::string& name) {
  return std::stoul(query.at(name));
}

// TreeHeadSignature, as RFC 6962, Section 3.5 has it.
ByteVector SignHead(const testlib::TestLog& keys, const TreeHead& head) {
  const ByteVector signature = keys.key().Sign(
      Join({Uint(0 /* v1 */, 1), Uint(1 /* tree_hash */, 1), Uint(head.timestamp_ms, 8),
            Uint(head.tree_size, 8), ToVector(head.sha256_root_hash)}));
  return Join({{4 /* sha256 */, 3 /* ecdsa */}, Vector16(signature)});
}

}  // namespace

MiniLog::MiniLog(LogKind kind, std::size_t size) : kind_(kind), keys_("mini log", "operator") {
  for (std::size_t i = 0; i < size; ++i) {
    AddLeaf(i);
  }
}

// Every third leaf is a precertificate. Chains have one and two issuers.
void MiniLog::AddLeaf(std::size_t index) {
  const bool is_precert = index % 3 == 2;
  const std::vector<ByteVector> chain(1 + index % 2, Content(index % 5, 40));
  const ByteVector certificate = Content(index, 20 + index % 7);
  const ByteVector submitted = is_precert ? Vector24(Content(index, 33)) : ByteVector();
  ByteVector certificates;
  ByteVector fingerprints;
  for (const ByteVector& issuer : chain) {
    Append(certificates, Vector24(issuer));
    Append(fingerprints, Sha256Of(issuer));
    issuers_[Hex(Sha256Of(issuer))] = issuer;
  }
  const ByteVector extensions =
      kind_ == LogKind::kStaticCt ? testlib::LeafIndexExtension(index) : ByteVector();
  const ByteVector entry = Join({Uint(kTimeMs + index, 8), Uint(is_precert ? 1 : 0, 2),
                                 is_precert ? Content(index, 32) : ByteVector(),
                                 Vector24(certificate), Vector16(extensions)});
  leaves_.push_back(Join({{0 /* v1 */, 0 /* timestamped_entry */}, entry}));
  extra_data_.push_back(Join({submitted, Vector24(certificates)}));
  tile_leaves_.push_back(Join({entry, submitted, Vector16(fingerprints)}));
}

Log MiniLog::Entry(const std::string& url) const {
  Log log = keys_.Entry();
  log.kind = kind_;
  log.url = url + "/log/";
  if (kind_ == LogKind::kStaticCt) {
    log.monitoring_url = log.url;
  }
  return log;
}

TreeHead MiniLog::Head(std::size_t tree_size) const {
  return {tree_size, kTimeMs + tree_size, testlib::ReferenceRoot(Leaves(leaves_).first(tree_size))};
}

Hash MiniLog::LeafHash(std::size_t index) const {
  return testlib::ReferenceRoot(Leaves(leaves_).subspan(index, 1));
}

ScriptedAnswer MiniLog::Answer(const ScriptedRequest& request) {
  ScriptedAnswer answer;
  const std::string prefix = "/log/";
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  const std::string path = request.target.substr(0, mark);
  const Query query = DecodeQuery(request.target.substr(std::min(mark + 1, request.target.size())));
  answer.body = path.starts_with(prefix) ? Say(path.substr(prefix.size()), query) : "";
  if (answer.body.empty()) {
    answer.status = 404;
    answer.body = "nothing there";
  }
  if (const auto change = spoil) {  // a copy: it may put another in its place
    change(request.target, answer);
  }
  return answer;
}

std::string MiniLog::Say(const std::string& path, const Query& query) const {
  const Leaves leaves = leaves_;
  if (path == "ct/v1/get-sth") {
    const TreeHead head = Head(head_size.value_or(size()));
    return EncodeGetSth({head, SignHead(keys_, head)});
  }
  if (path == "ct/v1/get-sth-consistency") {
    return "{\"consistency\":" +
           HashesJson(testlib::ReferenceConsistency(Number(query, "first"),
                                                    leaves.first(Number(query, "second")))) +
           "}";
  }
  if (path == "ct/v1/get-proof-by-hash") {
    return knows_hashes ? SayProofByHash(query) : "";
  }
  if (path == "ct/v1/get-entry-and-proof") {
    return "{\"leaf_input\":\"\",\"extra_data\":\"\",\"audit_path\":" +
           HashesJson(testlib::ReferenceInclusion(Number(query, "leaf_index"),
                                                  leaves.first(Number(query, "tree_size")))) +
           "}";
  }
  if (path == "ct/v1/get-entries") {
    return SayEntries(query);
  }
  if (path == "ct/v1/get-roots") {
    return R"({"certificates":["AAEC","Aw=="]})";
  }
  if (path == "ct/v1/add-chain" || path == "ct/v1/add-pre-chain") {
    return SaySct();
  }
  if (path == "checkpoint") {
    return SayCheckpoint();
  }
  if (path.starts_with("issuer/")) {
    const auto found = issuers_.find(path.substr(7));
    return found == issuers_.end() ? "" : std::string(AsText(found->second));
  }
  return SayTile(path).value_or("");
}

std::string MiniLog::SayProofByHash(const Query& query) const {
  const Leaves leaves = Leaves(leaves_).first(Number(query, "tree_size"));
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (EncodeBase64(LeafHash(i)) == query.at("hash")) {
      return "{\"leaf_index\":" + std::to_string(i + index_offset) +
             ",\"audit_path\":" + HashesJson(testlib::ReferenceInclusion(i, leaves)) + "}";
    }
  }
  return "";
}

std::string MiniLog::SayEntries(const Query& query) const {
  std::string out = "{\"entries\":[";
  const std::size_t first = Number(query, "start");
  const std::size_t last = std::min({Number(query, "end"), first + max_entries - 1, size() - 1});
  for (std::size_t i = first; i <= last; ++i) {
    out += (i == first ? "{\"leaf_input\":\"" : ",{\"leaf_input\":\"") + EncodeBase64(leaves_[i]) +
           "\",\"extra_data\":\"" + EncodeBase64(extra_data_[i]) + "\"}";
  }
  return out + "]}";
}

std::string MiniLog::SaySct() const {
  if (next_sct.empty()) {
    return "";
  }
  const Sct sct = DecodeSct(next_sct).value();
  return "{\"sct_version\":0,\"id\":\"" + EncodeBase64(sct.log_id) +
         "\",\"timestamp\":" + std::to_string(sct.timestamp_ms) + ",\"extensions\":\"" +
         EncodeBase64(sct.extensions) + "\",\"signature\":\"" +
         EncodeBase64(EncodeDigitallySigned(sct.signature).value()) + "\"}";
}

std::string MiniLog::SayCheckpoint() const {
  const TreeHead head = Head(head_size.value_or(size()));
  const ByteVector key_hash =
      ToVector(Sha256Of(Join({ToVector(AsBytes(origin)), {'\n', 5}, ToVector(keys_.log_id())})));
  const ByteVector line = Join({ByteVector(key_hash.begin(), key_hash.begin() + 4),
                                Uint(head.timestamp_ms, 8), SignHead(keys_, head)});
  return origin + "\n" + std::to_string(head.tree_size) + "\n" +
         EncodeBase64(head.sha256_root_hash) + "\n\n\xe2\x80\x94 " + origin + " " +
         EncodeBase64(line) + "\n";
}

// SayTile knows trees of less than 65,536 leaves, whose tiles have an index of three digits. A log
// that grew has the full tile, and may have dropped the partial one.
std::optional<std::string> MiniLog::SayTile(const std::string& path) const {
  const bool is_data = path.starts_with("tile/data/");
  const std::size_t level = is_data ? 0 : path.size() > 5 && path[5] == '1' ? 1 : 0;
  const std::string rest = path.substr(is_data ? 10 : std::min<std::size_t>(7, path.size()));
  if (rest.size() < 3) {
    return std::nullopt;
  }
  const std::size_t index = std::stoul(rest.substr(0, 3));
  const bool is_partial = rest.size() > 3;
  const std::size_t width = is_partial ? std::stoul(rest.substr(6)) : 256;
  const std::size_t span = level == 0 ? 1 : 256;
  std::string out;
  for (std::size_t i = index * 256; i < index * 256 + width; ++i) {
    if ((i + 1) * span > size()) {
      return std::nullopt;
    }
    if (is_data) {
      out += AsText(tile_leaves_[i]);
      continue;
    }
    const Hash hash = testlib::ReferenceRoot(Leaves(leaves_).subspan(i * span, span));
    out += AsText(hash);
  }
  return out;
}

}  // namespace tattle::testing
