// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads within a larger JSON document. Private to core/gossip.

#ifndef TATTLE_CORE_GOSSIP_HEADS_JSON_H_
#define TATTLE_CORE_GOSSIP_HEADS_JSON_H_

#include <span>
#include <string>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/gossip/heads.h"

namespace tattle {

// ReadHeadMembers reads the members of every dialect that `object` has, and says whether there was
// one.
bool ReadHeadMembers(json::Value object, HeadMessage& out);

// ReadHeadArray reads an array of heads, or null. False for anything else.
bool ReadHeadArray(json::Value array, HeadMessage& out);

// EncodeHeadArray writes a JSON array of heads. Fails with kInvalidArgument as EncodeHeads.
[[nodiscard]] Result<std::string> EncodeHeadArray(std::span<const GossipHead> heads);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_HEADS_JSON_H_
