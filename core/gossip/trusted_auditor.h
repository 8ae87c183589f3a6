// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client gives an auditor that its user chose (draft-ietf-trans-gossip-05, Section 8.3.1).

#ifndef TATTLE_CORE_GOSSIP_TRUSTED_AUDITOR_H_
#define TATTLE_CORE_GOSSIP_TRUSTED_AUDITOR_H_

#include <span>
#include <string>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/feedback.h"
#include "core/gossip/heads.h"

namespace tattle {

struct AuditorMessage {
  FeedbackMessage feedback;
  HeadMessage heads;
};

// DecodeTrustedAuditor reads an object with one or both of `sct_feedback` and `sths`; the latter is
// an array of heads, or I5's object of v1 and v2. Fails as DecodeFeedback, beyond kMaxFeedbackSize.
[[nodiscard]] Result<AuditorMessage> DecodeTrustedAuditor(Bytes body);

// EncodeTrustedAuditor writes what DecodeTrustedAuditor reads: heads of kVersioned as I5 has them,
// in an object, of any other dialect as an array. Fails as EncodeFeedback and EncodeHeads.
[[nodiscard]] Result<std::string> EncodeTrustedAuditor(HeadDialect head_dialect,
                                                       std::span<const GossipHead> heads,
                                                       FeedbackDialect feedback_dialect,
                                                       std::span<const FeedbackEntry> feedback);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_TRUSTED_AUDITOR_H_
