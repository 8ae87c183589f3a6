// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/control_request.h"

#include "adapters/daemon/bounds.h"
#include "core/base/json.h"

namespace tattle::daemon {

Result<ControlRequest> DecodeControlRequest(std::string_view line) {
  const Result<json::Document> document =
      json::Document::Decode(AsBytes(line), kMaxControlRequestSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  const std::optional<std::string_view> ask = document->root().FindString("ask");
  if (!ask) {
    return Fail(Errc::kMissing, "control.ask");
  }
  ControlRequest request;
  if (*ask == "gossip") {
    const std::optional<std::string_view> site = document->root().FindString("site");
    if (!site) {
      return Fail(Errc::kMissing, "control.site");
    }
    request = {ControlVerb::kGossip, std::string(*site)};
  } else if (*ask != "status") {
    return Fail(Errc::kUnsupportedFormat, "control.ask");
  }
  bool has_others = false;
  document->root().ForEachMember([&](std::string_view key, json::Value /*value*/) {
    has_others =
        has_others || (key != "ask" && !(key == "site" && request.verb == ControlVerb::kGossip));
    return true;
  });
  if (has_others) {
    return Fail(Errc::kUnsupportedFormat, "control");
  }
  return request;
}

}  // namespace tattle::daemon
