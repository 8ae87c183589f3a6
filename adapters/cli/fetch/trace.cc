// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/trace.h"

#include <string>

#include <fmt/format.h>

#include "adapters/cli/output/terminal_text.h"
#include "core/base/lower_case.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kMaxShownBody = 4096;

// IsSecret: what -v is asked for ends in files and tickets.
bool IsSecret(std::string_view name) {
  return name == "authorization" || name == "proxy-authorization" || name == "cookie" ||
         name == "set-cookie";
}

}  // namespace

void Trace::TakeFields(std::string_view mark, std::string_view fields) {
  while (!fields.empty()) {
    const std::size_t end = fields.find('\n');
    std::string_view line = fields.substr(0, end);
    fields.remove_prefix(end == std::string_view::npos ? fields.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    const std::string name = LowerCase(line.substr(0, line.find(':')));
    has_offered_ = has_offered_ || (!is_gossip_ && mark == "> " && name == "transgossip");
    if (is_shown_) {
      screen_.Say(IsSecret(name) ? fmt::format("{}{}: (not shown)", mark, name)
                                 : fmt::format("{}{}", mark, line));
    }
  }
}

void Trace::Take(curl_infotype kind, std::string_view data) {
  switch (kind) {
    case CURLINFO_HEADER_OUT:
      return TakeFields("> ", data);
    case CURLINFO_HEADER_IN:
      return TakeFields("< ", data);
    case CURLINFO_DATA_OUT:
      num_sent_ += is_gossip_ ? data.size() : 0;
      break;
    case CURLINFO_DATA_IN:
      num_received_ += is_gossip_ ? data.size() : 0;
      break;
    default:
      return;  // what libcurl says of itself, and encrypted bytes
  }
  if (is_gossip_ && is_shown_) {
    screen_.Say((kind == CURLINFO_DATA_OUT ? "> " : "< ") + Sanitize(data, kMaxShownBody));
  }
}

}  // namespace tattle::cli
