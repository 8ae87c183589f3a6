// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/json.h"

#include <string_view>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

using json::Quote;

std::string Null() {
  return "null";
}

std::string Bool(bool value) {
  return value ? "true" : "false";
}

// TextOrNull: empty text is text that is not there.
std::string TextOrNull(std::string_view text) {
  return text.empty() ? Null() : Quote(text);
}

// Member is `"name":value` behind a comma.
std::string Member(std::string_view name, std::string_view value) {
  std::string out = "," + Quote(name) + ':';
  return out.append(value);
}

std::string SctObject(const SctFacts& sct) {
  const Log* log = sct.log;
  const bool has_since = log != nullptr && log->state_since_ms != 0;
  std::string out = "{\"source\":" + Quote(SctSourceName(sct.source));
  out += Member("status", Quote(SctStatusName(sct.status)));
  out += Member("log_state", log == nullptr ? Null() : Quote(LogStateName(log->state)));
  out += Member("log_state_since", has_since ? Quote(EncodeRfc3339(log->state_since_ms)) : Null());
  out += Member("log_id", sct.log_id ? Quote(EncodeBase64(*sct.log_id)) : Null());
  out += Member("log", log == nullptr ? Null() : Quote(log->description));
  out += Member("operator", log == nullptr ? Null() : Quote(log->OperatorAt(sct.timestamp_ms)));
  out += Member("timestamp_ms", sct.log_id ? std::to_string(sct.timestamp_ms) : Null());
  out += Member("reason", TextOrNull(DescribeSct(sct)));
  out += Member("leaf_index", sct.leaf_index ? std::to_string(*sct.leaf_index) : Null());
  return out + '}';
}

std::string Scts(const CheckResult& result) {
  std::string out = "[";
  if (result.report) {
    for (const SctFacts& sct : result.report->scts) {
      out.append(out.size() > 1 ? "," : "").append(SctObject(sct));
    }
  }
  return out + ']';
}

std::string Policies(const CheckResult& result) {
  std::string out = "{";
  for (const PolicyVerdict& judged : result.verdicts) {
    std::string reasons = "[";
    for (const Reason& reason : judged.verdict.reasons) {
      reasons.append(reasons.size() > 1 ? "," : "");
      reasons += "{\"code\":" + Quote(ReasonCodeName(reason.code));
      reasons += Member("text", Quote(reason.text)) + '}';
    }
    out.append(out.size() > 1 ? "," : "").append(Quote(PolicyName(judged.policy)));
    out += ":{\"compliant\":" + Bool(judged.verdict.compliant);
    out += Member("reasons", reasons + ']') + '}';
  }
  return out + '}';
}

std::string List(const LogList* logs, std::uint64_t now_ms) {
  if (logs == nullptr) {
    return Null();
  }
  const std::optional<std::uint64_t>& timestamp_ms = logs->content().timestamp_ms;
  std::string out = "{\"timestamp\":";
  out += timestamp_ms ? Quote(EncodeRfc3339(*timestamp_ms)) : Null();
  return out + Member("stale", Bool(logs->IsStaleAt(now_ms))) + '}';
}

std::string Chain(const CheckResult& result) {
  if (!result.collected) {
    return Null();
  }
  const std::string& error = result.collected->chain_error;
  return "{\"verified\":" + Bool(error.empty()) + Member("error", TextOrNull(error)) + '}';
}

}  // namespace

std::string RenderJson(const CheckResult& result, const LogList* logs, std::uint64_t now_ms) {
  std::string out = "{\"target\":" + Quote(result.target);
  out += Member("scts", Scts(result));
  out += Member("policies", Policies(result));
  out += Member("list", List(logs, now_ms));
  out += Member("error", TextOrNull(result.error));
  out += Member("chain", Chain(result));
  out += Member("scope", result.collected ? TextOrNull(result.collected->scope) : Null());
  return out + "}\n";
}

}  // namespace tattle::cli
