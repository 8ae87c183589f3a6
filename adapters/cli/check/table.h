// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle check` says to people.

#ifndef TATTLE_ADAPTERS_CLI_CHECK_TABLE_H_
#define TATTLE_ADAPTERS_CLI_CHECK_TABLE_H_

#include <cstdint>
#include <string>

#include "adapters/cli/check/target.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {

struct TableOptions {
  std::uint64_t now_ms = 0;
  bool verbose = false;
};

// RenderTable writes a result with a line end behind each line: the target and its chain, a table
// of SCTs, each policy's verdict with its reasons. Empty if nothing was collected, since the error
// is all there is to say, and not said here. All text from outside is sanitised.
std::string RenderTable(const CheckResult& result, const TableOptions& options, const Style& style);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHECK_TABLE_H_
