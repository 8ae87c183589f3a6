// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/check/json.h"

#include <string_view>

#include "adapters/cli/output/json_member.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

using json::Quote;

std::string SctObject(const SctFacts& sct) {
  const Log* log = sct.log;
  const bool has_since = log != nullptr && log->state_since_ms != 0;
  std::string out = "{\"source\":" + Quote(SctSourceName(sct.source));
  out += JsonMember("status", Quote(SctStatusName(sct.status)));
  out += JsonMember("log_state", log == nullptr ? JsonNull() : Quote(LogStateName(log->state)));
  out += JsonMember("log_state_since",
                    has_since ? Quote(EncodeRfc3339(log->state_since_ms)) : JsonNull());
  out += JsonMember("log_id", sct.log_id ? Quote(EncodeBase64(*sct.log_id)) : JsonNull());
  out += JsonMember("log", log == nullptr ? JsonNull() : Quote(log->description));
  out += JsonMember("operator",
                    log == nullptr ? JsonNull() : Quote(log->OperatorAt(sct.timestamp_ms)));
  out += JsonMember("timestamp_ms", sct.log_id ? std::to_string(sct.timestamp_ms) : JsonNull());
  out += JsonMember("reason", JsonTextOrNull(DescribeSct(sct)));
  out += JsonMember("leaf_index", sct.leaf_index ? std::to_string(*sct.leaf_index) : JsonNull());
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
      reasons += JsonMember("text", Quote(reason.text)) + '}';
    }
    out.append(out.size() > 1 ? "," : "").append(Quote(PolicyName(judged.policy)));
    out += ":{\"compliant\":" + JsonBool(judged.verdict.compliant);
    out += JsonMember("reasons", reasons + ']') + '}';
  }
  return out + '}';
}

std::string List(const LogList* logs, std::uint64_t now_ms) {
  if (logs == nullptr) {
    return JsonNull();
  }
  const std::optional<std::uint64_t>& timestamp_ms = logs->content().timestamp_ms;
  std::string out = "{\"timestamp\":";
  out += timestamp_ms ? Quote(EncodeRfc3339(*timestamp_ms)) : JsonNull();
  return out + JsonMember("stale", JsonBool(logs->IsStaleAt(now_ms))) + '}';
}

std::string ChainJson(const CheckResult& result) {
  if (!result.collected) {
    return JsonNull();
  }
  const std::string& error = result.collected->chain_error;
  return "{\"verified\":" + JsonBool(error.empty()) + JsonMember("error", JsonTextOrNull(error)) +
         '}';
}

}  // namespace

std::string RenderJson(const CheckResult& result, const LogList* logs, std::uint64_t now_ms) {
  std::string out = "{\"target\":" + Quote(result.target);
  out += JsonMember("scts", Scts(result));
  out += JsonMember("policies", Policies(result));
  out += JsonMember("list", List(logs, now_ms));
  out += JsonMember("error", JsonTextOrNull(result.error));
  out += JsonMember("chain", ChainJson(result));
  out +=
      JsonMember("scope", result.collected ? JsonTextOrNull(result.collected->scope) : JsonNull());
  return out + "}\n";
}

}  // namespace tattle::cli
