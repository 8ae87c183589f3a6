// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/progress_line.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/verbs.h"
#include "core/base/json.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kMaxFaults = 100;

struct PoolCheckOptions {
  std::string pool;
  std::string log_list;
  bool json = false;
};

struct Verified {
  std::uint64_t num_heads = 0;
  std::uint64_t num_unknown = 0;  // of logs that the list does not have
};

// VerifyHeads checks the signature of every head, as far as the list has its log.
PoolResult<Verified> VerifyHeads(Pool& pool, const LogList& list,
                                 std::vector<std::string>& faults) {
  Verified verified;
  ProgressLine progress("heads checked");
  std::uint64_t last = 0;
  while (faults.size() < kMaxFaults) {
    const PoolResult<std::vector<PooledHead>> heads = pool.HeadsAfter(last, kPage);
    if (!heads) {
      return tl::unexpected(heads.error());
    }
    if (heads->empty()) {
      break;
    }
    for (const PooledHead& head : *heads) {
      last = head.id;
      const Log* log = list.Find(head.log_id);
      const Result<bool> good = log == nullptr ? true : VerifyTreeHead(head.sth, *log->key);
      if (!good || !*good) {
        faults.push_back(fmt::format("head {}: its log did not sign it", head.id));
      }
      ++(log == nullptr ? verified.num_unknown : verified.num_heads);
      progress.Count();
    }
  }
  progress.Clear();
  return verified;
}

void Print(const PoolCheckOptions& options, const Verified& verified,
           const std::vector<std::string>& faults) {
  if (options.json) {
    std::string list;
    for (const std::string& fault : faults) {
      list += (list.empty() ? "" : ",") + json::Quote(fault);
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

int Check(const PoolCheckOptions& options) {
  PoolOptions reading;
  reading.read_only = true;
  const auto pool = OpenPool(options.pool, reading);
  const auto list = LoadLogList(options.log_list);
  if (!pool || !list) {
    return Complain(pool ? list.error() : pool.error());
  }
  PoolResult<std::vector<std::string>> faults = (*pool)->Check();
  if (!faults) {
    return Complain(faults.error().sentence);
  }
  const PoolResult<Verified> verified = VerifyHeads(**pool, *list->list, *faults);
  if (!verified) {
    return Complain(verified.error().sentence);
  }
  Print(options, *verified, *faults);
  return faults->empty() ? kExitYes : kExitNo;
}

}  // namespace

void AddPoolCheckVerb(Verb pool, int& exit_status) {
  const auto options = std::make_shared<PoolCheckOptions>();
  const Verb verb = pool.AddVerb("check", "read a whole pool and say what is wrong with it");
  AddPoolOption(verb, options->pool);
  verb.AddOption("--log-list", options->log_list, "the list with the keys of the logs");
  verb.AddFlag("--json", options->json, "print one JSON object");
  verb.Footer(
      "Looks at the structure of the file, the hashes of certificates, the form of SCTs, and the\n"
      "signature of every head whose log is in the list. It may run beside tattled. At most 100\n"
      "faults are named. A pool that cannot even be opened is status 2.\n\n"
      "Example:\n"
      "  tattle pool check || echo 'restore a copy'");
  verb.OnCall([options, &exit_status] { exit_status = Check(*options); });
}

}  // namespace tattle::cli
