// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/heads.h"

#include <string_view>

#include "core/base/json.h"
#include "core/gossip/bounds.h"
#include "core/gossip/heads_json.h"

namespace tattle {
namespace {

std::string_view MemberOf(HeadDialect dialect) {
  switch (dialect) {
    case HeadDialect::kSths:
      return "sths";
    case HeadDialect::kSthGossip:
      return "sth_gossip";
    case HeadDialect::kVersioned:
      break;
  }
  return "v1";
}

}  // namespace

Result<HeadMessage> DecodeHeads(Bytes body) {
  const Result<json::Document> document = json::Document::Decode(body, kMaxHeadMessageSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  HeadMessage message;
  if (!ReadHeadMembers(document->root(), message)) {
    return Fail(document->root().IsObject() ? Errc::kMissing : Errc::kBadEncoding, "sths");
  }
  return message;
}

Result<std::string> EncodeHeads(HeadDialect dialect, std::span<const GossipHead> heads) {
  if (heads.size() > kMaxGossipHeads) {
    return Fail(Errc::kTooLarge, "sths");
  }
  const Result<std::string> array = EncodeHeadArray(heads);
  if (!array) {
    return tl::unexpected(array.error());
  }
  std::string json = "{\"";
  json.append(MemberOf(dialect)).append("\":").append(*array).append("}");
  if (json.size() > kMaxHeadMessageSize) {
    return Fail(Errc::kTooLarge, "sths");
  }
  return json;
}

}  // namespace tattle
