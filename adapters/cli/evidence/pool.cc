// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/pool.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/evidence/report.h"
#include "adapters/cli/evidence/verbs.h"
#include "adapters/cli/files/output_file.h"
#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "core/base/base64.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

struct PoolVerbOptions {
  std::string pool;
  std::string claim_id;
  std::string output;  // of export; empty: stdout
  TrustOptions trust;
  bool json = false;
};

// FindOne takes the piece whose id begins as given.
Outcome<PooledEvidence> FindOne(const PoolVerbOptions& options) {
  const auto pool = OpenPoolForReading(options.pool);
  if (!pool) {
    return Sorry(pool.error());
  }
  PoolResult<std::vector<PooledEvidence>> found = (*pool)->FindEvidence(options.claim_id);
  if (!found) {
    return Sorry(found.error().sentence);
  }
  const std::string id = Sanitize(options.claim_id);
  if (found->empty()) {
    return Sorry(
        fmt::format("{}: no evidence has an id that begins with {}: see tattle evidence "
                    "list",
                    Sanitize((*pool)->path()), id));
  }
  if (found->size() > 1) {
    return Sorry(fmt::format("{}: {} ids begin with {}: give more of it", Sanitize((*pool)->path()),
                             found->size(), id));
  }
  return std::move(found->front());
}

Outcome<EvidenceReport> WeighPooled(const PooledEvidence& evidence, const Trust& trust) {
  Result<Claim> claim = DecodeClaim(AsBytes(evidence.json));
  if (!claim) {
    return Sorry(evidence.claim_id + ": " + DescribeDecodingError(claim.error()));
  }
  return WeighClaim(*std::move(claim), trust);
}

int ListFound(const PoolVerbOptions& options) {
  const auto pool = OpenPoolForReading(options.pool);
  if (!pool) {
    return Complain(pool.error());
  }
  const Outcome<Trust> trust = LoadTrust(options.trust);
  if (!trust) {
    return Complain(trust.error());
  }
  const PoolResult<std::vector<PooledEvidence>> all = (*pool)->ListEvidence();
  if (!all) {
    return Complain(all.error().sentence);
  }
  int exit_status = all->empty() ? kExitNo : kExitYes;
  std::vector<Row> rows = {{"ID", "WEIGHT", "KIND", "FOUND", "LOG"}};
  for (const PooledEvidence& evidence : *all) {
    const Outcome<EvidenceReport> report = WeighPooled(evidence, *trust);
    if (!report) {
      exit_status = Complain(report.error());
      continue;
    }
    if (options.json) {
      PrintEvidenceJson(*report, evidence.claim_id);
      continue;
    }
    constexpr const char* kWords[] = {"conclusive", "indicative", "nothing"};
    rows.push_back({evidence.claim_id, kWords[static_cast<std::size_t>(report->worth)],
                    std::string(ClaimKindName(report->claim.kind)),
                    EncodeRfc3339(report->claim.found_ms),
                    report->known_as.empty() ? EncodeBase64(report->log_id) : report->known_as});
  }
  if (!options.json && rows.size() > 1) {
    fmt::print("{}", FormatColumns(rows));
  }
  if (!options.json && all->empty()) {
    fmt::print("{}: no evidence: no log was found to lie\n", Printable((*pool)->path()));
  }
  return exit_status;
}

int ShowEvidence(const PoolVerbOptions& options) {
  const Outcome<PooledEvidence> evidence = FindOne(options);
  if (!evidence) {
    return Complain(evidence.error());
  }
  const Outcome<Trust> trust = LoadTrust(options.trust);
  if (!trust) {
    return Complain(trust.error());
  }
  const Outcome<EvidenceReport> report = WeighPooled(*evidence, *trust);
  if (!report) {
    return Complain(report.error());
  }
  if (options.json) {
    PrintEvidenceJson(*report, evidence->claim_id);
  } else {
    PrintEvidence(*report, evidence->claim_id, true);
  }
  return kExitYes;
}

int ExportEvidence(const PoolVerbOptions& options) {
  const Outcome<PooledEvidence> evidence = FindOne(options);
  if (!evidence) {
    return Complain(evidence.error());
  }
  if (options.output.empty()) {
    fmt::print("{}", evidence->json);
    return kExitYes;
  }
  const Outcome<void> written = WriteOutput(options.output, AsBytes(evidence->json));
  return written ? kExitYes : Complain(written.error());
}

Verb AddPoolVerb(Verb evidence, const std::string& name, const std::string& summary,
                 PoolVerbOptions& options) {
  const Verb verb = evidence.AddVerb(name, summary);
  AddPoolOption(verb, options.pool);
  return verb;
}

}  // namespace

void AddEvidencePoolVerbs(Verb evidence, int& exit_status) {
  const auto options = std::make_shared<PoolVerbOptions>();
  const Verb list = AddPoolVerb(evidence, "list", "list what was found", *options);
  AddTrustOptions(list, options->trust);
  list.AddFlag("--json", options->json, "print one JSON object a line for each piece");
  list.Footer(
      "Each piece is checked anew.\n\n"
      "Exit status: 0 there is some, 1 there is none, 2 the pool could not be read.\n\n"
      "Example:\n"
      "  tattle evidence list --json | jq -r .claim_id");
  list.OnCall([options, &exit_status] { exit_status = ListFound(*options); });

  const Verb show =
      AddPoolVerb(evidence, "show", "show one piece with all that is in it", *options);
  show.AddOption("ID", options->claim_id, "its id, or the beginning of it").Required();
  AddTrustOptions(show, options->trust);
  show.AddFlag("--json", options->json, "print one JSON object");
  show.Footer(
      "The piece is checked anew.\n\n"
      "Exit status: 0 shown, 2 there is no such piece, or the pool could not be read.\n\n"
      "Example:\n"
      "  tattle evidence show 3f2a");
  show.OnCall([options, &exit_status] { exit_status = ShowEvidence(*options); });

  const Verb file =
      AddPoolVerb(evidence, "export", "write one piece as a file for others", *options);
  file.AddOption("ID", options->claim_id, "its id, or the beginning of it").Required();
  file.AddOption("-o,--out", options->output, "write it to this file; by default to stdout")
      .TypeName("FILE");
  file.Footer(
      "Examples:\n"
      "  tattle evidence export 3f2a --out evidence.json\n"
      "  tattle evidence export 3f2a | tattle evidence verify -");
  file.OnCall([options, &exit_status] { exit_status = ExportEvidence(*options); });
}

}  // namespace tattle::cli
