// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/pool/open.h"
#include "adapters/cli/pool/verbs.h"

namespace tattle::cli {
namespace {

struct PruneOptions {
  std::string pool;
  std::string time;
  bool json = false;
};

int Prune(const PruneOptions& options) {
  const Outcome<std::uint64_t> now_ms =
      options.time.empty() ? Outcome<std::uint64_t>(NowMs()) : DecodeMoment(options.time);
  if (!now_ms) {
    return Complain(now_ms.error());
  }
  const auto pool = OpenPool(options.pool, PoolOptions());
  if (!pool) {
    return Complain(pool.error());
  }
  const PoolResult<PruneCounts> counts = (*pool)->Prune(*now_ms);
  if (!counts) {
    return Complain(counts.error().sentence);
  }
  const char* format = options.json
                           ? R"({{"heads":{},"scts":{},"chains":{},"certificates":{},"peers":{}}})"
                             "\n"
                           : "removed {} heads, {} SCTs, {} chains, {} certificates, {} peers\n";
  fmt::print(fmt::runtime(format), counts->heads, counts->scts, counts->chains,
             counts->certificates, counts->peers);
  return kExitYes;
}

}  // namespace

void AddPoolPruneVerb(Verb pool, int& exit_status) {
  const auto options = std::make_shared<PruneOptions>();
  const Verb verb = pool.AddVerb("prune", "remove what is too old or too much");
  AddPoolOption(verb, options->pool);
  verb.AddOption("--time", options->time, "as if it were this time, such as 2026-04-15T00:00:00Z")
      .TypeName("T");
  verb.AddFlag("--json", options->json, "print one JSON object");
  verb.Footer(
      "tattled does this by itself. Unlinked heads leave after 14 days; of older linked heads the\n"
      "first of each day stays for 400 days; settled SCTs leave after 90 days, others after 180.\n"
      "Trusted heads, those of proven splits, and evidence always stay.\n\n"
      "Example:\n"
      "  systemctl stop tattled && tattle pool prune && systemctl start tattled");
  verb.OnCall([options, &exit_status] { exit_status = Prune(*options); });
}

}  // namespace tattle::cli
