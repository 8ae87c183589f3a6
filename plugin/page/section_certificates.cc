// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "plugin/page/page.h"
#include "plugin/page/sections.h"

namespace tattle {
namespace {

void WriteScts(Html& html, json::Value certificate) {
  const std::vector<json::Value> scts = ItemsOf(certificate, "scts");
  if (scts.empty()) {
    html << "<p class=\"dim\">none</p>";
    return;
  }
  html << "<ul class=\"scts\">";
  std::size_t num_shown = 0;
  for (const json::Value sct : scts) {
    constexpr std::size_t kMaxShownScts = 12;
    if (num_shown == kMaxShownScts) {
      break;
    }
    ++num_shown;
    html << "<li>";
    html.Name(TextOf(sct, "log"));
    if (const std::string_view source = TextOf(sct, "source"); source == "embedded") {
      html << " <span class=\"dim\">in the certificate</span>";
    }
    if (const std::string_view state = TextOf(sct, "state"); !state.empty() && state != "usable") {
      html << " <span class=\"tag\">";
      html.Text(state) << "</span>";
    }
    html << "</li>";
  }
  html << "</ul>";
  WriteMore(html, scts.size(), num_shown);
}

// WriteUntil says until when a policy is satisfied.
void WriteUntil(Html& html, json::Value policy, std::uint64_t now_ms) {
  if (!IsTrue(policy, "satisfied")) {
    html << "<span class=\"bad\">not enough</span>";
    return;
  }
  const auto until_ms = FindTime(policy, "until");
  if (!until_ms) {
    html << "<span class=\"ok\">until it expires</span>";
    return;
  }
  html << (*until_ms < now_ms + kSoonMs ? Markup("<span class=\"warn\">until ")
                                        : Markup("<span>until "));
  html.Text(DescribeDay(*until_ms)) << "</span>";
}

void WritePolicies(Html& html, json::Value certificate, std::uint64_t now_ms) {
  html << "<dl class=\"policies\">";
  const std::string_view chosen = TextOf(certificate, "policy");
  std::size_t num_shown = 0;
  std::size_t num_all = 0;
  PartOf(certificate, "policies").ForEachMember([&](std::string_view name, json::Value policy) {
    constexpr std::size_t kMaxPolicies = 16;
    ++num_all;
    if (num_shown == kMaxPolicies) {
      return true;
    }
    ++num_shown;
    html << (name == chosen ? Markup("<div class=\"chosen\"><dt>") : Markup("<div><dt>"));
    html.Text(name) << "</dt><dd>";
    WriteUntil(html, policy, now_ms);
    html << "</dd></div>";
    return true;
  });
  html << "</dl>";
  WriteMore(html, num_all, num_shown);
}

void WriteCertificate(Html& html, json::Value certificate, std::uint64_t now_ms) {
  html << "<tr><td class=\"name\">";
  html.Name(TextOf(certificate, "name"));
  if (const auto end_ms = FindTime(certificate, "not_after")) {
    html << (*end_ms <= now_ms ? Markup("<p class=\"bad\">expired ")
                               : Markup("<p class=\"dim\">expires "));
    html.Text(DescribeDay(*end_ms)) << "</p>";
  }
  if (const std::string_view hash = TextOf(certificate, "sha256"); !hash.empty()) {
    constexpr std::size_t kFewDigits = 16;
    html << "<p class=\"dim\"><code>";
    html.Text(hash.substr(0, kFewDigits)) << "</code></p>";
  }
  html << "</td><td data-label=\"SCTs\">";
  WriteScts(html, certificate);
  html << "</td><td data-label=\"Sufficient for\">";
  WritePolicies(html, certificate, now_ms);
  if (!IsTrue(certificate, "sufficient")) {
    if (const std::string_view reason = TextOf(certificate, "reason"); !reason.empty()) {
      html << "<p class=\"reason\">";
      html.Text(reason) << "</p>";
    }
  }
  html << "</td></tr>";
}

}  // namespace

void WriteCertificates(Html& html, const StatusView& view) {
  const std::vector<json::Value> certificates = ItemsOf(view.root, "certificates");
  if (certificates.empty()) {
    return;
  }
  html << "<section aria-labelledby=\"h-certificates\"><h2 id=\"h-certificates\">Certificates</h2>"
          "<p class=\"lead\">What is sent with each, and until when it suffices, by what the log "
          "list says today. The policy that is served for is marked.</p>"
          "<table class=\"certificates\"><thead><tr><th scope=\"col\">Certificate</th>"
          "<th scope=\"col\">SCTs</th><th scope=\"col\">Sufficient for</th></tr></thead><tbody>";
  std::size_t num_shown = 0;
  for (const json::Value certificate : certificates) {
    if (num_shown == kMaxShownRows) {
      break;
    }
    WriteCertificate(html, certificate, view.now_ms);
    ++num_shown;
  }
  html << "</tbody></table>";
  WriteMore(html,
            std::max<std::uint64_t>(NumberOf(PartOf(view.root, "scts"), "certificates"),
                                    certificates.size()),
            num_shown);
  html << "</section>";
}

}  // namespace tattle
