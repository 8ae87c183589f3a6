// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/evidence/report.h"
#include "adapters/cli/evidence/verbs.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/json_member.h"
#include "core/base/json.h"
#include "plugin/pool/bounds.h"

namespace tattle::cli {
namespace {

struct VerifyOptions {
  std::vector<std::string> files;
  TrustOptions trust;
  bool accept_indicative = false;
  bool json = false;
};

int ComplainOfFile(const VerifyOptions& options, const std::string& file,
                   const std::string& sentence) {
  if (options.json) {
    fmt::print(R"({{"name":{}{}{}}})"
               "\n",
               json::Quote(file), JsonMember("weight", JsonNull()),
               JsonMember("error", json::Quote(sentence)));
  }
  return ComplainOf(file, sentence);
}

int VerifyFile(const VerifyOptions& options, const std::string& file, const Trust& trust) {
  const Outcome<ByteVector> text = ReadFile(file == "-" ? "/dev/stdin" : file, kMaxEvidenceSize);
  if (!text) {
    return ComplainOfFile(options, file, text.error());
  }
  Result<Claim> claim = DecodeClaim(*text);
  if (!claim) {
    return ComplainOfFile(options, file, DescribeDecodingError(claim.error()));
  }
  const EvidenceReport report = WeighClaim(*std::move(claim), trust);
  if (options.json) {
    PrintEvidenceJson(report, file);
  } else {
    PrintEvidence(report, file, false);
  }
  return IsProof(report, options.accept_indicative) ? kExitYes : kExitNo;
}

int VerifyFiles(const VerifyOptions& options) {
  const Outcome<Trust> trust = LoadTrust(options.trust);
  if (!trust) {
    return Complain(trust.error());
  }
  int exit_status = kExitYes;
  for (const std::string& file : options.files) {
    exit_status = std::max(exit_status, VerifyFile(options, file, *trust));
  }
  return exit_status;
}

}  // namespace

void AddEvidenceVerifyVerb(Verb evidence, int& exit_status) {
  const auto options = std::make_shared<VerifyOptions>();
  const Verb verb = evidence.AddVerb("verify", "check evidence anew, without any network");
  verb.AddOption("FILE", options->files, "the evidence; - for stdin").Required();
  AddTrustOptions(verb, options->trust);
  verb.AddFlag("--accept-indicative", options->accept_indicative,
               "exit with 0 for indicative evidence as well");
  verb.AddFlag("--json", options->json, "print one JSON object a line for each file");
  verb.Footer(
      "Signatures and proofs are checked with the key in the file. Whose key that is, the log "
      "list\n"
      "says, or --key. A key that neither knows convicts nobody, since anybody can make a log of\n"
      "his own and convict it, and no more does one that the list denies. No log signs its "
      "maximum\n"
      "merge delay: it is taken from the list, and without one only 24 hours and more count.\n\n"
      "Exit status: 0 all of it holds and is conclusive, 1 some is indicative only, is of an "
      "unknown\n"
      "log, or proves nothing, 2 some could not be read.\n\n"
      "Examples:\n"
      "  tattle evidence verify split_view.json\n"
      "  tattle evidence verify --key log_key.pem *.json\n"
      "  tattle evidence export 3f2a | tattle evidence verify -");
  verb.OnCall([options, &exit_status] { exit_status = VerifyFiles(*options); });
}

}  // namespace tattle::cli
