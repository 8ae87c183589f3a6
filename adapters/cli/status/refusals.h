// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Who would be refused, as tattled has it.

#ifndef TATTLE_ADAPTERS_CLI_STATUS_REFUSALS_H_
#define TATTLE_ADAPTERS_CLI_STATUS_REFUSALS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace tattle::cli {

// RefusalFacts is a host whose last verdict was not compliant.
struct RefusalFacts {
  std::string host;  // empty: those without a name
  std::string policy;
  std::string mode;  // in which the last one was judged
  std::uint64_t ago_ms = 0;
  std::uint64_t times = 0;
  std::string reason;  // empty: whoever judged it did not tell
};

// ReadRefusals reads tattled's status.
std::vector<RefusalFacts> ReadRefusals(const json::Value& root);

// RenderRefusals is a line for each, those that were there last.
std::string RenderRefusals(const std::vector<RefusalFacts>& refusals);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_REFUSALS_H_
