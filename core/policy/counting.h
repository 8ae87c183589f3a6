// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What all policies count with. A policy sorts the candidates of a Case into Routes, which are its
// alternative ways to be satisfied, and Conclude makes the verdict. A policy may refuse a candidate
// only for what it is or for how late the others are, and a Route only ever asks for "at least", so
// that one SCT more never hurts.

#ifndef TATTLE_CORE_POLICY_COUNTING_H_
#define TATTLE_CORE_POLICY_COUNTING_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/policy/policy.h"
#include "core/verify/report.h"

namespace tattle {

// Where the tables of all four browsers change: certificates that live longer need more SCTs.
inline constexpr std::uint64_t kShortLifetimeMs = 180 * kMsPerDay;

// Candidate is an SCT that counts unless the policy knows better: valid, from a log of type prod
// that is trusted or retired at the time of the check; or, with a stale list only, from a log that
// the list does not know.
struct Candidate {
  std::size_t number = 0;         // in the report, from 1: what people are told
  const SctFacts* sct = nullptr;  // borrows from the report
  LogId log_id = {};
  bool current = false;  // its log is qualified, usable or read-only; otherwise it is retired
  std::string operator_now;
  std::string operator_then;  // when the SCT was stamped; differs where the log has moved

  // RetiredBy says whether the log was retired at that time or before; never of a current log.
  bool RetiredBy(std::uint64_t time_ms) const;

  // LacksLeafIndex: the log is a static-ct log and the SCT has no leaf_index, which it should have
  // (static-ct-api, SCT Extension).
  bool LacksLeafIndex() const;
};

// Refusal is why one SCT does not count.
struct Refusal {
  std::size_t number = 0;  // of the SCT in the report, from 1
  Reason reason;
};

// Case is one report, sorted for a policy. Borrows from the report.
struct Case {
  std::vector<Candidate> candidates;
  std::vector<Refusal> refused;
  std::size_t num_scts = 0;
  std::size_t num_unknown = 0;  // candidates from logs that the stale list does not know
  std::uint64_t lifetime_ms = 0;
  bool list_stale = false;

  // Refuse notes that a candidate does not count; `why` completes "does not count: ".
  void Refuse(const Candidate& candidate, ReasonCode code, std::string_view why);

  // RefuseRetired does so for a retired log; `why` follows the date.
  void RefuseRetired(const Candidate& candidate, std::string_view why);

  // EarliestMs is when the earliest candidate was stamped, EarliestCurrentMs the earliest of a
  // current log; the end of time where there is none. Both only grow when an SCT is taken away.
  std::uint64_t EarliestMs() const;
  std::uint64_t EarliestCurrentMs() const;
};

// OpenCase finds the candidates of a report and refuses the other SCTs. The lifetime is notAfter
// less notBefore; for a certificate that ends before it begins it is endless, the strict side.
Case OpenCase(const Report& report, std::uint64_t now_ms, bool list_stale);

// Tally counts distinct logs, by log_id, and distinct operators, by name; never SCTs.
class Tally {
 public:
  // Add counts the candidate's log, and one of the candidate's two operators.
  void Add(const Candidate& candidate, const std::string& operator_name);

  std::size_t num_scts() const { return num_scts_; }
  std::size_t num_logs() const { return logs_.size(); }
  std::size_t num_current_logs() const { return current_logs_.size(); }
  const std::set<std::string>& operators() const { return operators_; }
  const std::set<SctSource>& sources() const { return sources_; }

 private:
  std::size_t num_scts_ = 0;
  std::set<LogId> logs_;
  std::set<LogId> current_logs_;
  std::set<std::string> operators_;
  std::set<SctSource> sources_;
};

// Route is one way to satisfy a policy: so many distinct logs, of which so many current, of so many
// operators.
struct Route {
  std::string_view one;   // what it counts, as in "needs ... from one more log"
  std::string_view many;  // the same of several
  std::size_t num_logs = 1;
  std::size_t num_current_logs = 0;
  std::size_t num_operators = 1;
  bool by_lifetime = false;       // num_logs depends on the certificate's lifetime: say so
  bool needs_unembedded = false;  // at least one SCT must come by TLS or OCSP
  Tally tally = {};

  // IsOpen: something counts on it, so that a reader wants to hear what it lacks.
  bool IsOpen() const;
  bool IsSatisfied() const;
};

// EmbeddedRoute is what Chrome, Mozilla, Android and Apple ask of embedded SCTs, but for what each
// takes for a lifetime of more than 180 days. UnembeddedRoute is what the first three ask of
// others.
Route EmbeddedRoute(bool long_lifetime);
Route UnembeddedRoute(std::string_view one, std::string_view many);

// Conclude is compliant if any route is satisfied, and says by which. Otherwise it says what each
// route lacks on which anything counts, and of each SCT that does not count why.
Verdict Conclude(const Case& the_case, std::span<const Route> routes);

// The policies, each in the file of its name. Pure.
Verdict EvaluateChrome(const Report& report, std::uint64_t now_ms, bool list_stale);
Verdict EvaluateApple(const Report& report, std::uint64_t now_ms, bool list_stale);
Verdict EvaluateMozilla(const Report& report, std::uint64_t now_ms, bool list_stale);
Verdict EvaluateAndroid(const Report& report, std::uint64_t now_ms, bool list_stale);
Verdict EvaluateRfc6962(const Report& report, std::uint64_t now_ms, bool list_stale);
Verdict EvaluateStrict(const Report& report, std::uint64_t now_ms, bool list_stale);

}  // namespace tattle

#endif  // TATTLE_CORE_POLICY_COUNTING_H_
