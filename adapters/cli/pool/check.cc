// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/progress_line.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "adapters/cli/pool/verbs.h"
#include "adapters/cli/pool/walk.h"
#include "core/base/json.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kMaxFaults = 100;

struct Verified {
  std::uint64_t num_heads = 0;
  std::uint64_t num_unknown = 0;  // of logs that the list does not have
};

// VerifyHeads checks the signature of every head, as far as the list has its log.
PoolResult<Verified> VerifyHeads(Pool& pool, const LogList& list,
                                 std::vector<std::string>& faults) {
  Verified verified;
  ProgressLine progress("heads checked");
  const PoolResult<void> walked =
      Walk(pool, &Pool::HeadsAfter, [&](const PooledHead& head) -> PoolResult<bool> {
        const Log* log = list.Find(head.log_id);
        const Result<bool> good = log == nullptr ? true : VerifyTreeHead(head.sth, *log->key);
        if (!good || !*good) {
          faults.push_back(fmt::format("head {}: its log did not sign it", head.id));
        }
        ++(log == nullptr ? verified.num_unknown : verified.num_heads);
        progress.Count();
        return faults.size() < kMaxFaults;
      });
  progress.Clear();
  return walked ? PoolResult<Verified>(verified) : tl::unexpected(walked.error());
}

void Print(const NamedPoolOptions& options, const Verified& verified,
           const std::vector<std::string>& faults) {
  if (options.json) {
    std::string list;
    for (const std::string& fault : faults) {
      list.append(list.empty() ? "" : ",").append(json::Quote(fault));
    }
    fmt::print(R"({{"sound":{},"heads_verified":{},"heads_of_unknown_logs":{},"faults":[{}]}})"
               "\n",
               faults.empty(), verified.num_heads, verified.num_unknown, list);
    return;
  }
  for (const std::string& fault : faults) {
    fmt::print("{}\n", Printable(fault));
  }
  fmt::print("{}: {} heads verified, {} of logs that the list does not have\n",
             faults.empty() ? "sound" : "not sound", verified.num_heads, verified.num_unknown);
}

int Check(const NamedPoolOptions& options) {
  const Outcome<NamedPool> opened = OpenNamedPool(options);
  if (!opened) {
    return Complain(opened.error());
  }
  PoolResult<std::vector<std::string>> faults = opened->pool->Check();
  if (!faults) {
    return Complain(faults.error().sentence);
  }
  const PoolResult<Verified> verified = VerifyHeads(*opened->pool, opened->list(), *faults);
  if (!verified) {
    return Complain(verified.error().sentence);
  }
  Print(options, *verified, *faults);
  return faults->empty() ? kExitYes : kExitNo;
}

}  // namespace

void AddPoolCheckVerb(Verb pool, int& exit_status) {
  const auto options = std::make_shared<NamedPoolOptions>();
  const Verb verb = pool.AddVerb("check", "read a whole pool and say what is wrong with it");
  AddNamedPoolOptions(verb, *options, "the list with the keys of the logs",
                      "print one JSON object");
  verb.Footer(
      "Looks at the structure of the file, the hashes of certificates, the form of SCTs, and the\n"
      "signature of every head whose log is in the list. It may run beside tattled. At most 100\n"
      "faults are named. A pool that cannot even be opened is status 2.\n\n"
      "Example:\n"
      "  tattle pool check || echo 'restore a copy'");
  verb.OnCall([options, &exit_status] { exit_status = Check(*options); });
}

}  // namespace tattle::cli
