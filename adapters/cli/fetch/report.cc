// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/report.h"

#include <algorithm>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/shown_sct.h"
#include "core/base/json.h"

namespace tattle::cli {
namespace {

using json::Quote;

// The numbers of tattle.h are those of core: plugin/capi holds them together.
ShownSct ReportSct(const tattle_report* report, std::size_t index) {
  ShownSct line;
  line.source = static_cast<SctSource>(tattle_report_sct_source(report, index));
  line.status = static_cast<SctStatus>(tattle_report_sct_status(report, index));
  if (const std::uint8_t* id = tattle_report_get0_sct_log_id(report, index); id != nullptr) {
    const std::span bytes(id, LogId().size());
    line.log_id.emplace();
    std::copy(bytes.begin(), bytes.end(), line.log_id->begin());
  }
  line.timestamp_ms = tattle_report_sct_timestamp_ms(report, index);
  if (const std::uint64_t leaf_index = tattle_report_sct_leaf_index(report, index);
      leaf_index != TATTLE_NO_LEAF_INDEX) {
    line.leaf_index = leaf_index;
  }
  ShownLog log = {tattle_report_get0_sct_log(report, index),
                  tattle_report_get0_sct_operator(report, index),
                  static_cast<LogState>(tattle_report_sct_log_state(report, index)),
                  tattle_report_sct_log_state_since_ms(report, index)};
  if (!log.description.empty() || !log.operator_name.empty() || log.state != LogState::kNone) {
    line.log = std::move(log);
  }
  line.reason = tattle_report_get0_sct_reason(report, index);
  return line;
}

std::vector<ShownSct> SessionScts(const tattle_session* session) {
  const tattle_report* report = tattle_session_get0_report(session);
  std::vector<ShownSct> lines;
  for (std::size_t i = 0; i < tattle_report_num_scts(report); ++i) {
    lines.push_back(ReportSct(report, i));
  }
  return lines;
}

std::string_view ComplianceName(tattle_compliance compliance) {
  switch (compliance) {
    case TATTLE_COMPLIANT:
      return "compliant";
    case TATTLE_NOT_COMPLIANT:
      return "not_compliant";
    default:
      return "undecided";
  }
}

std::string_view OriginText(tattle_origin origin) {
  switch (origin) {
    case TATTLE_ORIGIN_VERIFIED:
      return ", verified now";
    case TATTLE_ORIGIN_CACHED:
      return ", verified before";
    case TATTLE_ORIGIN_RESUMED:
      return ", session resumed";
    default:
      return "";
  }
}

std::string VerdictReasonsJson(const tattle_verdict* verdict) {
  std::string out = "[";
  for (std::size_t i = 0; i < tattle_verdict_num_reasons(verdict); ++i) {
    out.append(i == 0 ? "" : ",");
    out += "{\"code\":" + Quote(tattle_verdict_get0_reason_code(verdict, i));
    out += JsonMember("text", Quote(tattle_verdict_get0_reason_text(verdict, i))) + '}';
  }
  return out + ']';
}

std::string GossipJson(const Gossiped& gossip) {
  std::string out = "{\"enabled\":" + JsonTextOrNull(gossip.enabled);
  out += JsonMember("in_header", JsonBool(gossip.in_header));
  std::string post = JsonNull();
  if (gossip.has_posted) {
    post = "{\"status\":" + (gossip.status == 0 ? JsonNull() : std::to_string(gossip.status));
    post += JsonMember("taken", JsonBool(gossip.is_taken));
    post += JsonMember("sent_bytes", std::to_string(gossip.num_sent));
    post += JsonMember("received_bytes", std::to_string(gossip.num_received));
    post += JsonMember("error", JsonTextOrNull(gossip.error)) + '}';
  }
  out += JsonMember("post", post);
  return out + JsonMember("why_not", JsonTextOrNull(gossip.why_not)) + '}';
}

}  // namespace

std::string RenderSession(const tattle_session* session, std::uint64_t now_ms, const Style& style) {
  if (session == nullptr) {
    return "* CT: nothing was judged\n";
  }
  std::string out = fmt::format(
      "* CT: scope {}, mode {}{}\n", Words(tattle_scope_name(tattle_session_scope(session))),
      tattle_mode_name(tattle_session_mode(session)), OriginText(tattle_session_origin(session)));
  const std::vector<ShownSct> scts = SessionScts(session);
  if (!scts.empty()) {
    out += FormatScts(scts, now_ms, style);
  }
  for (std::size_t i = 0; i < scts.size(); ++i) {
    out += SctRemark(i + 1, scts[i]);
  }
  const tattle_verdict* verdict = tattle_session_get0_verdict(session);
  if (verdict == nullptr) {
    return out + "  " + Printable(tattle_session_get0_reason(session)) + '\n';
  }
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < tattle_verdict_num_reasons(verdict); ++i) {
    reasons.emplace_back(tattle_verdict_get0_reason_text(verdict, i));
  }
  return out + FormatVerdict(tattle_policy_name(tattle_session_policy(session)),
                             tattle_verdict_compliance(verdict) == TATTLE_COMPLIANT, reasons,
                             style);
}

std::string RenderGossiped(const Gossiped& gossip) {
  std::string out;
  if (!gossip.enabled.empty()) {
    out += "* gossip: the server says TransGossipEnabled: " + Sanitize(gossip.enabled) + '\n';
  }
  if (gossip.in_header) {
    out += "* gossip: tree heads went with the request\n";
  }
  if (!gossip.has_posted) {
    return out + "* gossip: nothing was posted: " + Sanitize(gossip.why_not) + '\n';
  }
  out += fmt::format("* gossip: {} bytes of tree heads were posted: ", gossip.num_sent);
  if (!gossip.error.empty()) {
    return out + Sanitize(gossip.error) + '\n';
  }
  return out + fmt::format("{} (HTTP status {}), {} bytes came back\n",
                           gossip.is_taken ? "taken" : "not taken", gossip.status,
                           gossip.num_received);
}

std::string RenderFetchJson(const std::string& url, const Fetched& fetched, bool with_gossip) {
  const tattle_session* session = fetched.session.get();
  const tattle_verdict* verdict = tattle_session_get0_verdict(session);
  const bool is_judged = session != nullptr;
  std::string out = "{\"url\":" + Quote(url);
  out += JsonMember("final_url", JsonTextOrNull(fetched.url));
  out += JsonMember("status", fetched.status == 0 ? JsonNull() : std::to_string(fetched.status));
  out += JsonMember("bytes", std::to_string(fetched.num_bytes));
  out += JsonMember("mode",
                    is_judged ? Quote(tattle_mode_name(tattle_session_mode(session))) : JsonNull());
  out += JsonMember(
      "scope", is_judged ? Quote(tattle_scope_name(tattle_session_scope(session))) : JsonNull());
  out += JsonMember(
      "policy", is_judged ? Quote(tattle_policy_name(tattle_session_policy(session))) : JsonNull());
  out += JsonMember("verdict", Quote(ComplianceName(tattle_verdict_compliance(verdict))));
  out += JsonMember("reasons", VerdictReasonsJson(verdict));
  out += JsonMember("reason", JsonTextOrNull(tattle_session_get0_reason(session)));
  out += JsonMember("scts", SctJson(SessionScts(session)));
  out += JsonMember("gossip", with_gossip ? GossipJson(fetched.gossip) : JsonNull());
  return out + JsonMember("error", JsonTextOrNull(fetched.problem)) + "}\n";
}

}  // namespace tattle::cli
