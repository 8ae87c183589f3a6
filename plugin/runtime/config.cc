// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/config.h"

#include <optional>
#include <utility>

#include "plugin/runtime/bounds.h"
#include "plugin/runtime/config_lines.h"
#include "plugin/runtime/config_value.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

// The largest number of verdicts that may be asked for, at something like 1 KB each.
constexpr std::size_t kMaxVerdicts = 1'000'000;

constexpr Choice<Mode> kModes[] = {
    {"off", Mode::kOff}, {"report", Mode::kReport}, {"require", Mode::kRequire}};
constexpr Choice<OnStale> kOnStale[] = {{"lenient", OnStale::kLenient}, {"fail", OnStale::kFail}};

Outcome<void> SetMode(Config& config, std::string_view value) {
  return Assign(config.mode, Choose<Mode>(value, "mode", kModes));
}

Outcome<void> SetPolicy(Config& config, std::string_view value) {
  std::vector<Choice<Policy>> policies;
  for (const Policy policy : AllPolicies()) {
    policies.push_back({PolicyName(policy), policy});
  }
  return Assign(config.policy, Choose<Policy>(value, "policy", policies));
}

Outcome<void> SetOnStale(Config& config, std::string_view value) {
  return Assign(config.on_stale, Choose<OnStale>(value, "such choice", kOnStale));
}

Outcome<void> SetLogList(Config& config, std::string_view value) {
  return Assign(config.log_list, ReadPath(value));
}

Outcome<void> SetPublicRoots(Config& config, std::string_view value) {
  return Assign(config.public_roots, ReadPath(value));
}

Outcome<void> SetExemptHosts(Config& config, std::string_view value) {
  return Assign(config.exempt_hosts, ReadList<std::string>(value, ReadHostPattern));
}

Outcome<void> SetExemptSpki(Config& config, std::string_view value) {
  return Assign(config.exempt_spki, ReadList<Hash>(value, ReadHash));
}

Outcome<void> SetVerdictCache(Config& config, std::string_view value) {
  return Assign(config.verdict_cache, ReadNumber(value, kMaxVerdicts));
}

Outcome<void> SetObserveSocket(Config& config, std::string_view value) {
  return Assign(config.observe_socket, ReadSocketPath(value));
}

Outcome<void> SetOutbox(Config& config, std::string_view value) {
  return Assign(config.outbox, ReadPath(value));
}

Outcome<void> SetSyslog(Config& config, std::string_view value) {
  return Assign(config.syslog, ReadSocketPath(value));
}

constexpr ConfigKey<Config> kKeys[] = {
    {"mode", SetMode},
    {"policy", SetPolicy},
    {"on_stale", SetOnStale},
    {"log_list", SetLogList},
    {"public_roots", SetPublicRoots},
    {"exempt_hosts", SetExemptHosts},
    {"exempt_spki", SetExemptSpki},
    {"verdict_cache", SetVerdictCache},
    {"observe_socket", SetObserveSocket},
    {"outbox", SetOutbox},
    {"syslog", SetSyslog},
};

}  // namespace

Outcome<void> SetConfig(Config& config, std::string_view key, std::string_view value) {
  if (value.size() > kMaxConfigSize) {
    return Sorry(Excerpt(key) + ": is longer than " + std::to_string(kMaxConfigSize) + " bytes");
  }
  return SetKey<Config>(config, kKeys, Trim(key), Trim(value));
}

Outcome<void> SetConfigText(Config& config, std::string_view text, std::string_view name) {
  Config changed = config;
  const Outcome<void> set =
      SetConfigLines(text, name, [&changed](std::string_view key, std::string_view value) {
        return SetKey<Config>(changed, kKeys, key, value);
      });
  if (set) {
    config = std::move(changed);
  }
  return set;
}

Outcome<void> SetConfigFile(Config& config, const std::string& path) {
  const Outcome<std::string> text = ReadConfigFile(path);
  if (!text) {
    return Sorry(text.error());
  }
  return SetConfigText(config, *text, path);
}

std::vector<std::string_view> ConfigKeyNames() {
  return KeyNames<Config>(kKeys);
}

std::string_view ModeName(Mode mode) {
  for (const Choice<Mode>& choice : kModes) {
    if (choice.value == mode) {
      return choice.name;
    }
  }
  return "unknown";
}

}  // namespace tattle
