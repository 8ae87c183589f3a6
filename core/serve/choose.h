// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Which of the SCTs that were made for a certificate a server sends with it.

#ifndef TATTLE_CORE_SERVE_CHOOSE_H_
#define TATTLE_CORE_SERVE_CHOOSE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/policy/policy.h"
#include "core/serve/outlook.h"
#include "core/verify/report.h"

namespace tattle {

// RefusedSct is an SCT that is not sent because it would not count.
struct RefusedSct {
  std::size_t index = 0;  // into the SCTs given
  SctStatus status = SctStatus::kNotChecked;
  std::string why;  // half a sentence, such as "log retired 2025-03-01, and not embedded"
};

// CountedSct is an SCT that clients get with a certificate, of a log of the list that vouches for
// it.
struct CountedSct {
  SctSource source = SctSource::kTls;
  std::string log;  // its description
  std::string operator_name;
  LogState state = LogState::kNone;  // at the time of the choice
  std::uint64_t timestamp_ms = 0;
};

// SctChoice is what a server sends with one certificate. A value that borrows nothing.
struct SctChoice {
  ByteVector list;                // of TLS extension 18; empty: nothing is sent
  std::size_t num_scts = 0;       // in the list
  bool sufficient = false;        // the list and the embedded SCTs satisfy the policy
  bool by_embedded = false;       // the embedded SCTs do so alone
  bool embedded_unknown = false;  // there are some, but without the issuer none can be checked
  std::optional<std::uint64_t> until_ms;  // from when on they no longer will, as the log list says
  std::optional<std::uint64_t>
      again_ms;                 // when to choose again, since the list says otherwise then
  std::vector<Reason> reasons;  // of the policy's verdict, the most useful first
  std::vector<RefusedSct> refused;
  std::vector<CountedSct> counted;  // those in the list, in its order, then those embedded
  std::vector<Outlook> outlooks;    // of all of these, by every policy
  std::uint64_t not_after_ms = 0;   // of the certificate
};

// ChooseScts takes of `scts`, SerializedSCTs in the order of preference among equals, the fewest
// that satisfy the policy, and one to spare: that with which the most of them could be done
// without. They are verified here, and only what is verified by a log of the list counts, however
// old the list is. SCTs that satisfy the policy alone are preferred to such as need the embedded
// ones, since who has SCTs made for a certificate does not rely on those in it; where the embedded
// ones suffice and the others do not, one is sent. Where all together do not suffice, all that
// count are sent. Of one log no more than one SCT is sent. At most kMaxFittingScts are looked at,
// and no more than a list can hold.
// Fails as Verify does. Pure.
Result<SctChoice> ChooseScts(Bytes leaf, Bytes issuer, std::span<const ByteVector> scts,
                             const LogList& logs, Policy policy, std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_CORE_SERVE_CHOOSE_H_
