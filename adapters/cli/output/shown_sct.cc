// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/shown_sct.h"

#include <cstddef>
#include <string_view>

#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/moment.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

using json::Quote;

constexpr std::size_t kMaxCell = 48;  // characters of a name from the log list

enum class Mood : std::uint8_t { kPlain, kGood, kBad, kDoubtful };

std::string PaintMood(Mood mood, std::string_view text, const Style& style) {
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

std::string LogColumn(const ShownSct& sct) {
  if (sct.log && !sct.log->description.empty()) {
    return Sanitize(sct.log->description, kMaxCell);
  }
  if (sct.log_id) {
    return Hex(Bytes(*sct.log_id).first(4)) + "...";
  }
  return "-";
}

// LogStateText: lists say beforehand from when on a log will be retired, and until then it is not.
std::string LogStateText(const ShownLog& log, std::uint64_t now_ms) {
  std::string text(LogStateName(log.state));
  if (log.state_since_ms != 0) {
    const std::string since = EncodeRfc3339(log.state_since_ms);
    const std::string day = since.substr(0, since.find('T'));
    text += log.state_since_ms > now_ms ? " from " + day + " on" : " since " + day;
  }
  return text;
}

constexpr std::size_t kStatusColumn = 6;
constexpr std::size_t kLogStateColumn = 7;

Row Header() {
  return {"  #", "SOURCE", "LOG", "OPERATOR", "TIME", "AGE", "STATUS", "LOG STATE"};
}

Row MakeRow(std::size_t number, const ShownSct& sct, std::uint64_t now_ms) {
  return {
      "  " + std::to_string(number),
      std::string(SctSourceName(sct.source)),
      LogColumn(sct),
      sct.log ? Sanitize(sct.log->operator_name, kMaxCell) : "-",
      sct.log_id ? EncodeRfc3339(sct.timestamp_ms) : "-",
      sct.log_id ? FormatAge(sct.timestamp_ms, now_ms) : "-",
      Words(SctStatusName(sct.status)),
      sct.log ? LogStateText(*sct.log, now_ms) : "-",
  };
}

Mood CellMood(const ShownSct& sct, std::size_t column) {
  if (column == kStatusColumn) {
    return MoodOf(sct.status);
  }
  return column == kLogStateColumn && sct.log ? MoodOf(sct.log->state) : Mood::kPlain;
}

std::string SctObject(const ShownSct& sct) {
  const bool has_since = sct.log && sct.log->state_since_ms != 0;
  std::string out = "{\"source\":" + Quote(SctSourceName(sct.source));
  out += JsonMember("status", Quote(SctStatusName(sct.status)));
  out += JsonMember("log_state", sct.log ? Quote(LogStateName(sct.log->state)) : JsonNull());
  out += JsonMember("log_state_since",
                    has_since ? Quote(EncodeRfc3339(sct.log->state_since_ms)) : JsonNull());
  out += JsonMember("log_id", sct.log_id ? Quote(EncodeBase64(*sct.log_id)) : JsonNull());
  out += JsonMember("log", sct.log ? Quote(sct.log->description) : JsonNull());
  out += JsonMember("operator", sct.log ? Quote(sct.log->operator_name) : JsonNull());
  out += JsonMember("timestamp_ms", sct.log_id ? std::to_string(sct.timestamp_ms) : JsonNull());
  out += JsonMember("reason", JsonTextOrNull(sct.reason));
  out += JsonMember("leaf_index", sct.leaf_index ? std::to_string(*sct.leaf_index) : JsonNull());
  return out + '}';
}

}  // namespace

std::string FormatScts(const std::vector<ShownSct>& scts, std::uint64_t now_ms,
                       const Style& style) {
  std::vector<Row> rows = {Header()};
  for (const ShownSct& sct : scts) {
    rows.push_back(MakeRow(rows.size(), sct, now_ms));
  }
  return FormatColumns(rows, [&](std::size_t row, std::size_t column, const std::string& cell) {
    return row == 0 ? cell : PaintMood(CellMood(scts[row - 1], column), cell, style);
  });
}

std::string SctRemark(std::size_t number, const ShownSct& sct) {
  const std::string reason = Sanitize(sct.reason);
  return reason.empty() ? "" : "  SCT " + std::to_string(number) + ": " + reason + '\n';
}

std::string SctJson(const std::vector<ShownSct>& scts) {
  std::string out = "[";
  for (const ShownSct& sct : scts) {
    out.append(out.size() > 1 ? "," : "").append(SctObject(sct));
  }
  return out + ']';
}

std::string FormatVerdict(std::string_view policy, bool is_compliant,
                          const std::vector<std::string>& reasons, const Style& style) {
  constexpr std::size_t kPolicyWidth = 9;
  std::string out = "  ";
  out.append(policy).append(Padding(policy, kPolicyWidth));
  out += is_compliant ? style.Good("compliant") : style.Bad("NOT compliant");
  std::string_view separator = ": ";
  for (const std::string& reason : reasons) {
    out.append(separator).append(Sanitize(reason, 400)).append("\n");
    separator = "           ";
  }
  if (reasons.empty()) {
    out += '\n';
  }
  return out;
}

}  // namespace tattle::cli
