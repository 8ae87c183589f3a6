// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/config.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "core/base/limits.h"
#include "plugin/runtime/config_value.h"
#include "plugin/runtime/file.h"

namespace tattle {
namespace {

// The largest number of verdicts that may be asked for, at something like 1 KB each.
constexpr std::size_t kMaxVerdicts = 1'000'000;

template <typename T>
using Expected = tl::expected<T, ConfigError>;

// Assign moves a value to its place, or hands the error on.
template <typename T>
Expected<void> Assign(T& place, Expected<T> value) {
  if (!value) {
    return tl::unexpected(std::move(value.error()));
  }
  place = *std::move(value);
  return {};
}

constexpr Choice<Mode> kModes[] = {
    {"off", Mode::kOff}, {"report", Mode::kReport}, {"require", Mode::kRequire}};
constexpr Choice<OnStale> kOnStale[] = {{"lenient", OnStale::kLenient}, {"fail", OnStale::kFail}};

Expected<void> SetMode(Config& config, std::string_view value) {
  return Assign(config.mode, Choose<Mode>(value, "mode", kModes));
}

Expected<void> SetPolicy(Config& config, std::string_view value) {
  std::vector<Choice<Policy>> policies;
  for (const Policy policy : AllPolicies()) {
    policies.push_back({PolicyName(policy), policy});
  }
  return Assign(config.policy, Choose<Policy>(value, "policy", policies));
}

Expected<void> SetOnStale(Config& config, std::string_view value) {
  return Assign(config.on_stale, Choose<OnStale>(value, "such choice", kOnStale));
}

Expected<void> SetLogList(Config& config, std::string_view value) {
  return Assign(config.log_list, ReadPath(value));
}

Expected<void> SetPublicRoots(Config& config, std::string_view value) {
  return Assign(config.public_roots, ReadPath(value));
}

Expected<void> SetExemptHosts(Config& config, std::string_view value) {
  return Assign(config.exempt_hosts, ReadList<std::string>(value, ReadHostPattern));
}

Expected<void> SetExemptSpki(Config& config, std::string_view value) {
  return Assign(config.exempt_spki, ReadList<Hash>(value, ReadHash));
}

Expected<void> SetVerdictCache(Config& config, std::string_view value) {
  return Assign(config.verdict_cache, ReadNumber(value, kMaxVerdicts));
}

Expected<void> SetObserveSocket(Config& config, std::string_view value) {
  return Assign(config.observe_socket, ReadSocketPath(value));
}

Expected<void> SetOutbox(Config& config, std::string_view value) {
  return Assign(config.outbox, ReadPath(value));
}

Expected<void> SetSyslog(Config& config, std::string_view value) {
  return Assign(config.syslog, ReadSocketPath(value));
}

struct Key {
  std::string_view name;
  Expected<void> (*set)(Config& config, std::string_view value);
};

constexpr Key kKeys[] = {
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

tl::unexpected<ConfigError> Sorry(std::string sentence) {
  return tl::unexpected(std::move(sentence));
}

std::string DescribeUnknownKey(std::string_view key) {
  std::vector<std::string_view> all;
  std::vector<std::string_view> near;
  for (const Key& known : kKeys) {
    all.push_back(known.name);
    if (IsNearMiss(key, known.name)) {
      near.push_back(known.name);
    }
  }
  return near.empty() ? "no such key; there are " + JoinWords(all, "and")
                      : "no such key; did you mean " + JoinWords(near, "or") + "?";
}

// SetChecked sets one key of a value without blanks around it.
Expected<void> SetChecked(Config& config, std::string_view key, std::string_view value) {
  const auto found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [key](const Key& known) { return known.name == key; });
  Expected<void> set;
  if (found == std::end(kKeys)) {
    set = Sorry(DescribeUnknownKey(key));
  } else if (std::optional<std::string> fault = FindFault(value)) {
    set = Sorry(*std::move(fault));
  } else {
    set = found->set(config, value);
  }
  if (!set) {
    return Sorry(Excerpt(key) + ": " + set.error());
  }
  return {};
}

// Line is a line that sets something, and where it stands.
struct Line {
  std::size_t number = 0;
  std::string_view key;
  std::string_view value;
};

// SplitLines leaves comments and blank lines out. An error begins with the line's number.
Expected<std::vector<Line>> SplitLines(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t len = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, len);
    text.remove_prefix(std::min(len + 1, text.size()));
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    line = Trim(line);
    const std::string begin = std::to_string(number) + ": ";
    if (const std::optional<std::string> fault = FindControlCharacter(line)) {
      return Sorry(begin + *fault);
    }
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      return Sorry(begin + "\"" + Excerpt(line) + "\" has no =; write key = value");
    }
    lines.push_back({number, Trim(line.substr(0, equals)), Trim(line.substr(equals + 1))});
  }
  return lines;
}

// FindEarlier is the line before `line` that sets the same key.
const Line* FindEarlier(std::span<const Line> lines, const Line& line) {
  const auto earlier = std::find_if(lines.begin(), lines.end(),
                                    [&line](const Line& other) { return other.key == line.key; });
  return earlier->number < line.number ? &*earlier : nullptr;
}

Expected<void> SetLines(Config& config, std::string_view text) {
  const Expected<std::vector<Line>> lines = SplitLines(text);
  if (!lines) {
    return Sorry(lines.error());
  }
  for (const Line& line : *lines) {
    const std::string begin = std::to_string(line.number) + ": ";
    if (const Expected<void> set = SetChecked(config, line.key, line.value); !set) {
      return Sorry(begin + set.error());
    }
    // A key that is not known has ended it above: this looks at eleven lines at most.
    if (const Line* earlier = FindEarlier(*lines, line); earlier != nullptr) {
      return Sorry(begin + std::string(line.key) + ": stands in line " +
                   std::to_string(earlier->number) + " already; keep one of the two");
    }
  }
  return {};
}

}  // namespace

tl::expected<void, ConfigError> SetConfig(Config& config, std::string_view key,
                                          std::string_view value) {
  if (value.size() > kMaxConfigSize) {
    return Sorry(Excerpt(key) + ": is longer than " + std::to_string(kMaxConfigSize) + " bytes");
  }
  return SetChecked(config, Trim(key), Trim(value));
}

tl::expected<void, ConfigError> SetConfigText(Config& config, std::string_view text,
                                              std::string_view name) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // Windows editors write it
  if (text.size() > kMaxConfigSize) {
    return Sorry(std::string(name) + ": is larger than " + std::to_string(kMaxConfigSize) +
                 " bytes");
  }
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Config changed = config;
  if (const Expected<void> set = SetLines(changed, text); !set) {
    return Sorry(std::string(name) + ":" + set.error());
  }
  config = std::move(changed);
  return {};
}

tl::expected<void, ConfigError> SetConfigFile(Config& config, const std::string& path) {
  const tl::expected<FileContent, FileError> content = ReadRegularFile(path, kMaxConfigSize);
  if (!content) {
    return Sorry(content.error().sentence);
  }
  return SetConfigText(config, AsText(content->bytes), path);
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
