// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "plugin/page/page.h"
#include "plugin/page/plots.h"
#include "plugin/page/sections.h"

namespace tattle {
namespace {

// WriteFigure writes a number that the document has, and what it counts.
void WriteFigure(Html& html, json::Value part, std::string_view key, Markup what) {
  if (const auto number = part.FindUint64(key)) {
    html << "<div><dd>";
    html.Number(*number) << "</dd><dt>" << what << "</dt></div>";
  }
}

void WriteTextFigure(Html& html, std::string_view text, Markup what) {
  html << "<div><dd>";
  html.Text(text) << "</dd><dt>" << what << "</dt></div>";
}

void WriteTotal(Html& html, json::Value verdicts, std::string_view key, Markup begin) {
  if (const auto number = verdicts.FindUint64(key)) {
    html << begin;
    html.Number(*number) << "</b></li>";
  }
}

// InWords: "gossip_scts_not_valid" is "gossip SCTs not valid".
std::string InWords(std::string_view name) {
  constexpr std::string_view kScts = "scts";
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  for (std::size_t at = 0; (at = words.find(kScts, at)) != std::string::npos; at += kScts.size()) {
    words.replace(at, kScts.size(), "SCTs");
  }
  return words;
}

void WriteCounters(Html& html, json::Value object, bool in_words) {
  html << "<dl class=\"counters\">";
  std::size_t num_shown = 0;
  object.ForEachMember([&](std::string_view name, json::Value value) {
    const auto number = value.AsUint64();
    if (number && *number > 0) {
      html << "<div><dt>";
      html.Text(in_words ? InWords(name) : std::string(name)) << "</dt><dd>";
      html.Number(*number) << "</dd></div>";
      ++num_shown;
    }
    return num_shown < kMaxShownRows;
  });
  html << "</dl>";
}

}  // namespace

void WriteMore(Html& html, std::uint64_t num_all, std::size_t num_shown) {
  if (num_all > num_shown) {
    html << "<p class=\"more\">and ";
    html.Number(num_all - num_shown) << " more, which this page leaves out</p>";
  }
}

void WriteFigures(Html& html, const StatusView& view) {
  const json::Value list = PartOf(view.root, "log_list");
  const json::Value pool = PartOf(view.root, "pool");
  const json::Value scts = PartOf(view.root, "scts");
  const json::Value gossip = PartOf(view.root, "gossip");
  const json::Value audits = PartOf(view.root, "audits");
  html << "<section aria-label=\"Figures\"><dl class=\"figures\">";
  WriteFigure(html, list, "logs", "logs in the list");
  if (const auto made_ms = FindTime(list, "timestamp"); made_ms && *made_ms <= view.now_ms) {
    WriteTextFigure(html, DescribeSpan(view.now_ms - *made_ms), "age of the list");
  }
  WriteFigure(html, scts, "certificates", "certificates");
  WriteFigure(html, scts, "files", "SCT files");
  if (IsTrue(audits, "on")) {
    WriteFigure(html, audits, "audited", "logs audited");
  }
  WriteFigure(html, pool, "heads", "tree heads");
  WriteFigure(html, pool, "scts", "SCTs seen");
  WriteFigure(html, pool, "pending_scts", "SCTs still open");
  if (const auto num_bytes = pool.FindUint64("bytes")) {
    WriteTextFigure(html, DescribeSize(*num_bytes), "pool on disk");
  }
  WriteFigure(html, gossip, "heads", "tree heads");
  html << "</dl></section>";
}

void WriteVerdictSection(Html& html, const StatusView& view) {
  const json::Value verdicts = PartOf(view.root, "verdicts");
  if (!verdicts.IsObject()) {
    return;
  }
  html << "<section aria-labelledby=\"h-verdicts\"><h2 id=\"h-verdicts\">Verdicts</h2>"
          "<p class=\"lead\">";
  html.Text(TextOf(verdicts, "of"));
  if (const auto since_ms = FindTime(verdicts, "since")) {
    html << ", counted since ";
    html.Moment(*since_ms);
  }
  html << "</p><ul class=\"legend\">";
  WriteTotal(html, verdicts, "compliant", "<li class=\"ok\">compliant <b>");
  WriteTotal(html, verdicts, "not_compliant", "<li class=\"bad\">not compliant <b>");
  WriteTotal(html, verdicts, "undecided", "<li class=\"warn\">undecided <b>");
  WriteTotal(html, verdicts, "refused", "<li>refused <b>");
  WriteTotal(html, verdicts, "out_of_scope", "<li>out of scope <b>");
  html << "</ul>";
  const std::vector<HourCounts> hours = ReadHours(verdicts, view.now_ms);
  WriteVerdicts(html, hours);
  html << "<p class=\"axis\"><span>";
  html.Digits(hours.size() - 1) << " h ago</span><span>this hour</span></p></section>";
}

// WriteFigureIf writes a number that is no news where it is 0.
void WriteFigureIf(Html& html, json::Value part, std::string_view key, Markup what) {
  if (NumberOf(part, key) > 0) {
    WriteFigure(html, part, key, what);
  }
}

// WriteGossipClient tells with how many, and not with whom: the document does not say, since
// whoever is there may read this.
void WriteGossipClient(Html& html, json::Value client) {
  const std::array<std::pair<std::uint64_t, std::string_view>, 3> kinds = {
      {{NumberOf(client, "servers"), "server"},
       {NumberOf(client, "auditors"), "auditor"},
       {NumberOf(client, "found"), "site"}}};
  std::string whom;
  for (const auto& [number, noun] : kinds) {
    if (number > 0) {
      whom += (whom.empty() ? "" : ", ") + Plural(number, noun);
    }
  }
  if (whom.empty() && NumberOf(client, "unwilling") == 0) {
    return;
  }
  html << "<h3>As a client</h3><p class=\"lead\">Heads are exchanged with ";
  html.Text(whom.empty() ? "nobody" : whom);
  if (NumberOf(client, "found") > 0) {
    html << " that programs here met";
  }
  html << ". With whom, and what failed, says <code>tattle status</code>.</p>"
          "<dl class=\"figures few\">";
  WriteFigure(html, client, "reached", "reached in a day");
  if (NumberOf(client, "failing") > 0) {
    html << "<div><dd class=\"warn\">";
    html.Number(NumberOf(client, "failing")) << "</dd><dt>failing</dt></div>";
  }
  WriteFigureIf(html, client, "silent", "silent for longer");
  WriteFigureIf(html, client, "never", "never reached yet");
  WriteFigureIf(html, client, "unwilling", "unwilling");
  WriteFigureIf(html, client, "waiting", "heads to be carried");
  html << "</dl><h3>Counts</h3>";
}

void WriteGossip(Html& html, const StatusView& view) {
  const json::Value gossip = PartOf(view.root, "gossip");
  const json::Value counters = PartOf(view.root, "counters");
  const json::Value suspects = PartOf(gossip, "suspect_scts");
  if (!gossip.IsObject() && !counters.IsObject()) {
    return;
  }
  html << "<section aria-labelledby=\"h-gossip\"><h2 id=\"h-gossip\">Gossip and counts</h2>";
  const std::vector<json::Value> places = ItemsOf(gossip, "listens");
  if (!places.empty()) {
    html << "<p class=\"lead\">Takes part in gossip at ";
    for (std::size_t i = 0; i < places.size() && i < kMaxShownRows; ++i) {
      html << (i > 0 ? Markup(", ") : Markup(""));
      html.Name(places[i].AsString().value_or(std::string_view()));
    }
    html << ".</p>";
  }
  if (const auto takes = PartOf(gossip, "tattled").AsBool()) {
    html << (*takes ? Markup("<p class=\"lead\">tattled takes what clients bring, audits it and "
                             "keeps it; <code>tattle status</code> says more.</p>")
                    : Markup("<p class=\"lead\"><span class=\"warn\">tattled does not take what "
                             "clients bring.</span></p>"));
  }
  bool has_suspects = false;
  suspects.ForEachMember([&has_suspects](std::string_view, json::Value) {
    has_suspects = true;
    return false;
  });
  if (has_suspects) {
    html << "<h3>Names that are said to have shown SCTs that no log vouches for</h3>";
    WriteCounters(html, suspects, false);
  }
  WriteGossipClient(html, PartOf(gossip, "client"));
  WriteCounters(html, counters.IsObject() ? counters : gossip, true);
  html << "</section>";
}

}  // namespace tattle
