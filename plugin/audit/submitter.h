// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Submitter: SCTs for a certificate, from enough logs of enough operators.

#ifndef TATTLE_PLUGIN_AUDIT_SUBMITTER_H_
#define TATTLE_PLUGIN_AUDIT_SUBMITTER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "core/policy/policy.h"
#include "core/verify/report.h"
#include "plugin/audit/accepted_roots.h"
#include "plugin/audit/choose_logs.h"
#include "plugin/audit/evidence.h"
#include "plugin/net/http_client.h"

namespace tattle {

enum class AttemptState : std::uint8_t {
  kAsking = 1,   // on its way
  kSlow,         // still on its way, and another log is asked in its place
  kObtained,     // a good SCT is there
  kRefusesRoot,  // the log does not take certificates of this CA: nothing was submitted
  kFailed,       // no SCT, or none that is good; `reason` says why
  kNotAwaited,   // others were enough before it answered
};

// AttemptStateName: "asking", "slow", "obtained", "refuses_root", "failed", "not_awaited".
std::string_view AttemptStateName(AttemptState state);

// Attempt is how one log was asked, and what came of it.
struct Attempt {
  const Log* log = nullptr;  // borrows from the list
  AttemptState state = AttemptState::kAsking;
  std::string reason;             // a sentence without a full stop, printable
  std::uint64_t elapsed_ms = 0;   // until now, or until it ended
  ByteVector sct;                 // SerializedSCT
  std::optional<SctFacts> facts;  // of the SCT, by core/verify
  // The log answered to add-chain with an SCT that it did not sign. The claim holds, and indicates.
  std::optional<Claim> claim;
};

// SubmitSettings are for one certificate.
struct SubmitSettings {
  HttpOptions http;
  std::size_t max_threads = 4;
  std::chrono::milliseconds slow_after{4000};  // then another log is asked as well
  std::function<std::uint64_t()> now_ms;       // the clock that SCTs are verified by
  // tell hears each attempt at each change of its state, one at a time, from several threads.
  std::function<void(const Attempt&)> tell;
};

// Submission is the outcome. `verdict` is the policy's, on the SCTs that were obtained.
struct Submission {
  std::vector<Attempt> attempts;  // in the order in which logs were asked
  Verdict verdict;
};

// Submit asks the logs of `choice`, several at a time, until the policy is satisfied with an SCT to
// spare or no log is left. Each SCT is verified twice: by the client that got it, and as every
// other program of ours verifies what servers deliver. Borrows all for the call; returns when every
// thread of its own has ended. `roots` may be shared by calls one after another.
Submission Submit(std::span<const ByteVector> chain, const LogList& logs, const Wanted& wanted,
                  const LogChoice& choice, AcceptedRoots& roots, const SubmitSettings& settings);

// ObtainedScts are the SCTs of those attempts that have one.
std::vector<ByteVector> ObtainedScts(const Submission& submission);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_SUBMITTER_H_
