// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One certificate of `tattle submit`: read, asked for, written.

#ifndef TATTLE_ADAPTERS_CLI_SUBMIT_JOB_H_
#define TATTLE_ADAPTERS_CLI_SUBMIT_JOB_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "core/policy/policy.h"
#include "plugin/audit/accepted_roots.h"
#include "plugin/audit/choose_logs.h"
#include "plugin/audit/submission_record.h"
#include "plugin/audit/submitter.h"
#include "plugin/net/http_client.h"

namespace tattle::cli {

// SubmitSetup is what all jobs of a run share.
struct SubmitSetup {
  std::shared_ptr<const LogList> logs;
  HttpOptions http;
  std::chrono::milliseconds slow_after = {};
  bool dry_run = false;
  std::string evidence_dir;  // empty: evidence is not kept
  std::function<void(const Attempt&)> tell;
};

struct SubmitJob {
  std::string chain_file;
  std::string folder;
  Policy policy = Policy::kChrome;
  std::vector<LogId> only;
};

enum class SubmitDeed : std::uint8_t {
  kNone = 0,     // nothing was asked: `error` says why
  kNothingToDo,  // the folder's SCTs still hold
  kWouldAsk,     // a dry run
  kObtained,     // enough SCTs, and all is written
  kNotEnough,    // the policy is not satisfied: the folder is as it was
};

// SubmitDeedName: "none", "nothing_to_do", "would_ask", "obtained", "not_enough".
std::string_view SubmitDeedName(SubmitDeed deed);

// SubmitResult borrows from the setup's log list.
struct SubmitResult {
  SubmitJob job;
  SubmitDeed deed = SubmitDeed::kNone;
  std::string error;  // why nobody can tell; empty if there is a clear answer
  std::string cause;  // of a renewal: why it was or was not needed
  std::optional<Wanted> wanted;
  LogChoice choice;
  Submission submission;  // of a dry run: as if every log answered
  SubmissionRecord record;

  int exit_status() const;
};

// RunSubmitJob gets and writes SCTs for a certificate file. Never throws.
SubmitResult RunSubmitJob(const SubmitJob& job, AcceptedRoots& roots, const SubmitSetup& setup);

// RenewSctFolder does so anew for a folder, if its certificate file has changed, something of it is
// missing, or its SCTs no longer satisfy the policy.
SubmitResult RenewSctFolder(const std::string& folder, AcceptedRoots& roots,
                            const SubmitSetup& setup);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_SUBMIT_JOB_H_
