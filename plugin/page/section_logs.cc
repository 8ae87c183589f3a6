// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "plugin/page/page.h"
#include "plugin/page/plots.h"
#include "plugin/page/sections.h"

namespace tattle {
namespace {

// Columns are those that some log has something for.
struct Columns {
  bool scts = false;
  bool audit = false;
};

// RankOf puts first what has to be looked at, then what was asked, then what is only known by name.
int RankOf(json::Value log) {
  if (NumberOf(log, "evidence") > 0) {
    return 0;
  }
  if (NumberOf(log, "failures") > 0) {
    return 1;
  }
  return NumberOf(log, "tree_size") > 0 ? 2 : 3;
}

std::string_view NameOf(json::Value log) {
  const std::string_view name = TextOf(log, "log");
  return name.empty() ? TextOf(log, "log_id") : name;
}

void WriteHead(Html& html, json::Value log, std::uint64_t now_ms) {
  if (!log.FindUint64("tree_size") || (NumberOf(log, "tree_size") == 0 && !FindTime(log, "head"))) {
    // Heads that are nobody's word, or those of evidence only.
    html << (NumberOf(log, "heads") > 0 ? Markup("<span class=\"dim\">none to rely on</span>")
                                        : Markup("<span class=\"dim\">none yet</span>"));
    return;
  }
  html << "<span class=\"number\">";
  html.Number(NumberOf(log, "tree_size")) << "</span><p class=\"dim\">entries";
  if (const auto head_ms = FindTime(log, "head")) {
    html << ", ";
    if (*head_ms > now_ms) {
      html << "signed ahead of our clock";
    } else {
      html.Text(DescribeSpan(now_ms - *head_ms)) << " old";
    }
  }
  html << "</p>";
}

void WriteGrowthOf(Html& html, json::Value log) {
  const std::vector<GrowthPoint> points = ReadGrowth(log);
  if (points.size() < 2 || points.front().time_ms == points.back().time_ms) {
    html << "<span class=\"dim\">not known yet</span>";
    return;
  }
  WriteGrowth(html, points);
  const GrowthPoint& first = points.front();
  const GrowthPoint& last = points.back();
  const bool has_grown = last.tree_size >= first.tree_size;
  html << (has_grown ? Markup("<p class=\"dim grown\">+")
                     : Markup("<p class=\"bad grown\">\xE2\x88\x92"));  // U+2212
  html.Number(has_grown ? last.tree_size - first.tree_size : first.tree_size - last.tree_size)
      << " in ";
  html.Text(DescribeSpan(last.time_ms - first.time_ms)) << "</p>";
}

void WriteAudit(Html& html, json::Value log, std::uint64_t now_ms) {
  const std::uint64_t failures = NumberOf(log, "failures");
  if (failures > 0) {
    html << "<span class=\"warn\">";
    html.Text(Plural(failures, "failure")) << " in a row</span>";
    if (const std::string_view why = TextOf(log, "last_failure"); !why.empty()) {
      html << "<p class=\"reason\">";
      html.Text(why) << "</p>";
    }
  }
  const auto last_ms = FindTime(log, "last_success");
  if (!last_ms) {
    html << "<p class=\"dim\">never</p>";
  } else if (*last_ms <= now_ms) {
    html << (failures > 0 ? Markup("<p class=\"dim\">last success ") : Markup("<p class=\"dim\">"));
    html.Text(DescribeSpan(now_ms - *last_ms)) << " ago</p>";
  }
}

void WriteLog(Html& html, json::Value log, const Columns& columns, std::uint64_t now_ms) {
  const std::uint64_t evidence = NumberOf(log, "evidence");
  html << (evidence > 0 ? Markup("<tr class=\"accused\"><td class=\"name\">")
                        : Markup("<tr><td class=\"name\">"));
  html.Name(NameOf(log));
  if (evidence > 0) {
    html << " <a class=\"tag loud\" href=\"#evidence\">evidence: ";
    html.Number(evidence) << "</a>";
  }
  html << "</td><td data-label=\"Last head\">";
  WriteHead(html, log, now_ms);
  html << "</td><td data-label=\"Growth\">";
  WriteGrowthOf(html, log);
  html << "</td><td class=\"figure\" data-label=\"Heads\">";
  html.Number(NumberOf(log, "heads")) << "</td>";
  if (columns.scts) {
    html << "<td class=\"figure\" data-label=\"SCTs\">";
    html.Number(NumberOf(log, "scts"));
    if (const std::uint64_t pending = NumberOf(log, "pending_scts"); pending > 0) {
      html << "<p class=\"dim\">";
      html.Number(pending) << " open</p>";
    }
    html << "</td>";
  }
  if (columns.audit) {
    html << "<td data-label=\"Audited\">";
    WriteAudit(html, log, now_ms);
    html << "</td>";
  }
  html << "</tr>";
}

}  // namespace

void WriteLogs(Html& html, const StatusView& view) {
  std::vector<json::Value> logs = ItemsOf(view.root, "logs");
  if (logs.empty()) {
    return;
  }
  std::stable_sort(logs.begin(), logs.end(), [](json::Value a, json::Value b) {
    const int rank_a = RankOf(a);
    const int rank_b = RankOf(b);
    return rank_a != rank_b ? rank_a < rank_b : NameOf(a) < NameOf(b);
  });
  const auto has = [&logs](std::string_view key) {
    return std::any_of(logs.begin(), logs.end(),
                       [key](json::Value log) { return log.Find(key).has_value(); });
  };
  const Columns columns = {has("scts"), has("last_success")};
  html << "<section aria-labelledby=\"h-logs\"><h2 id=\"h-logs\">Logs</h2>"
          "<table class=\"logs\"><thead><tr><th scope=\"col\">Log</th>"
          "<th scope=\"col\">Last head</th><th scope=\"col\">Growth</th>"
          "<th scope=\"col\" class=\"figure\">Heads</th>";
  if (columns.scts) {
    html << "<th scope=\"col\" class=\"figure\">SCTs</th>";
  }
  if (columns.audit) {
    html << "<th scope=\"col\">Audited</th>";
  }
  html << "</tr></thead><tbody>";
  std::size_t num_shown = 0;
  for (const json::Value log : logs) {
    if (num_shown == kMaxShownRows) {
      break;
    }
    WriteLog(html, log, columns, view.now_ms);
    ++num_shown;
  }
  html << "</tbody></table>";
  WriteMore(html, logs.size(), num_shown);
  html << "</section>";
}

}  // namespace tattle
