// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/audit/target.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/check/run_in_order.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/evidence/write_evidence.h"
#include "adapters/cli/output/terminal_text.h"
#include "plugin/net/log_client.h"

namespace tattle::cli {
namespace {

// Logs that are asked at once. A certificate has SCTs of two to ten.
constexpr std::size_t kMaxAuditThreads = 8;

// LogQuestion is all that one log is asked.
struct LogQuestion {
  const Log* log = nullptr;
  std::vector<std::size_t> places;  // of its SCTs in the result
  std::vector<Inclusion> answers;
};

std::vector<LogQuestion> GroupByLog(const std::vector<AuditedSct>& scts) {
  std::vector<LogQuestion> out;
  std::map<LogId, std::size_t> place_of;
  for (std::size_t i = 0; i < scts.size(); ++i) {
    const Log* log = scts[i].promise.facts.log;
    const auto [found, is_new] = place_of.emplace(log->log_id, out.size());
    if (is_new) {
      out.push_back({log, {}, {}});
    }
    out[found->second].places.push_back(i);
  }
  return out;
}

std::vector<Inclusion> Ask(const LogQuestion& question, const AuditResult& result,
                           const AuditSetup& setup) {
  std::vector<const SctPromise*> promises;
  for (const std::size_t place : question.places) {
    promises.push_back(&result.scts[place].promise);
  }
  try {
    HttpClient http(setup.http);
    const std::unique_ptr<LogClient> client = LogClient::Create(*question.log, http);
    return AskLog(*client, promises, {setup.check.now_ms, setup.ask_rfc6962});
  } catch (const std::exception& error) {
    Inclusion failed;
    failed.sentence = std::string("internal error: ") + error.what();
    return std::vector<Inclusion>(promises.size(), failed);
  }
}

std::optional<Weight> Weigh(const Inclusion& inclusion, const Log& log) {
  if (!inclusion.claim) {
    return std::nullopt;
  }
  const Result<Finding> finding = VerifyClaim(*inclusion.claim, &log);
  return finding ? std::optional(finding->weight) : std::nullopt;
}

void AskAll(const AuditSetup& setup, AuditResult& result) {
  std::vector<LogQuestion> questions = GroupByLog(result.scts);
  RunInOrder({
      .num_items = questions.size(),
      .max_threads = kMaxAuditThreads,
      .work = [&](std::size_t i) { questions[i].answers = Ask(questions[i], result, setup); },
      .emit =
          [&](std::size_t i) {
            for (std::size_t k = 0; k < questions[i].places.size(); ++k) {
              AuditedSct& sct = result.scts[questions[i].places[k]];
              sct.inclusion = std::move(questions[i].answers[k]);
              sct.weight = Weigh(sct.inclusion, *questions[i].log);
              if (setup.tell) {
                setup.tell(sct);
              }
            }
          },
      .progress = [](std::size_t) {},
  });
}

void KeepEvidence(const AuditSetup& setup, AuditResult& result) {
  for (AuditedSct& sct : result.scts) {
    if (!sct.inclusion.claim || setup.evidence_dir.empty()) {
      continue;
    }
    Outcome<std::string> path = WriteEvidence(*sct.inclusion.claim, setup.evidence_dir);
    if (path) {
      sct.evidence_file = *std::move(path);
    } else {
      result.error = path.error();
    }
  }
}

std::size_t CountUnknown(const CheckResult& check) {
  if (!check.report) {
    return 0;
  }
  return static_cast<std::size_t>(
      std::count_if(check.report->scts.begin(), check.report->scts.end(),
                    [](const SctFacts& sct) { return sct.status == SctStatus::kUnknownLog; }));
}

}  // namespace

std::string_view AuditedSct::state_name() const {
  return inclusion.state == InclusionState::kNotIncluded && is_doubtful()
             ? "no_proof"
             : InclusionStateName(inclusion.state);
}

bool AuditResult::all_compliant() const {
  return !check.verdicts.empty() &&
         std::all_of(check.verdicts.begin(), check.verdicts.end(),
                     [](const PolicyVerdict& judged) { return judged.verdict.compliant; });
}

std::size_t AuditResult::Count(InclusionState state) const {
  return static_cast<std::size_t>(
      std::count_if(scts.begin(), scts.end(),
                    [&](const AuditedSct& sct) { return sct.inclusion.state == state; }));
}

std::size_t AuditResult::CountBroken() const {
  return static_cast<std::size_t>(std::count_if(
      scts.begin(), scts.end(), [](const AuditedSct& sct) { return sct.is_broken(); }));
}

std::size_t AuditResult::CountDoubtful() const {
  return static_cast<std::size_t>(std::count_if(
      scts.begin(), scts.end(), [](const AuditedSct& sct) { return sct.is_doubtful(); }));
}

std::string AuditResult::Conclusion() const {
  const std::size_t num_included = Count(InclusionState::kIncluded);
  const std::size_t num_broken = CountBroken();
  const std::size_t num_doubtful = CountDoubtful();
  std::string out;
  if (scts.empty()) {
    out = "there is no valid SCT whose log could be asked";
  } else if (num_broken != 0) {
    out = fmt::format("{} of {} not kept by the log: that is misbehaviour, report it", num_broken,
                      Counted(scts.size(), "valid SCT"));
  } else if (num_doubtful != 0) {
    out = fmt::format(
        "{} of {} got no proof, and nothing is proven against the logs either: ask again later",
        num_doubtful, Counted(scts.size(), "valid SCT"));
  } else if (num_included == scts.size()) {
    out = fmt::format("{} proven to be in the logs",
                      scts.size() == 1 ? "the one valid SCT is"
                                       : "all " + Counted(scts.size(), "valid SCT") + " are");
  } else {
    out = fmt::format("{} of {} proven to be in the logs, the others could not be told",
                      num_included, Counted(scts.size(), "valid SCT"));
  }
  const bool can_keep = std::any_of(scts.begin(), scts.end(), [](const AuditedSct& sct) {
    return sct.inclusion.claim && sct.evidence_file.empty();
  });
  if (can_keep && error.empty()) {
    out += "; --evidence-dir DIR keeps what shows it";
  }
  if (num_unasked != 0) {
    out += fmt::format("; nobody was asked about {} of logs that the stale log list does not know",
                       Counted(num_unasked, "SCT"));
  }
  if (Count(InclusionState::kNotAsked) != 0) {
    out += "; --ask-rfc6962 asks the logs that were not";
  }
  return out + (all_compliant() ? "" : "; the SCTs do not satisfy the policy");
}

int AuditResult::exit_status() const {
  if (!check.error.empty()) {
    return kExitUnknown;
  }
  if (CountBroken() != 0 || !all_compliant()) {
    return kExitNo;
  }
  const bool all_proven =
      !scts.empty() && num_unasked == 0 && Count(InclusionState::kIncluded) == scts.size();
  return error.empty() && all_proven ? kExitYes : kExitUnknown;
}

AuditResult AuditTarget(const std::string& target, const AuditSetup& setup) {
  AuditResult result;
  result.check = CheckTarget(target, setup.check);
  if (!result.check.error.empty() || !result.check.collected) {
    return result;
  }
  const Collected& found = *result.check.collected;
  Result<std::vector<SctPromise>> promises =
      FindPromises({found.leaf, found.issuer, found.tls_scts, found.ocsp_response},
                   *setup.check.logs, setup.check.now_ms);
  if (!promises) {
    result.check.error = "the SCTs cannot be verified: " + Describe(promises.error());
    return result;
  }
  for (SctPromise& promise : *promises) {
    result.scts.push_back({std::move(promise), {}, {}, ""});
  }
  if (setup.check.logs->IsStaleAt(setup.check.now_ms)) {
    result.num_unasked = CountUnknown(result.check);
  }
  AskAll(setup, result);
  KeepEvidence(setup, result);
  return result;
}

}  // namespace tattle::cli
