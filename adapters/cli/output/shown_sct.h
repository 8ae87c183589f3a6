// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SCTs and verdicts as they are shown, whoever has looked: the library itself (check) or, through
// the C API, a client (fetch).

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_SHOWN_SCT_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_SHOWN_SCT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/output/terminal_text.h"
#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "core/verify/report.h"

namespace tattle::cli {

// ShownLog is what the list says of the log.
struct ShownLog {
  std::string description;
  std::string operator_name;  // at the time of the SCT
  LogState state = LogState::kNone;
  std::uint64_t state_since_ms = 0;  // 0: the list does not say
};

struct ShownSct {
  SctSource source = SctSource::kEmbedded;
  SctStatus status = SctStatus::kNotChecked;
  std::optional<LogId> log_id;  // absent where even that could not be read
  std::uint64_t timestamp_ms = 0;
  std::optional<std::uint64_t> leaf_index;
  std::optional<ShownLog> log;  // absent where the list does not have it
  std::string reason;           // why the status is what it is; may be empty
};

// FormatScts is a table for people, two spaces from the left. All text is sanitised.
std::string FormatScts(const std::vector<ShownSct>& scts, std::uint64_t now_ms, const Style& style);

// SctRemark is the reason as a line below the table; empty if there is none.
std::string SctRemark(std::size_t number, const ShownSct& sct);

// SctJson is an array of one object for each SCT, whose names do not change.
std::string SctJson(const std::vector<ShownSct>& scts);

// FormatVerdict is what a policy says, a reason a line, for people.
std::string FormatVerdict(std::string_view policy, bool is_compliant,
                          const std::vector<std::string>& reasons, const Style& style);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_SHOWN_SCT_H_
