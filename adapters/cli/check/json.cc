// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/check/json.h"

#include "adapters/cli/output/json_member.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

using json::Quote;

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

std::string PoliciesJson(const CheckResult& result) {
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

std::string RenderJson(const CheckResult& result, const LogList* logs, std::uint64_t now_ms) {
  std::string out = "{\"target\":" + Quote(result.target);
  out += JsonMember("scts", result.report ? SctJson(ShownSctsOf(*result.report)) : "[]");
  out += JsonMember("policies", PoliciesJson(result));
  out += JsonMember("list", List(logs, now_ms));
  out += JsonMember("error", JsonTextOrNull(result.error));
  out += JsonMember("chain", ChainJson(result));
  out +=
      JsonMember("scope", result.collected ? JsonTextOrNull(result.collected->scope) : JsonNull());
  return out + JsonMember("spki_sha256", JsonTextOrNull(result.spki_sha256)) + "}\n";
}

}  // namespace tattle::cli
