// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/choose_logs.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/verify/verify.h"

namespace tattle {
namespace {

std::string DateOf(std::uint64_t time_ms) {
  const std::string text = EncodeRfc3339(time_ms);
  return text.substr(0, text.find('T'));
}

// LackOfFitness is why a log takes no such certificate; empty if it should.
std::string LackOfFitness(const LogList& logs, const Log& log, const Wanted& wanted) {
  if (logs.FindDenied(log.log_id) != nullptr) {
    return "is denied: its key is public or compromised";
  }
  if (log.type != LogType::kProd) {
    return log.type == LogType::kTest ? "is a test log" : "takes no submissions";
  }
  const LogState state = log.StateAt(wanted.now_ms);
  if (state != LogState::kUsable && state != LogState::kQualified) {
    return state == LogState::kNone || state == LogState::kUnknown
               ? "has no state that is known"
               : "is " + std::string(LogStateName(state));
  }
  if (log.temporal_interval && (wanted.not_after_ms < log.temporal_interval->start_ms ||
                                wanted.not_after_ms >= log.temporal_interval->end_ms)) {
    return "takes certificates that end from " + DateOf(log.temporal_interval->start_ms) +
           " on and before " + DateOf(log.temporal_interval->end_ms) + ", this one ends on " +
           DateOf(wanted.not_after_ms);
  }
  return "";
}

bool IsWanted(const Wanted& wanted, const LogId& log_id) {
  return wanted.only.empty() ||
         std::find(wanted.only.begin(), wanted.only.end(), log_id) != wanted.only.end();
}

Report ReportOf(const Wanted& wanted, std::span<const SctFacts> scts) {
  Report report;
  report.scts.assign(scts.begin(), scts.end());
  report.not_before_ms = wanted.not_before_ms;
  report.not_after_ms = wanted.not_after_ms;
  return report;
}

// Rank orders logs, the best first.
auto Rank(const Wanted& wanted, const Log& log, std::span<const SctFacts> scts) {
  const bool known_operator = std::any_of(scts.begin(), scts.end(), [&](const SctFacts& sct) {
    return sct.log->operator_name == log.operator_name;
  });
  const bool has_rfc6962 = std::any_of(scts.begin(), scts.end(), [](const SctFacts& sct) {
    return sct.log->kind == LogKind::kRfc6962;
  });
  Sha256 place;
  place.Update(wanted.fingerprint).Update(log.log_id);
  return std::make_tuple(known_operator, log.StateAt(wanted.now_ms) != LogState::kUsable,
                         !has_rfc6962 && log.kind != LogKind::kRfc6962, place.Finish());
}

const Log* BestOf(const Wanted& wanted, std::span<const Log* const> untried,
                  std::span<const SctFacts> scts) {
  const auto best = std::min_element(untried.begin(), untried.end(), [&](auto* a, auto* b) {
    return Rank(wanted, *a, scts) < Rank(wanted, *b, scts);
  });
  return best == untried.end() ? nullptr : *best;
}

// CountIndispensable is how many of the SCTs cannot go without the policy's being broken.
std::size_t CountIndispensable(const Wanted& wanted, std::span<const SctFacts> scts) {
  std::size_t count = 0;
  for (std::size_t lost = 0; lost < scts.size(); ++lost) {
    std::vector<SctFacts> others(scts.begin(), scts.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(lost));
    count += JudgeScts(wanted, others).compliant ? 0U : 1U;
  }
  return count;
}

// BestSpare is the log whose SCT would leave the fewest indispensable; null where none leaves fewer
// than there are, so no more logs are asked than that has use for.
const Log* BestSpare(const Wanted& wanted, std::span<const Log* const> untried,
                     std::span<const SctFacts> scts) {
  const std::size_t now = CountIndispensable(wanted, scts);
  std::size_t fewest = now;
  std::vector<const Log*> equals;
  for (const Log* log : untried) {
    if (now == 0) {
      break;
    }
    std::vector<SctFacts> more(scts.begin(), scts.end());
    more.push_back(ExpectSct(*log, wanted));
    const std::size_t left = CountIndispensable(wanted, more);
    if (left < fewest) {
      equals.clear();
      fewest = left;
    }
    if (left == fewest && left < now) {
      equals.push_back(log);
    }
  }
  return BestOf(wanted, equals, scts);
}

}  // namespace

Result<Wanted> CreateWanted(std::span<const ByteVector> chain, const LogList& logs, Policy policy,
                            std::uint64_t now_ms) {
  if (chain.empty()) {
    return Fail(Errc::kMissing, "chain");
  }
  const Result<CertificateView> leaf = DecodeCertificate(chain.front());
  if (!leaf) {
    return tl::unexpected(leaf.error());
  }
  Result<Report> report =
      Verify({.leaf = chain.front(), .issuer = chain.size() > 1 ? Bytes(chain[1]) : Bytes()}, logs,
             now_ms);
  if (!report) {
    return tl::unexpected(report.error());
  }
  Wanted wanted;
  wanted.policy = policy;
  wanted.is_precertificate = leaf->is_precertificate;
  wanted.not_before_ms = leaf->not_before_ms;
  wanted.not_after_ms = leaf->not_after_ms;
  wanted.fingerprint = Sha256Of(chain.front());
  wanted.embedded = std::move(report->scts);
  wanted.now_ms = now_ms;
  wanted.list_stale = logs.IsStaleAt(now_ms);
  return wanted;
}

LogChoice ChooseLogs(const LogList& logs, const Wanted& wanted) {
  LogChoice choice;
  std::vector<const Log*> untried;
  for (const Log& log : logs.content().logs) {
    if (!IsWanted(wanted, log.log_id)) {
      continue;
    }
    std::string lack = LackOfFitness(logs, log, wanted);
    if (lack.empty()) {
      untried.push_back(&log);
    } else {
      choice.unfit.push_back({&log, std::move(lack)});
    }
  }
  std::vector<SctFacts> expected;
  bool is_enough = false;
  while (!untried.empty()) {
    const Log* best = is_enough ? nullptr : NextLog(wanted, untried, expected);
    if (best == nullptr) {
      is_enough = true;
      best = BestOf(wanted, untried, expected);
    }
    choice.fit.push_back(best);
    expected.push_back(ExpectSct(*best, wanted));
    untried.erase(std::find(untried.begin(), untried.end(), best));
  }
  return choice;
}

SctFacts ExpectSct(const Log& log, const Wanted& wanted) {
  SctFacts sct;
  sct.source = wanted.is_precertificate ? SctSource::kEmbedded : SctSource::kTls;
  sct.status = SctStatus::kValid;
  sct.log_id = log.log_id;
  sct.timestamp_ms = wanted.now_ms;
  sct.log = &log;
  if (log.kind == LogKind::kStaticCt) {
    sct.leaf_index = 0;
  }
  return sct;
}

Verdict JudgeScts(const Wanted& wanted, std::span<const SctFacts> scts) {
  Report report = ReportOf(wanted, scts);
  Verdict verdict = Evaluate(wanted.policy, report, wanted.now_ms, wanted.list_stale);
  if (verdict.compliant || wanted.embedded.empty() || scts.empty()) {
    return verdict;
  }
  report.scts.insert(report.scts.begin(), wanted.embedded.begin(), wanted.embedded.end());
  Verdict together = Evaluate(wanted.policy, report, wanted.now_ms, wanted.list_stale);
  const bool mixed =
      std::any_of(together.reasons.begin(), together.reasons.end(),
                  [](const Reason& r) { return r.code == ReasonCode::kCompliantMixed; });
  return together.compliant && mixed ? together : verdict;
}

bool SufficeWithSpare(const Wanted& wanted, std::span<const SctFacts> scts,
                      std::span<const Log* const> others) {
  return JudgeScts(wanted, scts).compliant && BestSpare(wanted, others, scts) == nullptr;
}

const Log* NextLog(const Wanted& wanted, std::span<const Log* const> untried,
                   std::span<const SctFacts> scts) {
  if (wanted.only.empty() && JudgeScts(wanted, scts).compliant) {
    return BestSpare(wanted, untried, scts);
  }
  return BestOf(wanted, untried, scts);
}

}  // namespace tattle
