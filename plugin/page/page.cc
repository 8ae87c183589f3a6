// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/page/page.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/base64.h"
#include "core/crypto/sha256.h"
#include "plugin/page/document.h"
#include "plugin/page/html.h"
#include "plugin/page/sections.h"
#include "plugin/page/style.h"

namespace tattle {
namespace {

bool HasProof(const StatusView& view) {
  const std::vector<json::Value> pieces = ItemsOf(view.root, "evidence");
  return std::any_of(pieces.begin(), pieces.end(),
                     [](json::Value piece) { return IsTrue(piece, "conclusive"); });
}

// HasSeenAnything says that there is something to have been wrong: a page of a program that looks
// at nothing is not good news.
bool HasSeenAnything(const StatusView& view) {
  const json::Value pool = PartOf(view.root, "pool");
  const json::Value verdicts = PartOf(view.root, "verdicts");
  const std::array<std::uint64_t, 11> seen = {NumberOf(PartOf(view.root, "audits"), "audited"),
                                              NumberOf(PartOf(view.root, "counters"), "checks"),
                                              NumberOf(pool, "heads"),
                                              NumberOf(pool, "scts"),
                                              NumberOf(PartOf(view.root, "gossip"), "heads"),
                                              NumberOf(PartOf(view.root, "scts"), "certificates"),
                                              NumberOf(verdicts, "compliant"),
                                              NumberOf(verdicts, "not_compliant"),
                                              NumberOf(verdicts, "undecided"),
                                              NumberOf(verdicts, "refused"),
                                              NumberOf(PartOf(view.root, "upstreams"), "judged")};
  return std::any_of(seen.begin(), seen.end(), [](std::uint64_t number) { return number > 0; });
}

// WriteTitle is also what a browser's tab says: alarm first.
void WriteTitle(Html& html, const StatusView& view, std::size_t num_concerns) {
  html << "<title>";
  if (CountEvidence(view) > 0) {
    html << "\xE2\x9A\xA0 Evidence - ";  // U+26A0
  } else if (num_concerns > 0) {
    html << "(";
    html.Digits(num_concerns) << ") ";
  }
  html << "Tattle: ";
  html.Text(TextOf(view.root, "program")) << "</title>";
}

void WriteHeader(Html& html, const StatusView& view) {
  html << "<header><p class=\"brand\">Tattle <span>Certificate Transparency</span></p>"
          "<p class=\"about\">";
  html.Text(TextOf(view.root, "program")) << " ";
  html.Text(TextOf(view.root, "version"));
  if (const auto started_ms = FindTime(view.root, "started")) {
    html << " \xC2\xB7 up ";  // U+00B7
    html.Text(DescribeSpan(view.now_ms - std::min(view.now_ms, *started_ms)));
  }
  html << " \xC2\xB7 ";
  html.Moment(view.now_ms) << "</p></header>";
}

void WriteBanner(Html& html, const StatusView& view, std::size_t num_concerns) {
  if (const std::uint64_t num_pieces = CountEvidence(view); num_pieces > 0) {
    html << "<div class=\"banner loud\" role=\"alert\"><h1>";
    html << (HasProof(view) ? Markup("A log lied") : Markup("Something speaks against a log"));
    html << "</h1><p>";
    html.Text(Plural(num_pieces, "piece")) << " of evidence</p>"
                                              "</div>";
  } else if (num_concerns > 0) {
    html << "<div class=\"banner warn\"><h1>";
    html.Text(Plural(num_concerns, "thing"))
        << (num_concerns == 1 ? Markup(" needs attention") : Markup(" need attention"));
    html << "</h1></div>";
  } else if (HasSeenAnything(view)) {
    html << "<div class=\"banner ok\"><h1>Nothing is wrong</h1></div>";
  } else {
    html << "<div class=\"banner idle\"><h1>Nothing was looked at yet</h1></div>";
  }
}

void WriteConcerns(Html& html, const std::vector<std::string>& concerns) {
  if (concerns.empty()) {
    return;
  }
  html << "<section class=\"concerns\" aria-label=\"Needs attention\"><ul>";
  for (const std::string& concern : concerns) {
    html << "<li>";
    html.Sentence(concern) << "</li>";
  }
  html << "</ul></section>";
}

std::string Render(const StatusView& view) {
  const std::vector<std::string> concerns = FindConcerns(view);
  Html html;
  html << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
          "<meta name=\"color-scheme\" content=\"light dark\">"
          "<meta name=\"robots\" content=\"noindex\">";
  WriteTitle(html, view, concerns.size());
  html << "<style>" << PageStyle() << "</style></head><body>";
  WriteHeader(html, view);
  html << "<main>";
  WriteBanner(html, view, concerns.size());
  WriteEvidence(html, view);
  WriteConcerns(html, concerns);
  WriteFigures(html, view);
  WriteVerdictSection(html, view);
  WriteCertificates(html, view);
  WriteLogs(html, view);
  WriteGossip(html, view);
  html << "</main><footer><p>The same for programs: <a href=\"?format=json\">JSON</a>, "
          "<a href=\"?format=prometheus\">Prometheus</a>. Times are in UTC; load the page again "
          "to see what is new.</p></footer></body></html>\n";
  return html.Take();
}

}  // namespace

Result<std::string> RenderStatusPage(Bytes document) {
  const Result<json::Document> decoded = json::Document::Decode(document, kMaxStatusDocument);
  if (!decoded) {
    return tl::unexpected(decoded.error());
  }
  const auto now_ms = FindTime(decoded->root(), "time");
  if (!now_ms) {
    return Fail(Errc::kMissing, "status.time");
  }
  return Render({decoded->root(), *now_ms});
}

std::string StatusPagePolicy() {
  const Hash hash = Sha256Of(AsBytes(PageStyle().text()));
  return "default-src 'none'; style-src 'sha256-" + EncodeBase64(hash) +
         "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
}

}  // namespace tattle
