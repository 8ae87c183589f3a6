// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// CheckJudge: a chain in, a verdict out, for hosts that cannot load us.

#ifndef TATTLE_ADAPTERS_DAEMON_CHECK_JUDGE_H_
#define TATTLE_ADAPTERS_DAEMON_CHECK_JUDGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "adapters/daemon/check/chain_builder.h"
#include "adapters/daemon/check/chain_collector.h"
#include "adapters/daemon/check/request.h"
#include "adapters/daemon/counts.h"
#include "adapters/daemon/journal.h"
#include "plugin/runtime/client.h"
#include "plugin/runtime/observation.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// CheckJudge answers requests by the Client of the daemon's configuration: scope, exemptions,
// policy and mode are its. For one thread at a time.
class CheckJudge {
 public:
  // Observe is given what was judged, as if its host had sent it, and why it was judged so.
  using Observe = std::function<void(Observation observation, std::string reason)>;

  // Create reads CAs, public roots and the log list. Borrows journal and counts. Fails with a
  // sentence.
  static Outcome<std::unique_ptr<CheckJudge>> Create(const Config& config,
                                                     const std::string& ca_file, Observe observe,
                                                     Journal& journal, Counts& counts,
                                                     std::uint64_t now_ms);

  // Answer is one line:
  //   ok TEXT     go on; TEXT says why
  //   fail TEXT   refuse; TEXT is a reason that a person can act on
  // A request that cannot be understood fails: nobody could tell what it would have been.
  std::string Answer(std::string_view line, uid_t uid, std::uint64_t now_ms);

 private:
  CheckJudge(std::shared_ptr<Client> client, ChainBuilder builder, Observe observe, Counts& counts);

  std::string Judge(const CheckRequest& request, std::span<const ByteVector> presented,
                    std::uint64_t now_ms);

  std::shared_ptr<Client> client_;
  ChainBuilder builder_;
  Observe observe_;
  Counts& counts_;
  ChainCollector collector_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_CHECK_JUDGE_H_
