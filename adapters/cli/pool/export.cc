// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/progress_line.h"
#include "adapters/cli/pool/open.h"
#include "adapters/cli/pool/verbs.h"
#include "adapters/cli/pool/walk.h"
#include "plugin/pool/line.h"

namespace tattle::cli {
namespace {

void Print(const PoolLine& line, ProgressLine& progress) {
  fmt::print("{}\n", EncodeLine(line));
  progress.Count();
}

PoolResult<void> ExportHeads(Pool& pool, ProgressLine& progress) {
  return Walk(pool, &Pool::HeadsAfter, [&](const PooledHead& head) -> PoolResult<bool> {
    Print(head, progress);
    return true;
  });
}

// LineOf joins an SCT with its chain and hosts; nothing when its chain has just gone.
PoolResult<std::optional<SctLine>> LineOf(Pool& pool, const PooledSct& sct) {
  PoolResult<std::vector<ByteVector>> chain = pool.Chain(sct.chain_id);
  PoolResult<std::vector<std::string>> hosts = pool.SctHosts(sct.id);
  if (!chain || !hosts) {
    return tl::unexpected(chain ? hosts.error() : chain.error());
  }
  if (chain->empty()) {
    return std::nullopt;
  }
  return SctLine{sct.sct,     sct.is_precert,    sct.state,
                 sct.seen_ms, *std::move(chain), *std::move(hosts)};
}

PoolResult<void> ExportScts(Pool& pool, ProgressLine& progress) {
  return Walk(pool, &Pool::SctsAfter, [&](const PooledSct& sct) -> PoolResult<bool> {
    PoolResult<std::optional<SctLine>> line = LineOf(pool, sct);
    if (!line) {
      return tl::unexpected(line.error());
    }
    if (*line) {
      Print(**std::move(line), progress);
    }
    return true;
  });
}

PoolResult<void> ExportEvidence(Pool& pool, ProgressLine& progress) {
  const PoolResult<std::vector<PooledEvidence>> all = pool.ListEvidence();
  if (!all) {
    return tl::unexpected(all.error());
  }
  for (const PooledEvidence& evidence : *all) {
    Print(evidence, progress);
  }
  return {};
}

int Export(const std::string& path) {
  const auto pool = OpenPoolForReading(path);
  if (!pool) {
    return Complain(pool.error());
  }
  ProgressLine progress("exported");
  PoolResult<void> done = ExportEvidence(**pool, progress);
  if (done) {
    done = ExportHeads(**pool, progress);
  }
  if (done) {
    done = ExportScts(**pool, progress);
  }
  progress.Clear();
  return done ? kExitYes : Complain(done.error().sentence);
}

}  // namespace

void AddPoolExportVerb(Verb pool, int& exit_status) {
  const auto path = std::make_shared<std::string>();
  const Verb verb = pool.AddVerb("export", "write a pool as lines of JSON to stdout");
  AddPoolOption(verb, *path);
  verb.Footer(
      "One object a line: evidence, then heads, then SCTs with their chains and the hosts where\n"
      "they were seen. plugin/pool/README.md describes the members. What is local stays behind:\n"
      "proofs, progress, peers, counters.\n\n"
      "Examples:\n"
      "  tattle pool export > pool.jsonl\n"
      "  tattle pool export | jq -c 'select(.type == \"evidence\")'");
  verb.OnCall([path, &exit_status] { exit_status = Export(*path); });
}

}  // namespace tattle::cli
