// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/control_request.h"

#include "adapters/daemon/bounds.h"
#include "core/base/json.h"

namespace tattle::daemon {

Result<ControlVerb> DecodeControlRequest(std::string_view line) {
  const Result<json::Document> document =
      json::Document::Decode(AsBytes(line), kMaxControlRequestSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  const std::optional<std::string_view> ask = document->root().FindString("ask");
  if (!ask) {
    return Fail(Errc::kMissing, "control.ask");
  }
  bool has_others = false;
  document->root().ForEachMember([&has_others](std::string_view key, json::Value /*value*/) {
    has_others = has_others || key != "ask";
    return true;
  });
  if (*ask != "status" || has_others) {
    return Fail(Errc::kUnsupportedFormat, has_others ? "control" : "control.ask");
  }
  return ControlVerb::kStatus;
}

}  // namespace tattle::daemon
