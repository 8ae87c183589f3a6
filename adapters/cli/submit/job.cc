// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/submit/job.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

#include "adapters/cli/chain/chain_file.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/deadline.h"
#include "adapters/cli/evidence/write_evidence.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/submit/sct_folder.h"
#include "core/verify/verify.h"

namespace tattle::cli {
namespace {

// A file is read at once; a pipe that stays silent is no file.
constexpr std::chrono::milliseconds kChainTimeout{10'000};

using Chain = std::vector<ByteVector>;

Outcome<Chain> ReadWholeChain(const std::string& path) {
  Outcome<Chain> chain = ReadChain(path, Deadline(kChainTimeout));
  if (!chain) {
    return Sorry(Sanitize(path) + " " + chain.error());
  }
  if (chain->size() == 1) {
    return Sorry(Sanitize(path) +
                 " holds one certificate without its issuer, and logs take chains only: name the "
                 "file with the whole chain");
  }
  return chain;
}

Outcome<Wanted> MakeWanted(const Chain& chain, const SubmitJob& job, const SubmitSetup& setup) {
  Result<Wanted> wanted = CreateWanted(chain, *setup.logs, job.policy, NowMs());
  if (!wanted) {
    return Sorry(Sanitize(job.chain_file) + ": the certificate cannot be read (" +
                 Describe(wanted.error()) + "): get it again from whoever issued it");
  }
  wanted->only = job.only;
  return *std::move(wanted);
}

// Pretend is the submission if every log gave what it was asked for.
Submission Pretend(const Wanted& wanted, const LogChoice& choice) {
  Submission submission;
  std::vector<const Log*> untried = choice.fit;
  std::vector<SctFacts> scts;
  while (const Log* next = NextLog(wanted, untried, scts)) {
    untried.erase(std::find(untried.begin(), untried.end(), next));
    submission.attempts.emplace_back().log = next;
    scts.push_back(ExpectSct(*next, wanted));
  }
  submission.verdict = JudgeScts(wanted, scts);
  return submission;
}

std::string CertificateFileOf(const SubmitJob& job) {
  return std::filesystem::absolute(job.chain_file).lexically_normal().string();
}

SubmissionRecord MakeRecord(const SubmitJob& job, const Wanted& wanted,
                            const Submission& submission) {
  SubmissionRecord record;
  record.certificate_file = CertificateFileOf(job);
  record.certificate_sha256 = wanted.fingerprint;
  record.is_precertificate = wanted.is_precertificate;
  record.not_after_ms = wanted.not_after_ms;
  record.policy = job.policy;
  record.only = job.only;
  record.obtained_ms = wanted.now_ms;
  for (const Attempt& attempt : submission.attempts) {
    if (attempt.facts) {
      record.scts.push_back({attempt.log->log_id, attempt.log->description,
                             attempt.log->operator_name, attempt.facts->timestamp_ms, ""});
    }
  }
  return record;
}

void Obtain(const Chain& chain, AcceptedRoots& roots, const SubmitSetup& setup,
            SubmitResult& result) {
  const Wanted& wanted = *result.wanted;
  result.choice = ChooseLogs(*setup.logs, wanted);
  if (setup.dry_run) {
    result.submission = Pretend(wanted, result.choice);
    result.deed = SubmitDeed::kWouldAsk;
    return;
  }
  // What no file could be written of is not made public.
  const Outcome<MadeFolder> folder =
      PrepareSctFolder(result.job.folder, CertificateFileOf(result.job));
  if (!folder) {
    result.error = folder.error() + "; no log was asked";
    return;
  }
  SubmitSettings settings;
  settings.http = setup.http;
  settings.slow_after = setup.slow_after;
  settings.now_ms = NowMs;
  settings.tell = setup.tell;
  result.submission = Submit(chain, *setup.logs, wanted, result.choice, roots, settings);
  result.record = MakeRecord(result.job, wanted, result.submission);
  for (const Attempt& attempt : result.submission.attempts) {
    if (attempt.claim && !setup.evidence_dir.empty()) {
      if (const auto kept = WriteEvidence(*attempt.claim, setup.evidence_dir); !kept) {
        result.error = kept.error();
      }
    }
  }
  if (!result.submission.verdict.compliant) {
    result.deed = SubmitDeed::kNotEnough;
    return;
  }
  const Outcome<void> written =
      WriteSctFolder(result.job.folder, result.record, ObtainedScts(result.submission));
  if (!written) {
    result.error = written.error();
    return;
  }
  result.deed = SubmitDeed::kObtained;
}

// FactsOf are the folder's SCTs as a program would see them that is given them. Those of a
// precertificate are in no certificate that we know: what the record says of them has to do.
Outcome<std::vector<SctFacts>> FactsOf(const SubmissionRecord& record, const Chain& chain,
                                       Bytes sct_list, const Wanted& wanted,
                                       const SubmitSetup& setup) {
  std::vector<SctFacts> out;
  if (record.is_precertificate) {
    for (const RecordedSct& sct : record.scts) {
      if (const Log* log = setup.logs->Find(sct.log_id)) {
        out.push_back(ExpectSct(*log, wanted));
        out.back().timestamp_ms = sct.timestamp_ms;
      }
    }
    return out;
  }
  const Result<Report> report =
      Verify({.leaf = chain.front(), .issuer = chain[1], .tls_scts = sct_list}, *setup.logs,
             wanted.now_ms);
  if (!report) {
    return Sorry("the SCTs cannot be verified: " + Describe(report.error()));
  }
  std::copy_if(report->scts.begin(), report->scts.end(), std::back_inserter(out),
               [](const SctFacts& sct) { return sct.source == SctSource::kTls; });
  return out;
}

// FindCause says why a folder must be filled anew; empty where its SCTs hold.
Outcome<std::string> FindCause(const SubmissionRecord& record, const Chain& chain,
                               const SubmitResult& result, const SubmitSetup& setup) {
  if (record.certificate_sha256 != result.wanted->fingerprint) {
    return "the certificate has changed";
  }
  const Outcome<ByteVector> list = ReadSctListOf(result.job.folder, record);
  if (!list) {
    return "something is missing: " + list.error();
  }
  const Outcome<std::vector<SctFacts>> scts = FactsOf(record, chain, *list, *result.wanted, setup);
  if (!scts) {
    return Sorry(scts.error());
  }
  const Verdict verdict = JudgeScts(*result.wanted, *scts);
  if (verdict.compliant) {
    return "";
  }
  return "the SCTs no longer satisfy " + std::string(PolicyName(result.job.policy)) + ": " +
         verdict.reasons.front().text;
}

void Renew(AcceptedRoots& roots, const SubmitSetup& setup, SubmitResult& result) {
  const Outcome<SubmissionRecord> record = ReadSctFolder(result.job.folder);
  if (!record) {
    result.error = record.error();
    return;
  }
  result.job.chain_file = record->certificate_file;
  result.job.policy = record->policy;
  result.job.only = record->only;
  result.record = *record;
  const Outcome<Chain> chain = ReadWholeChain(result.job.chain_file);
  Outcome<Wanted> wanted = chain ? MakeWanted(*chain, result.job, setup) : Sorry(chain.error());
  if (!wanted) {
    result.error = wanted.error();
    return;
  }
  result.wanted = *std::move(wanted);
  Outcome<std::string> cause = FindCause(*record, *chain, result, setup);
  if (!cause) {
    result.error = cause.error();
    return;
  }
  result.cause = *std::move(cause);
  if (result.cause.empty()) {
    result.cause = "the certificate is the same, and its SCTs hold";
    result.deed = SubmitDeed::kNothingToDo;
    return;
  }
  Obtain(*chain, roots, setup, result);
}

// Catch turns what no code of ours throws, such as want of memory, into the error of one job.
template <typename Work>
SubmitResult Catch(SubmitResult result, Work work) {
  try {
    work(result);
  } catch (const std::exception& exception) {
    result.deed = SubmitDeed::kNone;
    result.error = std::string("internal error: ") + exception.what();
  }
  return result;
}

}  // namespace

std::string_view SubmitDeedName(SubmitDeed deed) {
  switch (deed) {
    case SubmitDeed::kNone:
      return "none";
    case SubmitDeed::kNothingToDo:
      return "nothing_to_do";
    case SubmitDeed::kWouldAsk:
      return "would_ask";
    case SubmitDeed::kObtained:
      return "obtained";
    case SubmitDeed::kNotEnough:
      return "not_enough";
  }
  return "none";
}

int SubmitResult::exit_status() const {
  if (!error.empty() || deed == SubmitDeed::kNone) {
    return kExitUnknown;
  }
  return deed == SubmitDeed::kNothingToDo || submission.verdict.compliant ? kExitYes : kExitNo;
}

SubmitResult RunSubmitJob(const SubmitJob& job, AcceptedRoots& roots, const SubmitSetup& setup) {
  SubmitResult fresh;
  fresh.job = job;
  return Catch(std::move(fresh), [&](SubmitResult& result) {
    const Outcome<Chain> chain = ReadWholeChain(job.chain_file);
    Outcome<Wanted> wanted = chain ? MakeWanted(*chain, job, setup) : Sorry(chain.error());
    if (!wanted) {
      result.error = wanted.error();
      return;
    }
    result.wanted = *std::move(wanted);
    Obtain(*chain, roots, setup, result);
  });
}

SubmitResult RenewSctFolder(const std::string& folder, AcceptedRoots& roots,
                            const SubmitSetup& setup) {
  SubmitResult fresh;
  fresh.job.folder = folder;
  return Catch(std::move(fresh), [&](SubmitResult& result) { Renew(roots, setup, result); });
}

}  // namespace tattle::cli
