// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Feedback within a larger JSON document. Private to core/gossip.

#ifndef TATTLE_CORE_GOSSIP_FEEDBACK_JSON_H_
#define TATTLE_CORE_GOSSIP_FEEDBACK_JSON_H_

#include <span>
#include <string>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/gossip/feedback.h"

namespace tattle {

// ReadFeedbackValue reads a whole message: an object with one of the members, or an array. False if
// it is neither.
bool ReadFeedbackValue(json::Value value, FeedbackMessage& out);

// EncodeFeedbackArray writes the JSON array of a dialect's entries. Fails as EncodeFeedback.
[[nodiscard]] Result<std::string> EncodeFeedbackArray(FeedbackDialect dialect,
                                                      std::span<const FeedbackEntry> entries);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_FEEDBACK_JSON_H_
