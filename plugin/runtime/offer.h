// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Tree heads of the outbox, as they are sent to the host that they are for.

#ifndef TATTLE_PLUGIN_RUNTIME_OFFER_H_
#define TATTLE_PLUGIN_RUNTIME_OFFER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "plugin/runtime/outbox.h"

namespace tattle {

// Offer is a value.
struct Offer {
  std::size_t num_heads = 0;
  std::string header;  // the value of TransGossip, with the first of the heads; empty: none
  std::string body;    // of a POST of all of them, in the dialect that is deployed; empty: none
};

// MakeOffer writes the heads; the header within kMaxOfferedHeaderSize. Fails as EncodeHeads, where
// no message can hold a head.
Result<Offer> MakeOffer(const std::vector<OutboxHead>& heads);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_OFFER_H_
