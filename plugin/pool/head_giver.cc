// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/head_giver.h"

#include "core/base/bytes.h"
#include "core/crypto/sha256.h"

namespace tattle {

HeadGiver GiverOf(std::string_view name) {
  const Hash hash = Sha256Of(AsBytes(name));
  HeadGiver giver = 0;
  for (const std::uint8_t byte : Bytes(hash).first(sizeof giver)) {
    giver = giver << 8U | byte;
  }
  return giver;
}

}  // namespace tattle
