// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>

#include "plugin/page/page.h"
#include "plugin/page/sections.h"

namespace tattle {
namespace {

struct KindRow {
  std::string_view kind;
  Markup title;
  Markup meaning;
};

constexpr std::array<KindRow, 12> kKinds = {{
    {"split_view", "Split view",
     "It signed two trees of one size: different people are shown different contents."},
    {"inconsistent", "Rewritten history", "A later tree of it does not continue an earlier one."},
    {"wrong_leaf", "Wrong entry",
     "It promised a place to one certificate, and has another one there."},
    {"duplicate_index", "One place, promised twice", "It promised one place to two certificates."},
    {"not_merged", "Broken promise",
     "A certificate that it promised to publish is not in its tree."},
    {"rollback", "Rollback", "A later head of it has a smaller tree."},
    {"future_head", "Head from the future", "It signed a head with a time that is still to come."},
    {"stale_head", "Stale head", "Its newest head is older than it may be."},
    {"bad_signature", "Bad signature", "It served something that its key did not sign."},
    {"wrong_origin", "Wrong origin", "It served a checkpoint of another origin."},
    {"wrong_tile", "Wrong entries", "Its entries are not those of the head that it signed."},
    {"missing_index", "Promise without a place",
     "It promised to publish a certificate and did not say where, as it must."},
}};

const KindRow* FindKind(std::string_view kind) {
  const auto* const row = std::find_if(kKinds.begin(), kKinds.end(),
                                       [kind](const KindRow& each) { return each.kind == kind; });
  return row == kKinds.end() ? nullptr : row;
}

void WritePiece(Html& html, json::Value piece) {
  html << "<li class=\"piece\"><h3>";
  const KindRow* const kind = FindKind(TextOf(piece, "kind"));
  if (kind != nullptr) {
    html << kind->title;
  } else {
    html.Name(TextOf(piece, "kind"));
  }
  html << " <span class=\"weight\">";
  html << (IsTrue(piece, "conclusive") ? Markup("proven") : Markup("indication"));
  html << "</span></h3><p class=\"who\">";
  const std::string_view log = TextOf(piece, "log");
  html.Name(log.empty() ? TextOf(piece, "log_id") : log) << "</p>";
  if (kind != nullptr) {
    html << "<p>" << kind->meaning << "</p>";
  }
  html << "<p class=\"small\">";
  if (const auto tree_size = piece.FindUint64("tree_size")) {
    html << "Tree of ";
    html.Number(*tree_size) << " entries. ";
  }
  if (const auto found_ms = FindTime(piece, "found")) {
    html << "Found ";
    html.Moment(*found_ms) << ".";
  }
  if (const std::string_view id = TextOf(piece, "id"); !id.empty()) {
    html << "<code>tattle evidence show ";
    html.Text(id) << "</code>";
  }
  html << "</p></li>";
}

}  // namespace

std::uint64_t CountEvidence(const StatusView& view) {
  return std::max<std::uint64_t>(NumberOf(PartOf(view.root, "pool"), "evidence"),
                                 ItemsOf(view.root, "evidence").size());
}

void WriteEvidence(Html& html, const StatusView& view) {
  const std::uint64_t num_pieces = CountEvidence(view);
  if (num_pieces == 0) {
    return;
  }
  html << "<section class=\"evidence\" id=\"evidence\" aria-labelledby=\"h-evidence\">"
          "<h2 id=\"h-evidence\">Evidence</h2><ul>";
  std::size_t num_shown = 0;
  for (const json::Value piece : ItemsOf(view.root, "evidence")) {
    if (num_shown == kMaxShownEvidence) {
      break;
    }
    WritePiece(html, piece);
    ++num_shown;
  }
  html << "</ul>";
  WriteMore(html, num_pieces, num_shown);
  html << "</section>";
}

}  // namespace tattle
