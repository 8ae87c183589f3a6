// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/trusted_list.h"

#include <utility>

#include "core/crypto/sha256.h"
#include "core/data/pinned_log_list.h"

namespace tattle {

Result<TrustedList> DecodeTrustedList(Bytes text) {
  Result<LogList> list = DecodeTrustedLogList(text);
  if (!list) {
    return tl::unexpected(list.error());
  }
  return TrustedList{std::make_shared<const LogList>(*std::move(list)), Sha256Of(text)};
}

Result<TrustedList> PinnedTrustedList() {
  return DecodeTrustedList(PinnedLogListJson());
}

}  // namespace tattle
