// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/trusted_auditor.h"

#include <optional>

#include "core/base/json.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback_json.h"
#include "core/gossip/heads_json.h"

namespace tattle {

Result<AuditorMessage> DecodeTrustedAuditor(Bytes body) {
  const Result<json::Document> document = json::Document::Decode(body, kMaxFeedbackSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  const json::Value root = document->root();
  AuditorMessage message;
  bool is_found = false;
  if (const std::optional<json::Value> entries = root.Find("sct_feedback")) {
    // An array has the dialects that know it; this object's own member has no others.
    is_found = entries->IsArray() && ReadFeedbackValue(*entries, message.feedback);
  }
  if (const std::optional<json::Value> heads = root.Find("sths")) {
    is_found = (heads->IsObject() ? ReadHeadMembers(*heads, message.heads)
                                  : ReadHeadArray(*heads, message.heads)) ||
               is_found;
  }
  if (!is_found) {
    return Fail(root.IsObject() ? Errc::kMissing : Errc::kBadEncoding, "trusted_auditor");
  }
  return message;
}

Result<std::string> EncodeTrustedAuditor(HeadDialect head_dialect,
                                         std::span<const GossipHead> heads,
                                         FeedbackDialect feedback_dialect,
                                         std::span<const FeedbackEntry> feedback) {
  const Result<std::string> entries = EncodeFeedbackArray(feedback_dialect, feedback);
  if (!entries) {
    return tl::unexpected(entries.error());
  }
  if (heads.size() > kMaxGossipHeads) {
    return Fail(Errc::kTooLarge, "sths");
  }
  const Result<std::string> array = EncodeHeadArray(heads);
  if (!array) {
    return tl::unexpected(array.error());
  }
  const bool is_object = head_dialect == HeadDialect::kVersioned;
  std::string json = "{\"sct_feedback\":";
  json.append(*entries).append(is_object ? ",\"sths\":{\"v1\":" : ",\"sths\":");
  json.append(*array).append(is_object ? "}}" : "}");
  if (json.size() > kMaxFeedbackSize) {
    return Fail(Errc::kTooLarge, "trusted_auditor");
  }
  return json;
}

}  // namespace tattle
