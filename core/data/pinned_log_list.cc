// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/data/pinned_log_list.h"

#include <cstdint>
#include <vector>

#include "core/loglist/decode.h"

namespace tattle {
namespace {

constexpr std::uint8_t kLogListJson[] = {
#include "core/data/log_list.inc"
};

}  // namespace

Bytes PinnedLogListJson() {
  return kLogListJson;
}

Result<LogList> DecodeTrustedLogList(Bytes text) {
  const Result<std::vector<DeniedLog>> denied = DecodeDeniedLogs(PinnedLogListJson());
  if (!denied) {
    return Fail(Errc::kInternal, "pinned_log_list");
  }
  Result<LogList> list = DecodeLogList(text);
  if (list) {
    list->AddDenied(*denied);
  }
  return list;
}

}  // namespace tattle
