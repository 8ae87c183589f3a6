// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: SetConfigText
// Property: what is accepted says the same when it is written again as lines or set key by key;
// what is refused changes nothing, and the error is printable and names the file.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/require.h"
#include "plugin/runtime/config.h"

using tattle::Config;
using tattle::fuzz::Require;

namespace {

using Lines = std::vector<std::pair<std::string_view, std::string>>;

template <typename Item, typename Text>
std::string Join(const std::vector<Item>& items, Text text) {
  std::string out;
  for (const Item& item : items) {
    out += (out.empty() ? "" : ", ") + text(item);
  }
  return out;
}

Lines LinesOf(const Config& config) {
  return {
      {"mode", std::string(tattle::ModeName(config.mode))},
      {"policy", std::string(tattle::PolicyName(config.policy))},
      {"on_stale", config.on_stale == tattle::OnStale::kFail ? "fail" : "lenient"},
      {"log_list", config.log_list},
      {"public_roots", config.public_roots},
      {"exempt_hosts", Join(config.exempt_hosts, [](const std::string& host) { return host; })},
      {"exempt_spki",
       Join(config.exempt_spki, [](const tattle::Hash& h) { return tattle::Hex(h); })},
      {"verdict_cache", std::to_string(config.verdict_cache)},
      {"observe_socket", config.observe_socket},
      {"outbox", config.outbox},
      {"syslog", config.syslog},
  };
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tattle::AsText(tattle::Bytes(data, size));
  Config config;
  if (const auto set = tattle::SetConfigText(config, text, "file"); !set) {
    Require(config == Config());
    Require(set.error().substr(0, 5) == "file:" && IsPrintable(set.error()));
    return 0;
  }
  std::string again;
  Config by_key;
  for (const auto& [key, value] : LinesOf(config)) {
    again.append(key).append(" = ").append(value).append("\n");
    Require(tattle::SetConfig(by_key, key, value).has_value());
  }
  Require(by_key == config);
  Config by_lines;
  Require(tattle::SetConfigText(by_lines, again, "again").has_value());
  Require(by_lines == config);
  return 0;
}
