// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// gossip.h, "A server: what is asked for".

#include "plugin/runtime/gossip_message.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <tattle/gossip.h>

#include "core/base/bytes.h"
#include "core/gossip/bounds.h"
#include "core/gossip/endpoint.h"
#include "core/gossip/head_record.h"
#include "plugin/capi/enums.h"
#include "plugin/capi/gossip_handle.h"
#include "plugin/capi/guard.h"

namespace {

using tattle::AsText;
using tattle::Bytes;
using tattle::GossipEndpoint;
using tattle::GossipMessage;
using tattle::HeadDialect;
using tattle::Result;
using tattle::capi::BytesFrom;
using tattle::capi::Failed;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::Number;
using tattle::capi::Outcome;

static_assert(Number(GossipEndpoint::kSthPollination) == TATTLE_ENDPOINT_STH_POLLINATION);
static_assert(Number(GossipEndpoint::kSctFeedback) == TATTLE_ENDPOINT_SCT_FEEDBACK);
static_assert(Number(GossipEndpoint::kCollectedSctFeedback) ==
              TATTLE_ENDPOINT_COLLECTED_SCT_FEEDBACK);
static_assert(Number(GossipEndpoint::kTrustedAuditor) == TATTLE_ENDPOINT_TRUSTED_AUDITOR);
static_assert(Number(GossipEndpoint::kAuditorFeedback) == TATTLE_ENDPOINT_AUDITOR_FEEDBACK);
static_assert(Number(GossipEndpoint::kAuditorHeads) == TATTLE_ENDPOINT_AUDITOR_HEADS);

static_assert(Number(HeadDialect::kSths) == TATTLE_HEADS_STHS);
static_assert(Number(HeadDialect::kSthGossip) == TATTLE_HEADS_STH_GOSSIP);
static_assert(Number(HeadDialect::kVersioned) == TATTLE_HEADS_VERSIONED);

static_assert(tattle::kMaxHeadMessageSize == TATTLE_GOSSIP_MAX_HEADS_BODY);
static_assert(tattle::kMaxFeedbackSize == TATTLE_GOSSIP_MAX_FEEDBACK_BODY);
static_assert(tattle::kMaxGossipHeads == TATTLE_GOSSIP_MAX_HEADS);
static_assert(tattle::kHeadKeySize == TATTLE_HEAD_KEY_LEN);

Outcome<GossipMessage> Read(const std::uint8_t* body, std::size_t body_len,
                            Result<GossipMessage> (*read)(Bytes)) {
  const Outcome<Bytes> bytes = BytesFrom(body, body_len, "body");
  if (!bytes) {
    return tl::unexpected(bytes.error());
  }
  Result<GossipMessage> message = read(*bytes);
  if (!message) {
    return Failed(message.error());
  }
  return *std::move(message);
}

Outcome<GossipMessage> ReadHeader(const tattle_bytes* values, std::size_t num_values) {
  if (values == nullptr && num_values != 0) {
    return Misused("values");
  }
  std::vector<std::string_view> texts;
  for (const tattle_bytes& value : std::span(values, num_values)) {
    const Outcome<Bytes> bytes = BytesFrom(value.data, value.len, "values");
    if (!bytes) {
      return tl::unexpected(bytes.error());
    }
    texts.push_back(AsText(*bytes));
  }
  Result<GossipMessage> message = tattle::ReadHeaderMessage(texts);
  if (!message) {
    return Failed(message.error());
  }
  return *std::move(message);
}

}  // namespace

tattle_gossip_endpoint tattle_gossip_endpoint_find(const char* path, size_t path_len) {
  if (path == nullptr) {
    return TATTLE_ENDPOINT_NONE;
  }
  const auto route = tattle::FindGossipRoute(std::string_view(path, path_len));
  return route ? Number(route->endpoint) : TATTLE_ENDPOINT_NONE;
}

tattle_status tattle_gossip_message_new_heads(tattle_gossip_message** out, const uint8_t* body,
                                              size_t body_len, tattle_diag* diag) {
  return Make(out, diag, [=] { return Read(body, body_len, tattle::ReadHeadMessage); });
}

tattle_status tattle_gossip_message_new_feedback(tattle_gossip_message** out, const uint8_t* body,
                                                 size_t body_len, tattle_diag* diag) {
  return Make(out, diag, [=] { return Read(body, body_len, tattle::ReadFeedbackMessage); });
}

tattle_status tattle_gossip_message_new_header(tattle_gossip_message** out,
                                               const tattle_bytes* values, size_t num_values,
                                               tattle_diag* diag) {
  return Make(out, diag, [=] { return ReadHeader(values, num_values); });
}

void tattle_gossip_message_free(tattle_gossip_message* message) {
  tattle::capi::Free(message);
}

tattle_head_dialect tattle_gossip_message_dialect(const tattle_gossip_message* message) {
  return Get(message, tattle_head_dialect{0},
             [](const GossipMessage& content) { return Number(content.dialect); });
}

int32_t tattle_gossip_message_is_cut(const tattle_gossip_message* message) {
  return Get(message, int32_t{0},
             [](const GossipMessage& content) { return content.is_cut ? 1 : 0; });
}

size_t tattle_gossip_message_num_heads(const tattle_gossip_message* message) {
  return Get(message, size_t{0}, [](const GossipMessage& content) { return content.heads.size(); });
}

const uint8_t* tattle_gossip_message_get0_head_key(const tattle_gossip_message* message,
                                                   size_t index) {
  return Get(message, static_cast<const uint8_t*>(nullptr), [=](const GossipMessage& content) {
    return index < content.head_keys.size() ? content.head_keys[index].data() : nullptr;
  });
}

int32_t tattle_gossip_message_has_head_log(const tattle_gossip_message* message, size_t index) {
  return Get(message, int32_t{0}, [=](const GossipMessage& content) {
    return index < content.heads.size() && content.heads[index].log_id ? 1 : 0;
  });
}

size_t tattle_gossip_message_num_scts(const tattle_gossip_message* message) {
  return Get(message, size_t{0},
             [](const GossipMessage& content) { return content.sct_keys.size(); });
}

const uint8_t* tattle_gossip_message_get0_sct_key(const tattle_gossip_message* message,
                                                  size_t index) {
  return Get(message, static_cast<const uint8_t*>(nullptr), [=](const GossipMessage& content) {
    return index < content.sct_keys.size() && content.sct_keys[index]
               ? content.sct_keys[index]->data()
               : nullptr;
  });
}
