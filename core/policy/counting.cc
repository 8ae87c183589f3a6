// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/policy/counting.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tattle {
namespace {

constexpr std::uint64_t kEndOfTimeMs = std::numeric_limits<std::uint64_t>::max();

// StateSince is such as "log retired 2025-03-01", without the date where the list has none.
std::string StateSince(const Log& log) {
  std::string out = "log ";
  out.append(LogStateName(log.state));
  if (log.state_since_ms != 0) {
    const std::string since = EncodeRfc3339(log.state_since_ms);
    out.append(" ").append(since.substr(0, since.find('T')));
  }
  return out;
}

// NameSct is such as "SCT 2 (Google 'Pilot' log)": how people are told which one is meant.
std::string NameSct(std::size_t number, const SctFacts& sct) {
  std::string out = "SCT " + std::to_string(number);
  if (sct.log != nullptr && !sct.log->description.empty()) {
    out.append(" (").append(sct.log->description).append(")");
  } else if (sct.log_id) {
    out.append(" (log ").append(Hex(Bytes(*sct.log_id).first(4))).append("...)");
  }
  return out;
}

std::string DoesNotCount(std::size_t number, const SctFacts& sct, std::string_view why) {
  return NameSct(number, sct).append(" does not count: ").append(why);
}

// LackOfStanding says why no SCT of a log counts at a time; empty if they may.
std::string LackOfStanding(const Log& log, std::uint64_t now_ms) {
  switch (log.type) {
    case LogType::kProd:
      break;
    case LogType::kTest:
      return "it is from a test log";
    case LogType::kMonitoringOnly:
      return "its log is for monitoring only";
    case LogType::kUnknown:
      return "its log is of a type that is not known";
  }
  switch (log.StateAt(now_ms)) {
    case LogState::kQualified:
    case LogState::kUsable:
    case LogState::kReadOnly:
    case LogState::kRetired:
      return "";
    case LogState::kRejected:
      return StateSince(log);
    case LogState::kPending:
      return "its log is pending, not trusted yet";
    case LogState::kNone:
      return "the log list gives its log no state";
    case LogState::kUnknown:
      break;
  }
  return "the state of its log is not known";
}

// WithStatus is the SCT as if Verify had found this status.
SctFacts WithStatus(SctFacts sct, SctStatus status) {
  sct.status = status;
  return sct;
}

// Sort puts one SCT among the candidates or the refused.
void Sort(const SctFacts& sct, std::size_t number, std::uint64_t now_ms, Case& out) {
  const auto refuse = [&](ReasonCode code, std::string_view why) {
    out.refused.push_back({number, {code, DoesNotCount(number, sct, why)}});
  };
  if (sct.denied != nullptr) {
    refuse(ReasonCode::kSctNotValid, DescribeSct(WithStatus(sct, SctStatus::kDeniedLog)));
    return;
  }
  if (out.list_stale && sct.status == SctStatus::kUnknownLog && sct.log_id) {
    if (IsInFuture(sct.timestamp_ms, now_ms)) {
      refuse(ReasonCode::kSctNotValid, DescribeSct(WithStatus(sct, SctStatus::kInFuture)));
      return;
    }
    // An operator of its own: no operator of a list is named after a whole log_id.
    const std::string operator_name = "log " + Hex(*sct.log_id);
    out.candidates.push_back({number, &sct, *sct.log_id, true, operator_name, operator_name});
    ++out.num_unknown;
    return;
  }
  if (sct.status != SctStatus::kValid || sct.log == nullptr) {
    refuse(ReasonCode::kSctNotValid, DescribeSct(sct));
    return;
  }
  const Log& log = *sct.log;
  const std::string lack = LackOfStanding(log, now_ms);
  if (!lack.empty()) {
    refuse(ReasonCode::kLogNotTrusted, lack);
    return;
  }
  out.candidates.push_back({number, &sct, log.log_id, log.StateAt(now_ms) != LogState::kRetired,
                            log.operator_name, log.OperatorAt(sct.timestamp_ms)});
}

}  // namespace

bool Candidate::RetiredBy(std::uint64_t time_ms) const {
  return !current && time_ms >= sct->log->state_since_ms;
}

bool Candidate::LacksLeafIndex() const {
  return sct->log != nullptr && sct->log->kind == LogKind::kStaticCt && !sct->leaf_index;
}

void Case::Refuse(const Candidate& candidate, ReasonCode code, std::string_view why) {
  refused.push_back(
      {candidate.number, {code, DoesNotCount(candidate.number, *candidate.sct, why)}});
}

void Case::RefuseRetired(const Candidate& candidate, std::string_view why) {
  Refuse(candidate, ReasonCode::kLogRetired,
         StateSince(*candidate.sct->log).append(", ").append(why));
}

std::uint64_t Case::EarliestMs() const {
  std::uint64_t earliest_ms = kEndOfTimeMs;
  for (const Candidate& candidate : candidates) {
    earliest_ms = std::min(earliest_ms, candidate.sct->timestamp_ms);
  }
  return earliest_ms;
}

std::uint64_t Case::EarliestCurrentMs() const {
  std::uint64_t earliest_ms = kEndOfTimeMs;
  for (const Candidate& candidate : candidates) {
    if (candidate.current) {
      earliest_ms = std::min(earliest_ms, candidate.sct->timestamp_ms);
    }
  }
  return earliest_ms;
}

Case OpenCase(const Report& report, std::uint64_t now_ms, bool list_stale) {
  Case out;
  out.num_scts = report.scts.size();
  out.lifetime_ms = report.not_after_ms >= report.not_before_ms
                        ? report.not_after_ms - report.not_before_ms
                        : kEndOfTimeMs;
  out.list_stale = list_stale;
  std::size_t number = 0;
  for (const SctFacts& sct : report.scts) {
    Sort(sct, ++number, now_ms, out);
  }
  return out;
}

void Tally::Add(const Candidate& candidate, const std::string& operator_name) {
  ++num_scts_;
  logs_.insert(candidate.log_id);
  if (candidate.current) {
    current_logs_.insert(candidate.log_id);
  }
  operators_.insert(operator_name);
  sources_.insert(candidate.sct->source);
}

bool Route::IsOpen() const {
  const bool only_embedded = tally.sources() == std::set{SctSource::kEmbedded};
  return tally.num_scts() != 0 && !(needs_unembedded && only_embedded);
}

bool Route::IsSatisfied() const {
  return IsOpen() && tally.num_logs() >= num_logs && tally.num_current_logs() >= num_current_logs &&
         tally.operators().size() >= num_operators;
}

Route EmbeddedRoute(bool long_lifetime) {
  return {.one = "an embedded SCT",
          .many = "embedded SCTs",
          .num_logs = long_lifetime ? std::size_t{3} : std::size_t{2},
          .num_current_logs = 1,
          .num_operators = 2,
          .by_lifetime = true};
}

Route UnembeddedRoute(std::string_view one, std::string_view many) {
  return {.one = one, .many = many, .num_logs = 2, .num_current_logs = 2, .num_operators = 2};
}

}  // namespace tattle
