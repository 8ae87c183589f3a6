// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/check/table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kMaxCell = 48;  // characters of a name from the log list

enum class Mood : std::uint8_t { kPlain, kGood, kBad, kDoubtful };

std::string Paint(Mood mood, std::string_view text, const Style& style) {
  switch (mood) {
    case Mood::kGood:
      return style.Good(text);
    case Mood::kBad:
      return style.Bad(text);
    case Mood::kDoubtful:
      return style.Doubtful(text);
    case Mood::kPlain:
      break;
  }
  return std::string(text);
}

Mood MoodOf(SctStatus status) {
  switch (status) {
    case SctStatus::kValid:
      return Mood::kGood;
    case SctStatus::kNotChecked:
    case SctStatus::kUnsupportedVersion:
    case SctStatus::kUnknownLog:
      return Mood::kDoubtful;
    case SctStatus::kMalformed:
    case SctStatus::kDeniedLog:
    case SctStatus::kWrongAlgorithm:
    case SctStatus::kBadSignature:
    case SctStatus::kInFuture:
      break;
  }
  return Mood::kBad;
}

Mood MoodOf(LogState state) {
  switch (state) {
    case LogState::kQualified:
    case LogState::kUsable:
    case LogState::kReadOnly:
      return Mood::kGood;
    case LogState::kRejected:
      return Mood::kBad;
    case LogState::kNone:
    case LogState::kPending:
    case LogState::kRetired:
    case LogState::kUnknown:
      break;
  }
  return Mood::kDoubtful;
}

std::string LogColumn(const SctFacts& sct) {
  if (sct.log != nullptr && !sct.log->description.empty()) {
    return Sanitize(sct.log->description, kMaxCell);
  }
  if (sct.log_id) {
    return Hex(Bytes(*sct.log_id).first(4)) + "...";
  }
  return "-";
}

std::string StateText(const Log& log) {
  std::string text(LogStateName(log.state));
  if (log.state_since_ms != 0) {
    const std::string since = EncodeRfc3339(log.state_since_ms);
    text += " since " + since.substr(0, since.find('T'));
  }
  return text;
}

constexpr std::size_t kStatusColumn = 6;
constexpr std::size_t kStateColumn = 7;

Row Header() {
  return {"  #", "SOURCE", "LOG", "OPERATOR", "TIME", "AGE", "STATUS", "LOG STATE"};
}

Row MakeRow(std::size_t number, const SctFacts& sct, std::uint64_t now_ms) {
  return {
      "  " + std::to_string(number),
      std::string(SctSourceName(sct.source)),
      LogColumn(sct),
      sct.log == nullptr ? "-" : Sanitize(sct.log->OperatorAt(sct.timestamp_ms), kMaxCell),
      sct.log_id ? EncodeRfc3339(sct.timestamp_ms) : "-",
      sct.log_id ? FormatAge(sct.timestamp_ms, now_ms) : "-",
      Words(SctStatusName(sct.status)),
      sct.log == nullptr ? "-" : StateText(*sct.log),
  };
}

Mood CellMood(const SctFacts& sct, std::size_t column) {
  if (column == kStatusColumn) {
    return MoodOf(sct.status);
  }
  return column == kStateColumn && sct.log != nullptr ? MoodOf(sct.log->state) : Mood::kPlain;
}

void AddScts(std::string& out, const CheckResult& result, const TableOptions& options,
             const Style& style) {
  if (result.report->scts.empty()) {
    out += result.is_file ? "  no SCTs in the files given\n"
                          : "  no SCTs: not in the certificate, the TLS extension or the OCSP "
                            "staple\n";
    return;
  }
  const std::vector<SctFacts>& scts = result.report->scts;
  std::vector<Row> rows = {Header()};
  for (const SctFacts& sct : scts) {
    rows.push_back(MakeRow(rows.size(), sct, options.now_ms));
  }
  out += FormatColumns(rows, [&](std::size_t row, std::size_t column, const std::string& cell) {
    return row == 0 ? cell : Paint(CellMood(scts[row - 1], column), cell, style);
  });
}

void AddSctRemarks(std::string& out, const CheckResult& result, const TableOptions& options) {
  std::size_t number = 0;
  for (const SctFacts& sct : result.report->scts) {
    ++number;
    const std::string reason = Sanitize(DescribeSct(sct));
    if (!reason.empty()) {
      out += "  SCT " + std::to_string(number) + ": " + reason + '\n';
    }
    if (!options.verbose || !sct.log_id) {
      continue;
    }
    out += "  SCT " + std::to_string(number) + ": log_id " + EncodeBase64(*sct.log_id);
    if (sct.leaf_index) {
      out += ", leaf_index " + std::to_string(*sct.leaf_index);
    }
    if (sct.log != nullptr && sct.log->temporal_interval) {
      out += ", log takes certificates that expire from " +
             EncodeRfc3339(sct.log->temporal_interval->start_ms) + " to before " +
             EncodeRfc3339(sct.log->temporal_interval->end_ms);
    }
    out += '\n';
  }
  if (result.report->has_rfc9162) {
    out += "  RFC 9162 transparency information is there too; it is not judged\n";
  }
}

void AddChain(std::string& out, const CheckResult& result, const TableOptions& options,
              const Style& style) {
  const Collected& collected = *result.collected;
  out += style.Strong(Printable(result.target));
  if (!collected.connection.empty()) {
    out += "  " + collected.connection;
  }
  out += "  chain ";
  out += collected.chain_error.empty()
             ? style.Good("validates")
             : style.Doubtful("does not validate: " + Sanitize(collected.chain_error));
  out += '\n';
  // Of a chain that does not validate this is said already.
  if (collected.chain_error.empty() && !collected.scope_reason.empty()) {
    out += "  to programs: " + style.Doubtful(Sanitize(collected.scope_reason)) + '\n';
  }
  std::size_t number = 0;
  for (const std::string& line : collected.chain) {
    if (number == 0 || options.verbose) {
      out += "  certificate " + std::to_string(++number) + ": " + line + '\n';
    }
  }
}

// AddVerdict leaves out what the lines below the table have said already.
void AddVerdict(std::string& out, const PolicyVerdict& judged, const TableOptions& options,
                const Style& style) {
  constexpr std::size_t kIndent = 9;
  const Verdict& verdict = judged.verdict;
  out += "  ";
  out.append(PolicyName(judged.policy)).append(Padding(PolicyName(judged.policy), kIndent));
  out += verdict.compliant ? style.Good("compliant") : style.Bad("NOT compliant");
  std::string_view separator = ": ";
  for (const Reason& reason : verdict.reasons) {
    if (reason.code == ReasonCode::kSctNotValid && !options.verbose) {
      continue;
    }
    out.append(separator).append(Sanitize(reason.text, 400)).append("\n");
    separator = "           ";
  }
  if (!out.ends_with('\n')) {
    out += '\n';
  }
}

}  // namespace

std::string RenderTable(const CheckResult& result, const TableOptions& options,
                        const Style& style) {
  std::string out;
  if (!result.collected) {
    return out;
  }
  AddChain(out, result, options, style);
  if (result.report) {
    AddScts(out, result, options, style);
    AddSctRemarks(out, result, options);
  }
  // Where nobody can tell, a "no" would be a guess; the error says what is missing.
  if (result.error.empty()) {
    for (const PolicyVerdict& judged : result.verdicts) {
      AddVerdict(out, judged, options, style);
    }
  }
  return out;
}

}  // namespace tattle::cli
