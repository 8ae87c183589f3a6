// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/offer.h"

#include <span>
#include <utility>

#include "core/gossip/header.h"
#include "core/gossip/heads.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

// OfferedHeader has as many heads as there is room for, the first ones.
Result<std::string> OfferedHeader(const std::vector<GossipHead>& heads) {
  std::string header;
  for (const GossipHead& head : heads) {
    const Result<std::string> next = EncodeTransGossipHeads({&head, 1});
    if (!next) {
      return next;
    }
    if (header.size() + next->size() + 2 > kMaxOfferedHeaderSize) {
      break;
    }
    header.append(header.empty() ? "" : ", ").append(*next);
  }
  return header;
}

}  // namespace

Result<Offer> MakeOffer(const std::vector<OutboxHead>& heads) {
  Offer offer;
  if (heads.empty()) {
    return offer;
  }
  std::vector<GossipHead> gossip_heads;
  gossip_heads.reserve(heads.size());
  for (const OutboxHead& head : heads) {
    gossip_heads.push_back({head.log_id, head.sth});
  }
  Result<std::string> header = OfferedHeader(gossip_heads);
  Result<std::string> body = EncodeHeads(HeadDialect::kSths, gossip_heads);
  if (!header || !body) {
    return tl::unexpected(header ? body.error() : header.error());
  }
  offer.num_heads = heads.size();
  offer.header = *std::move(header);
  offer.body = *std::move(body);
  return offer;
}

}  // namespace tattle
