// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/refusals.h"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

// Lines for people; --json has all.
constexpr std::size_t kMaxShown = 20;

std::uint64_t TimeOf(const json::Value& value, std::string_view key) {
  return DecodeRfc3339(value.FindString(key).value_or("")).value_or(0);
}

std::string StringOf(const json::Value& value, std::string_view key) {
  return std::string(value.FindString(key).value_or(""));
}

}  // namespace

std::vector<RefusalFacts> ReadRefusals(const json::Value& root) {
  const std::uint64_t now_ms = TimeOf(root, "time");
  const std::optional<json::Value> verdicts = root.Find("verdicts");
  const std::optional<json::Value> hosts =
      verdicts && verdicts->IsObject() ? verdicts->Find("hosts") : std::nullopt;
  std::vector<RefusalFacts> out;
  if (hosts) {
    hosts->ForEachElement([&out, now_ms](const json::Value& host) {
      const std::uint64_t last_ms = TimeOf(host, "last");
      out.push_back({StringOf(host, "host"), StringOf(host, "policy"), StringOf(host, "mode"),
                     now_ms > last_ms ? now_ms - last_ms : 0, host.FindUint64("times").value_or(0),
                     StringOf(host, "reason")});
      return true;
    });
  }
  return out;
}

std::string RenderRefusals(const std::vector<RefusalFacts>& refusals) {
  std::string out;
  std::size_t num_shown = 0;
  for (const RefusalFacts& one : refusals) {
    if (num_shown++ == kMaxShown) {
      out +=
          fmt::format("  and {} more: see `tattle status --json`\n", refusals.size() - kMaxShown);
      break;
    }
    out += fmt::format("  {}: {} ({}, last {} ago, policy {}){}\n",
                       one.mode == "require" ? "refused" : "would be refused",
                       one.host.empty() ? "hosts without a name" : Printable(one.host),
                       Counted(one.times, "time"), FormatAge(0, one.ago_ms), Printable(one.policy),
                       one.reason.empty() ? "" : ": " + Sanitize(one.reason, 400));
  }
  return out;
}

}  // namespace tattle::cli
