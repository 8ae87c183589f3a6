// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/heads_json.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/gossip/bounds.h"
#include "core/wire/digitally_signed.h"

namespace tattle {
namespace {

struct HeadMember {
  std::string_view name;
  HeadDialect dialect;
};

// The last one that is there is the dialect of the answer: whoever writes v1 reads it.
constexpr std::array<HeadMember, 3> kHeadMembers = {{
    {"sths", HeadDialect::kSths},
    {"sth_gossip", HeadDialect::kSthGossip},
    {"v1", HeadDialect::kVersioned},
}};

// CheckVersion takes a version that is absent, as in get-sth, or v1.
Result<void> CheckVersion(json::Value head) {
  // A string, or a member sth, is a TransItem of RFC 9162 in base64.
  if (head.AsString() || head.Find("sth")) {
    return Fail(Errc::kUnsupportedVersion, "sth.sth_version");
  }
  if (!head.IsObject()) {
    return Fail(Errc::kBadEncoding, "sth");
  }
  if (!head.Find("sth_version")) {
    return {};
  }
  const std::optional<std::uint64_t> version = head.FindUint64("sth_version");
  if (!version) {
    return Fail(Errc::kBadEncoding, "sth.sth_version");
  }
  if (*version != kVersionV1) {
    return Fail(Errc::kUnsupportedVersion, "sth.sth_version");
  }
  return {};
}

Result<std::optional<LogId>> ReadLogId(json::Value head) {
  if (!head.Find("log_id")) {
    return std::nullopt;
  }
  const std::optional<ByteVector> bytes = head.FindBytes("log_id");
  if (!bytes) {
    return Fail(Errc::kBadEncoding, "sth.log_id");
  }
  LogId log_id = {};
  if (bytes->size() != log_id.size()) {
    return Fail(Errc::kBadLength, "sth.log_id");
  }
  std::copy(bytes->begin(), bytes->end(), log_id.begin());
  return log_id;
}

Result<GossipHead> ReadHead(json::Value value) {
  if (const Result<void> checked = CheckVersion(value); !checked) {
    return tl::unexpected(checked.error());
  }
  const Result<std::optional<LogId>> log_id = ReadLogId(value);
  if (!log_id) {
    return tl::unexpected(log_id.error());
  }
  Result<SignedTreeHead> sth = DecodeGetSthObject(value);
  if (!sth) {
    return tl::unexpected(sth.error());
  }
  return GossipHead{*log_id, *std::move(sth)};
}

// CountLaterVersions counts what I5 has of RFC 9162.
bool CountLaterVersions(json::Value array, SkipCounts& skips) {
  if (!array.IsArray() && !array.IsNull()) {
    return false;
  }
  std::size_t count = 0;
  array.ForEachElement([&](json::Value) {
    ++count;
    return true;
  });
  skips.Add(Errc::kUnsupportedVersion, "sth.sth_version", count);
  return true;
}

}  // namespace

bool ReadHeadArray(json::Value array, HeadMessage& out) {
  if (!array.IsArray() && !array.IsNull()) {
    return false;
  }
  std::size_t num_read = 0;
  array.ForEachElement([&](json::Value value) {
    if (num_read == kMaxGossipHeads || out.heads.size() == kMaxGossipHeads) {
      out.skips.Add(Errc::kTooLarge, "sths");
      return true;
    }
    ++num_read;
    Result<GossipHead> head = ReadHead(value);
    if (head) {
      out.heads.push_back(*std::move(head));
    } else {
      out.skips.Add(head.error());
    }
    return true;
  });
  return true;
}

bool ReadHeadMembers(json::Value object, HeadMessage& out) {
  bool is_found = false;
  for (const HeadMember& member : kHeadMembers) {
    const std::optional<json::Value> array = object.Find(member.name);
    if (array && ReadHeadArray(*array, out)) {
      out.dialect = member.dialect;
      is_found = true;
    }
  }
  const std::optional<json::Value> v2 = object.Find("v2");
  if (v2 && CountLaterVersions(*v2, out.skips)) {
    out.dialect = HeadDialect::kVersioned;
    is_found = true;
  }
  return is_found;
}

Result<std::string> EncodeHeadArray(std::span<const GossipHead> heads) {
  std::string json = "[";
  for (const GossipHead& head : heads) {
    if (head.sth.head.tree_size > kMaxTreeSize || !DecodeDigitallySigned(head.sth.signature)) {
      return Fail(Errc::kInvalidArgument, "sth");
    }
    if (json.size() > 1) {
      json += ',';
    }
    const std::string members = EncodeGetSth(head.sth);
    json.append("{\"sth_version\":0,").append(members, 1, members.size() - 2);
    if (head.log_id) {
      json.append(",\"log_id\":\"").append(EncodeBase64(*head.log_id)).append("\"");
    }
    json += '}';
  }
  json += ']';
  return json;
}

}  // namespace tattle
