// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/config_facts.h"

#include <utility>

#include <fmt/format.h>

#include "adapters/cli/files/file.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "core/policy/policy.h"
#include "plugin/runtime/config_lines.h"
#include "plugin/runtime/log_list_file.h"
#include "plugin/runtime/public_root_set.h"
#include "plugin/runtime/session_line.h"

namespace tattle::cli {
namespace {

// WarningOfAge is empty for a list that is new enough.
std::string WarningOfAge(const LogList& list, OnStale on_stale, std::uint64_t now_ms) {
  if (list.IsStaleAt(now_ms)) {
    return DescribeStaleList(list, on_stale);
  }
  const std::uint64_t made_ms = list.content().timestamp_ms.value_or(now_ms);
  return now_ms < made_ms + kOldListMs ? std::string() : DescribeOldList(made_ms, now_ms);
}

// LookAtLogList loads the list that `config` asks for. What TATTLE_LOG_LIST says to this command
// has no part in it: services have an environment of their own.
void LookAtLogList(ConfigFacts& facts, const std::string& root, const Config& config,
                   std::uint64_t now_ms) {
  const std::string path = root + (config.log_list.empty() ? kDefaultLogListFile : config.log_list);
  LogListFacts list;
  Outcome<LogList> loaded;
  if (config.log_list.empty() && !Exists(path)) {
    list.origin = "built-in";
    Result<LogList> pinned = DecodeTrustedLogList(PinnedLogListJson());
    loaded = pinned ? Outcome<LogList>(*std::move(pinned)) : Sorry("the built-in list is broken");
  } else {
    list.origin = path;
    const auto file = LoadLogList(path);
    loaded = file ? Outcome<LogList>(*file->list) : Sorry(file.error());
  }
  if (!loaded) {
    facts.problems.push_back(fmt::format(
        "{}; without it {}", loaded.error(),
        config.mode == Mode::kRequire ? "every connection is refused" : "nothing can be judged"));
    return;
  }
  list.timestamp_ms = loaded->content().timestamp_ms;
  list.is_stale = loaded->IsStaleAt(now_ms);
  if (std::string warning = WarningOfAge(*loaded, config.on_stale, now_ms); !warning.empty()) {
    facts.warnings.push_back(std::move(warning));
  }
  facts.log_list = std::move(list);
}

}  // namespace

std::string DescribeOldList(std::uint64_t made_ms, std::uint64_t now_ms) {
  return fmt::format(
      "the log list is {} days old, stale after 70; bring in a newer one with `tattle loglist "
      "update`",
      (now_ms - made_ms) / kMsPerDay);
}

ConfigFacts LookAtConfig(const std::string& root, const Config& config, std::uint64_t now_ms) {
  ConfigFacts facts;
  facts.mode = ModeName(config.mode);
  facts.policy = PolicyName(config.policy);
  facts.exempt_hosts = config.exempt_hosts;
  for (const Hash& hash : config.exempt_spki) {
    facts.exempt_spki.push_back(Hex(hash));
  }
  const std::string roots = config.public_roots.empty() ? "" : root + config.public_roots;
  if (const auto loaded = PublicRootSet::Load(roots); !loaded) {
    facts.problems.push_back(loaded.error());
  }
  if (std::string warning = WarningOfRoots(now_ms); !warning.empty()) {
    facts.warnings.push_back(std::move(warning));
  }
  LookAtLogList(facts, root, config, now_ms);
  return facts;
}

Outcome<ConfigFacts> LookAtConfigFile(const std::string& path, std::uint64_t now_ms) {
  const auto text = ReadConfigFile(path);
  if (!text) {
    return Sorry(Printable(text.error()));
  }
  Config config;
  if (const auto set = SetConfigText(config, *text, path); !set) {
    ConfigFacts facts;
    facts.problems.push_back(
        Printable(set.error()) +
        "; programs that begin with it refuse what they would have judged, or do not start");
    return facts;
  }
  ConfigFacts facts = LookAtConfig("", config, now_ms);
  if (config.mode == Mode::kOff) {
    facts.warnings.emplace_back("mode is off: nothing is judged");
  }
  return facts;
}

}  // namespace tattle::cli
