// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle.h, "Report: the facts".

#include "core/verify/report.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <tattle/tattle.h>

#include "core/verify/verify.h"
#include "plugin/capi/enums.h"
#include "plugin/capi/evidence.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/handle.h"
#include "plugin/runtime/facts.h"

namespace {

using tattle::Evidence;
using tattle::LogState;
using tattle::Report;
using tattle::Result;
using tattle::SctFacts;
using tattle::SctSource;
using tattle::SctStatus;
using tattle::capi::Failed;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::NameOf;
using tattle::capi::Number;
using tattle::capi::Outcome;

using SharedFacts = std::shared_ptr<const tattle::Facts>;

static_assert(Number(SctSource::kEmbedded) == TATTLE_SOURCE_EMBEDDED);
static_assert(Number(SctSource::kTls) == TATTLE_SOURCE_TLS);
static_assert(Number(SctSource::kOcsp) == TATTLE_SOURCE_OCSP);

static_assert(Number(SctStatus::kNotChecked) == TATTLE_SCT_NOT_CHECKED);
static_assert(Number(SctStatus::kValid) == TATTLE_SCT_VALID);
static_assert(Number(SctStatus::kMalformed) == TATTLE_SCT_MALFORMED);
static_assert(Number(SctStatus::kUnsupportedVersion) == TATTLE_SCT_UNSUPPORTED_VERSION);
static_assert(Number(SctStatus::kUnknownLog) == TATTLE_SCT_UNKNOWN_LOG);
static_assert(Number(SctStatus::kDeniedLog) == TATTLE_SCT_DENIED_LOG);
static_assert(Number(SctStatus::kWrongAlgorithm) == TATTLE_SCT_WRONG_ALGORITHM);
static_assert(Number(SctStatus::kBadSignature) == TATTLE_SCT_BAD_SIGNATURE);
static_assert(Number(SctStatus::kInFuture) == TATTLE_SCT_IN_FUTURE);

static_assert(Number(LogState::kNone) == TATTLE_LOG_STATE_NONE);
static_assert(Number(LogState::kPending) == TATTLE_LOG_STATE_PENDING);
static_assert(Number(LogState::kQualified) == TATTLE_LOG_STATE_QUALIFIED);
static_assert(Number(LogState::kUsable) == TATTLE_LOG_STATE_USABLE);
static_assert(Number(LogState::kReadOnly) == TATTLE_LOG_STATE_READONLY);
static_assert(Number(LogState::kRetired) == TATTLE_LOG_STATE_RETIRED);
static_assert(Number(LogState::kRejected) == TATTLE_LOG_STATE_REJECTED);
static_assert(Number(LogState::kUnknown) == TATTLE_LOG_STATE_UNKNOWN);

Outcome<SharedFacts> VerifyEvidence(const tattle_log_list* list, const tattle_evidence* given,
                                    uint64_t now_ms) {
  const auto* list_content = tattle_log_list::Open(list);
  if (list_content == nullptr) {
    return Misused("list", "is no log list");
  }
  const Outcome<Evidence> evidence = tattle::capi::ReadEvidence(given);
  if (!evidence) {
    return tl::unexpected(evidence.error());
  }
  Result<Report> report = tattle::Verify(*evidence, *list_content->logs, now_ms);
  if (!report) {
    return Failed(report.error());
  }
  return tattle::ShareFacts(list_content->logs, *std::move(report));
}

// GetSct asks one SCT of a report; `otherwise` also if the index is out of range.
template <typename Answer, typename Ask>
Answer GetSct(const tattle_report* report, size_t index, Answer otherwise, Ask ask) {
  return Get(report, otherwise, [&](const SharedFacts& facts) -> Answer {
    return index < facts->report.scts.size() ? ask(facts->report.scts[index]) : otherwise;
  });
}

}  // namespace

tattle_status tattle_verify(const tattle_log_list* list, tattle_report** out,
                            const tattle_evidence* evidence, uint64_t now_ms, tattle_diag* diag) {
  return Make(out, diag, [=] { return VerifyEvidence(list, evidence, now_ms); });
}

void tattle_report_free(tattle_report* report) {
  tattle::capi::Free(report);
}

uint64_t tattle_report_not_before_ms(const tattle_report* report) {
  return Get(report, uint64_t{0},
             [](const SharedFacts& facts) { return facts->report.not_before_ms; });
}

uint64_t tattle_report_not_after_ms(const tattle_report* report) {
  return Get(report, uint64_t{0},
             [](const SharedFacts& facts) { return facts->report.not_after_ms; });
}

int32_t tattle_report_has_issuer_mismatch(const tattle_report* report) {
  return Get(report, int32_t{0},
             [](const SharedFacts& facts) { return facts->report.issuer_mismatch ? 1 : 0; });
}

size_t tattle_report_num_scts(const tattle_report* report) {
  return Get(report, size_t{0}, [](const SharedFacts& facts) { return facts->report.scts.size(); });
}

tattle_sct_source tattle_report_sct_source(const tattle_report* report, size_t index) {
  return GetSct(report, index, tattle_sct_source{0},
                [](const SctFacts& sct) { return Number(sct.source); });
}

tattle_sct_status tattle_report_sct_status(const tattle_report* report, size_t index) {
  return GetSct(report, index, tattle_sct_status{TATTLE_SCT_NOT_CHECKED},
                [](const SctFacts& sct) { return Number(sct.status); });
}

const char* tattle_report_get0_sct_reason(const tattle_report* report, size_t index) {
  return Get(report, "", [index](const SharedFacts& facts) {
    return index < facts->reasons.size() ? facts->reasons[index].c_str() : "";
  });
}

const uint8_t* tattle_report_get0_sct_log_id(const tattle_report* report, size_t index) {
  return GetSct(report, index, static_cast<const uint8_t*>(nullptr),
                [](const SctFacts& sct) { return sct.log_id ? sct.log_id->data() : nullptr; });
}

uint64_t tattle_report_sct_timestamp_ms(const tattle_report* report, size_t index) {
  return GetSct(report, index, uint64_t{0}, [](const SctFacts& sct) { return sct.timestamp_ms; });
}

uint64_t tattle_report_sct_leaf_index(const tattle_report* report, size_t index) {
  return GetSct(report, index, uint64_t{TATTLE_NO_LEAF_INDEX},
                [](const SctFacts& sct) { return sct.leaf_index.value_or(TATTLE_NO_LEAF_INDEX); });
}

const char* tattle_report_get0_sct_log(const tattle_report* report, size_t index) {
  return GetSct(report, index, "", [](const SctFacts& sct) {
    return sct.log == nullptr ? "" : sct.log->description.c_str();
  });
}

const char* tattle_report_get0_sct_operator(const tattle_report* report, size_t index) {
  return GetSct(report, index, "", [](const SctFacts& sct) {
    return sct.log == nullptr ? "" : sct.log->OperatorAt(sct.timestamp_ms).c_str();
  });
}

tattle_log_state tattle_report_sct_log_state(const tattle_report* report, size_t index) {
  return GetSct(report, index, tattle_log_state{TATTLE_LOG_STATE_NONE}, [](const SctFacts& sct) {
    return sct.log == nullptr ? TATTLE_LOG_STATE_NONE : Number(sct.log->state);
  });
}

uint64_t tattle_report_sct_log_state_since_ms(const tattle_report* report, size_t index) {
  return GetSct(report, index, uint64_t{0}, [](const SctFacts& sct) {
    return sct.log == nullptr ? uint64_t{0} : sct.log->state_since_ms;
  });
}

const char* tattle_sct_source_name(tattle_sct_source source) {
  return NameOf(source, SctSource::kEmbedded, SctSource::kOcsp, tattle::SctSourceName);
}

const char* tattle_sct_status_name(tattle_sct_status status) {
  return NameOf(status, SctStatus::kNotChecked, SctStatus::kInFuture, tattle::SctStatusName);
}

const char* tattle_log_state_name(tattle_log_state state) {
  return NameOf(state, LogState::kNone, LogState::kUnknown, tattle::LogStateName);
}
