// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a site showed, told to that site (draft-ietf-trans-gossip-05, Section 8.1).

#ifndef TATTLE_PLUGIN_GOSSIP_SITE_FEEDBACK_H_
#define TATTLE_PLUGIN_GOSSIP_SITE_FEEDBACK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/gossip/feedback.h"
#include "core/gossip/mix.h"
#include "plugin/net/gossip_client.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// KeepShown remembers what a host showed at a visit: a chain as it was validated, with SCTs of logs
// that are known, also those that do not verify. One that cannot be kept is no failure, nor is a
// host that has no DNS name: whoever may say what was seen says the host, and we shall go there.
Outcome<void> KeepShown(Pool& pool, std::string_view host, const FeedbackEntry& shown,
                        std::uint64_t now_ms);

// KeepAllShown does so for all valid SCTs of the pool that were seen at a host, which was not known
// to be willing when they were.
Outcome<void> KeepAllShown(Pool& pool, std::string_view host, std::uint64_t now_ms);

// MayGiveFeedback says whether a host has a DNS name, is willing, has something to be told, was
// visited since we last tried, and is due by the rules of IsFeedbackDue.
Outcome<bool> MayGiveFeedback(Pool& pool, std::string_view host, std::uint64_t now_ms);

// GiveFeedback tells a host, at https://HOST and nowhere else, up to kMaxBundlesGiven of what it
// showed, and notes what came of it. Nothing: there is nothing to tell. Fails with a sentence where
// the pool does.
inline constexpr std::size_t kMaxBundlesGiven = 16;
Outcome<std::optional<GossipExchange>> GiveFeedback(Pool& pool, const GossipClient& client,
                                                    std::string_view host, std::uint64_t now_ms,
                                                    const DrawUint64& draw);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_SITE_FEEDBACK_H_
