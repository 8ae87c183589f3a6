// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/line.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "plugin/pool/bounds.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

constexpr std::array<std::string_view, 5> kSources = {"log", "pollination", "header", "reply",
                                                      "import"};
constexpr std::array<std::string_view, 3> kHeadStates = {"unlinked", "linked", "conflicting"};
constexpr std::array<std::string_view, 4> kSctStates = {"pending", "included", "not_included",
                                                        "skipped"};

// NumberOf finds the number of a word, counted from 1 as the enumerators are.
template <std::size_t N>
std::optional<std::uint8_t> NumberOf(const std::array<std::string_view, N>& words,
                                     std::optional<std::string_view> word) {
  const auto place = std::find(words.begin(), words.end(), word.value_or(""));
  return place == words.end() ? std::nullopt
                              : std::optional(static_cast<std::uint8_t>(place - words.begin() + 1));
}

bool Assign(Hash& out, const std::optional<ByteVector>& bytes) {
  if (!bytes || bytes->size() != out.size()) {
    return false;
  }
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

std::string Base64Member(std::string_view name, Bytes bytes) {
  return ",\"" + std::string(name) + "\":\"" + EncodeBase64(bytes) + "\"";
}

std::string TextMember(std::string_view name, std::string_view text) {
  return ",\"" + std::string(name) + "\":" + json::Quote(text);
}

std::string NumberMember(std::string_view name, std::uint64_t number) {
  return ",\"" + std::string(name) + "\":" + std::to_string(number);
}

std::string BoolMember(std::string_view name, bool value) {
  return ",\"" + std::string(name) + "\":" + (value ? "true" : "false");
}

std::string Encode(const PooledHead& head) {
  return R"({"type":"head")" + Base64Member("log_id", head.log_id) +
         NumberMember("tree_size", head.sth.head.tree_size) +
         NumberMember("timestamp", head.sth.head.timestamp_ms) +
         Base64Member("sha256_root_hash", head.sth.head.sha256_root_hash) +
         Base64Member("tree_head_signature", head.sth.signature) +
         TextMember("source", HeadSourceName(head.source)) +
         TextMember("state", HeadStateName(head.state)) + NumberMember("seen", head.seen_ms) + "}";
}

Result<PoolLine> DecodeHead(json::Value object) {
  PooledHead head;
  const std::optional<std::uint64_t> tree_size = object.FindUint64("tree_size");
  const std::optional<std::uint64_t> timestamp_ms = object.FindUint64("timestamp");
  std::optional<ByteVector> signature = object.FindBytes("tree_head_signature");
  const auto source = NumberOf(kSources, object.FindString("source"));
  const auto state = NumberOf(kHeadStates, object.FindString("state"));
  const std::optional<std::uint64_t> seen_ms = object.FindUint64("seen");
  if (!tree_size || !timestamp_ms || !signature || !source || !state || !seen_ms) {
    return Fail(Errc::kMissing, "head");
  }
  if (!Assign(head.log_id, object.FindBytes("log_id")) ||
      !Assign(head.sth.head.sha256_root_hash, object.FindBytes("sha256_root_hash"))) {
    return Fail(Errc::kBadLength, "head");
  }
  if (*tree_size > kMaxTreeSize) {
    return Fail(Errc::kOutOfRange, "head.tree_size");
  }
  head.sth.head.tree_size = *tree_size;
  head.sth.head.timestamp_ms = *timestamp_ms;
  head.sth.signature = *std::move(signature);
  head.source = static_cast<HeadSource>(*source);
  head.state = static_cast<HeadState>(*state);
  head.seen_ms = *seen_ms;
  return head;
}

std::string Encode(const SctLine& line) {
  std::string chain;
  for (const ByteVector& der : line.chain) {
    chain.append(chain.empty() ? "\"" : ",\"").append(EncodeBase64(der)).append("\"");
  }
  std::string hosts;
  for (const std::string& host : line.hosts) {
    hosts.append(hosts.empty() ? "" : ",").append(json::Quote(host));
  }
  return R"({"type":"sct")" + Base64Member("sct", line.sct) +
         BoolMember("precert", line.is_precert) + TextMember("state", SctStateName(line.state)) +
         NumberMember("seen", line.seen_ms) + ",\"chain\":[" + chain + "],\"hosts\":[" + hosts +
         "]}";
}

// ReadChainMember reads an array of base64, of as many certificates as a chain may have.
Result<std::vector<ByteVector>> ReadChainMember(json::Value array) {
  std::vector<ByteVector> chain;
  std::optional<Error> fault;
  array.ForEachElement([&](json::Value element) {
    Result<ByteVector> der = DecodeBase64(element.AsString().value_or(""));
    if (!der || der->empty()) {
      fault = Error{Errc::kBadEncoding, 0, "sct.chain"};
    } else if (chain.size() == kMaxChainCertificates || der->size() > kMaxCertificateSize) {
      fault = Error{Errc::kTooLarge, 0, "sct.chain"};
    } else {
      chain.push_back(*std::move(der));
    }
    return !fault;
  });
  return fault ? Result<std::vector<ByteVector>>(tl::unexpected(*fault)) : chain;
}

Result<std::vector<std::string>> ReadHosts(json::Value array) {
  std::vector<std::string> hosts;
  bool is_good = true;
  array.ForEachElement([&](json::Value element) {
    hosts.emplace_back(element.AsString().value_or(""));
    is_good = !hosts.back().empty() && hosts.back().size() <= kMaxHostName &&
              hosts.size() <= kMaxLineHosts;
    return is_good;
  });
  if (!is_good) {
    return Fail(Errc::kBadLength, "sct.hosts");
  }
  return hosts;
}

Result<PoolLine> DecodeSctLine(json::Value object) {
  SctLine line;
  std::optional<ByteVector> sct = object.FindBytes("sct");
  const std::optional<json::Value> precert = object.Find("precert");
  const auto state = NumberOf(kSctStates, object.FindString("state"));
  const std::optional<std::uint64_t> seen_ms = object.FindUint64("seen");
  const std::optional<json::Value> chain_member = object.Find("chain");
  const std::optional<json::Value> hosts_member = object.Find("hosts");
  if (!sct || !precert || !precert->AsBool() || !state || !seen_ms || !chain_member ||
      !hosts_member) {
    return Fail(Errc::kMissing, "sct");
  }
  Result<std::vector<ByteVector>> chain = ReadChainMember(*chain_member);
  if (!chain) {
    return tl::unexpected(chain.error());
  }
  Result<std::vector<std::string>> hosts = ReadHosts(*hosts_member);
  if (!hosts) {
    return tl::unexpected(hosts.error());
  }
  line.sct = *std::move(sct);
  line.is_precert = *precert->AsBool();
  line.state = static_cast<SctState>(*state);
  line.seen_ms = *seen_ms;
  line.chain = *std::move(chain);
  line.hosts = *std::move(hosts);
  return line;
}

std::string Encode(const PooledEvidence& evidence) {
  return R"({"type":"evidence")" + TextMember("claim_id", evidence.claim_id) +
         TextMember("kind", evidence.kind) + Base64Member("log_id", evidence.log_id) +
         BoolMember("conclusive", evidence.is_conclusive) +
         NumberMember("found", evidence.found_ms) + TextMember("claim", evidence.json) + "}";
}

Result<PoolLine> DecodeEvidence(json::Value object) {
  PooledEvidence evidence;
  const std::optional<std::string_view> claim_id = object.FindString("claim_id");
  const std::optional<std::string_view> kind = object.FindString("kind");
  const std::optional<json::Value> conclusive = object.Find("conclusive");
  const std::optional<std::uint64_t> found_ms = object.FindUint64("found");
  const std::optional<std::string_view> claim = object.FindString("claim");
  if (!claim_id || !kind || !conclusive || !conclusive->AsBool() || !found_ms || !claim) {
    return Fail(Errc::kMissing, "evidence");
  }
  if (!Assign(evidence.log_id, object.FindBytes("log_id"))) {
    return Fail(Errc::kBadLength, "evidence.log_id");
  }
  evidence.claim_id = *claim_id;
  evidence.kind = *kind;
  evidence.is_conclusive = *conclusive->AsBool();
  evidence.found_ms = *found_ms;
  evidence.json = *claim;
  return evidence;
}

Result<PoolLine> DecodeRecord(json::Value object) {
  const std::optional<std::string_view> type = object.FindString("type");
  if (type == "head") {
    return DecodeHead(object);
  }
  if (type == "sct") {
    return DecodeSctLine(object);
  }
  if (type == "evidence") {
    return DecodeEvidence(object);
  }
  return Fail(type ? Errc::kUnsupportedFormat : Errc::kMissing, "type");
}

}  // namespace

std::string_view HeadSourceName(HeadSource source) {
  return kSources.at(static_cast<std::size_t>(source) - 1);
}

std::string_view HeadStateName(HeadState state) {
  return kHeadStates.at(static_cast<std::size_t>(state) - 1);
}

std::string_view SctStateName(SctState state) {
  return kSctStates.at(static_cast<std::size_t>(state) - 1);
}

std::string EncodeLine(const PoolLine& line) {
  return std::visit([](const auto& record) { return Encode(record); }, line);
}

Result<PoolLine> DecodeLine(std::string_view line) {
  const Result<json::Document> document = json::Document::Decode(AsBytes(line), kMaxPoolLineSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  Result<PoolLine> record = DecodeRecord(document->root());
  if (record && EncodeLine(*record) != line) {
    return Fail(Errc::kBadEncoding, "line");
  }
  return record;
}

}  // namespace tattle
