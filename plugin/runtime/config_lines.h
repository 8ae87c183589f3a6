// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Flat "key = value" text: what is the same for every configuration file of Tattle, whatever keys
// it has.

#ifndef TATTLE_PLUGIN_RUNTIME_CONFIG_LINES_H_
#define TATTLE_PLUGIN_RUNTIME_CONFIG_LINES_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "plugin/runtime/config_value.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// ConfigKey is a key, and what it does to a T. `set` fails with the second half of a sentence.
template <typename T>
struct ConfigKey {
  std::string_view name;
  Outcome<void> (*set)(T& config, std::string_view value);
};

// KeyNames are the names of keys, in their order.
template <typename T>
std::vector<std::string_view> KeyNames(std::span<const ConfigKey<T>> keys) {
  std::vector<std::string_view> names;
  names.reserve(keys.size());
  for (const ConfigKey<T>& key : keys) {
    names.push_back(key.name);
  }
  return names;
}

// FindKey is null where there is no key of this name.
template <typename T>
const ConfigKey<T>* FindKey(std::span<const ConfigKey<T>> keys, std::string_view name) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [name](const ConfigKey<T>& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

// DescribeUnknownKey says what there is instead.
std::string DescribeUnknownKey(std::string_view key, std::span<const std::string_view> known);

// SetKey sets one of `keys`. Fails with a sentence that begins with the key.
template <typename T>
Outcome<void> SetKey(T& config, std::span<const ConfigKey<T>> keys, std::string_view key,
                     std::string_view value) {
  const ConfigKey<T>* const found = FindKey(keys, key);
  Outcome<void> set;
  if (found == nullptr) {
    set = tl::unexpected(DescribeUnknownKey(key, KeyNames(keys)));
  } else if (std::optional<std::string> fault = FindFault(value)) {
    set = tl::unexpected(*std::move(fault));
  } else {
    set = found->set(config, value);
  }
  if (!set) {
    return tl::unexpected(Excerpt(key) + ": " + set.error());
  }
  return {};
}

// SetConfigLine sets one key of a configuration; key and value have blanks around them no more. It
// fails with a sentence that begins with the key.
using SetConfigLine = std::function<Outcome<void>(std::string_view key, std::string_view value)>;

// SetAllConfigLines calls `set` for each line that sets something, in their order, and answers with
// what is wrong, `max_faults` sentences at most; a line that has a fault ends nothing. A key stands
// once. `name` is what they call the text; they begin with NAME:LINE. At most kMaxConfigSize bytes.
std::vector<std::string> SetAllConfigLines(std::string_view text, std::string_view name,
                                           const SetConfigLine& set, std::size_t max_faults);

// SetConfigLines ends at the first fault.
Outcome<void> SetConfigLines(std::string_view text, std::string_view name,
                             const SetConfigLine& set);

// ReadConfigFile is the text of a configuration file of at most kMaxConfigSize bytes.
Outcome<std::string> ReadConfigFile(const std::string& path);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_CONFIG_LINES_H_
