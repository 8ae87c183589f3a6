// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/authenticate.h"

namespace tattle {

Result<void> VerifyLogListSignature(Bytes list, Bytes signature, const PublicKey& key) {
  const Result<bool> good = key.VerifyMessage(list, signature);
  if (!good) {
    return tl::unexpected(good.error());
  }
  if (!*good) {
    return Fail(Errc::kNotAuthentic, "log_list.signature");
  }
  return {};
}

}  // namespace tattle
