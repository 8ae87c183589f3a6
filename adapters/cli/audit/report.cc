// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/audit/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/cli/check/json.h"
#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/json.h"

namespace tattle::cli {
namespace {

using json::Quote;

// StateText is in capitals what is proven to be wrong.
std::string StateText(const AuditedSct& sct) {
  std::string text = Words(sct.state_name());
  if (sct.is_broken()) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }
  return text;
}

std::string Paint(const AuditedSct& sct, const std::string& cell, const Style& style) {
  if (sct.inclusion.state == InclusionState::kIncluded) {
    return style.Good(cell);
  }
  return sct.is_broken() ? style.Bad(cell) : style.Doubtful(cell);
}

std::string RenderScts(const AuditResult& result, const Style& style) {
  std::vector<Row> rows = {{"LOG", "SOURCE", "INCLUSION", ""}};
  for (const AuditedSct& sct : result.scts) {
    std::string remark = sct.inclusion.sentence;
    if (!sct.evidence_file.empty()) {
      remark += "; evidence: " + sct.evidence_file;
    }
    rows.push_back({sct.promise.facts.log->description,
                    std::string(SctSourceName(sct.promise.facts.source)), StateText(sct), remark});
  }
  for (const SctFacts& sct : result.check.report->scts) {
    if (sct.status != SctStatus::kValid) {
      rows.push_back({sct.log != nullptr ? sct.log->description : "unknown",
                      std::string(SctSourceName(sct.source)), Words(SctStatusName(sct.status)),
                      DescribeSct(sct)});
    }
  }
  constexpr std::size_t kStateColumn = 2;
  return FormatColumns(rows, [&](std::size_t row, std::size_t column, const std::string& cell) {
    if (row == 0) {
      return style.Strong(cell);
    }
    if (column != kStateColumn) {
      return cell;
    }
    return row <= result.scts.size() ? Paint(result.scts[row - 1], cell, style)
                                     : style.Doubtful(cell);
  });
}

std::string NumberOrNull(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : JsonNull();
}

std::string_view WeightName(Weight weight) {
  return weight == Weight::kConclusive ? "conclusive" : "indicative";
}

std::string FactsJson(const SctFacts& sct) {
  return "{\"source\":" + Quote(SctSourceName(sct.source)) +
         JsonMember("status", Quote(SctStatusName(sct.status))) +
         JsonMember("log", sct.log != nullptr ? Quote(sct.log->description) : JsonNull()) +
         JsonMember("log_id", sct.log_id ? Quote(EncodeBase64(*sct.log_id)) : JsonNull()) +
         JsonMember("operator", sct.log != nullptr ? Quote(sct.log->operator_name) : JsonNull()) +
         JsonMember("timestamp_ms", std::to_string(sct.timestamp_ms));
}

std::string SctJson(const AuditedSct& sct) {
  const Inclusion& inclusion = sct.inclusion;
  std::optional<std::uint64_t> tree_size;
  std::optional<std::uint64_t> head_timestamp_ms;
  if (inclusion.head) {
    tree_size = inclusion.head->tree_size;
    head_timestamp_ms = inclusion.head->timestamp_ms;
  }
  return FactsJson(sct.promise.facts) +
         JsonMember("leaf_index", NumberOrNull(inclusion.leaf_index)) +
         JsonMember("inclusion", Quote(sct.state_name())) +
         JsonMember("reason", JsonTextOrNull(inclusion.sentence)) +
         JsonMember("tree_size", NumberOrNull(tree_size)) +
         JsonMember("head_timestamp_ms", NumberOrNull(head_timestamp_ms)) +
         JsonMember("weight", sct.weight ? Quote(WeightName(*sct.weight)) : JsonNull()) +
         JsonMember("evidence", JsonTextOrNull(sct.evidence_file)) + '}';
}

// InvalidJson is an SCT for which nobody was asked.
std::string InvalidJson(const SctFacts& sct) {
  return FactsJson(sct) + JsonMember("leaf_index", JsonNull()) +
         JsonMember("inclusion", JsonNull()) +
         JsonMember("reason", JsonTextOrNull(DescribeSct(sct))) +
         JsonMember("tree_size", JsonNull()) + JsonMember("head_timestamp_ms", JsonNull()) +
         JsonMember("weight", JsonNull()) + JsonMember("evidence", JsonNull()) + '}';
}

std::string SctsJson(const AuditResult& result) {
  std::string out = "[";
  const auto add = [&](const std::string& element) {
    out.append(out.size() > 1 ? "," : "").append(element);
  };
  for (const AuditedSct& sct : result.scts) {
    add(SctJson(sct));
  }
  if (result.check.report) {
    for (const SctFacts& sct : result.check.report->scts) {
      if (sct.status != SctStatus::kValid) {
        add(InvalidJson(sct));
      }
    }
  }
  return out + ']';
}

}  // namespace

std::string RenderAudit(const AuditResult& result, const Style& style) {
  if (!result.check.report) {
    return "";
  }
  std::string out = style.Strong(Printable(result.check.target)) + "\n";
  if (!result.check.report->scts.empty()) {
    out += RenderScts(result, style);
  }
  for (const PolicyVerdict& judged : result.check.verdicts) {
    const std::string name(PolicyName(judged.policy));
    out += judged.verdict.compliant ? style.Good(name + ": compliant")
                                    : style.Bad(name + ": not compliant");
    out += ", " + Printable(judged.verdict.reasons.front().text) + "\n";
  }
  return result.check.error.empty() ? out + "conclusion: " + Printable(result.Conclusion()) + "\n"
                                    : out;
}

std::string RenderAuditJson(const AuditResult& result) {
  const bool is_clear = result.check.error.empty();
  std::string out = "{\"target\":" + Quote(result.check.target);
  out += JsonMember("error", JsonTextOrNull(is_clear ? result.error : result.check.error));
  out += JsonMember("policies", PoliciesJson(result.check));
  out += JsonMember("scts", SctsJson(result));
  out += JsonMember("conclusion", is_clear ? Quote(result.Conclusion()) : JsonNull());
  return out + "}\n";
}

std::string RenderAuditProgress(const AuditedSct& sct) {
  return fmt::format("{}: {}: {}\n", Sanitize(sct.promise.facts.log->description), StateText(sct),
                     Printable(sct.inclusion.sentence));
}

}  // namespace tattle::cli
