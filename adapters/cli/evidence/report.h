// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a piece of evidence is worth to whoever reads it: checked anew, against their own log list
// or key. Private to `tattle evidence`.

#ifndef TATTLE_ADAPTERS_CLI_EVIDENCE_REPORT_H_
#define TATTLE_ADAPTERS_CLI_EVIDENCE_REPORT_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/cli/loglist/log_list_source.h"
#include "core/base/bytes.h"
#include "plugin/audit/evidence.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {

// TrustOptions say whom the reader believes: a list, or one key.
struct TrustOptions {
  std::string key;
  std::string log_list;
};

void AddTrustOptions(Verb verb, TrustOptions& options);

// Trust is what the options lead to: `list` or `key`, never both.
struct Trust {
  std::optional<LoadedLogList> list;
  ByteVector key_spki;
  std::string key_path;
};

Outcome<Trust> LoadTrust(const TrustOptions& options);

enum class Worth {
  kConclusive = 0,
  kIndicative,
  kNothing,
};

// EvidenceReport is the answer. `claim` owns what is shown of it.
struct EvidenceReport {
  Worth worth = Worth::kNothing;
  Claim claim;
  LogId log_id = {};
  bool is_known = false;  // the reader's list has the log, or denies it, or --key is its key
  std::string known_as;   // by the list; empty where it does not know the log
  std::string denied;     // why the list denies the key; empty where it does not
  std::string log;        // a sentence: which log, and who says so
  std::string why;        // a sentence: what is proven, or why nothing is
};

// WeighClaim never fails: what cannot be checked is worth nothing, and `why` says so.
EvidenceReport WeighClaim(Claim claim, const Trust& trust);

// IsProof: it is conclusive, or indicative where that is enough, and against a log that the reader
// knows. Anybody can make a key, lie with it, and have evidence that convicts it.
bool IsProof(const EvidenceReport& report, bool accept_indicative);

// PrintEvidence writes a report for a person, with the objects themselves where `details` is set;
// PrintEvidenceJson one object on one line. `name` is the file or the claim's id.
void PrintEvidence(const EvidenceReport& report, std::string_view name, bool details);
void PrintEvidenceJson(const EvidenceReport& report, std::string_view name);

// DescribeDecodingError says why a file is no evidence.
std::string DescribeDecodingError(const Error& error);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_EVIDENCE_REPORT_H_
