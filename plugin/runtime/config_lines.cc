// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/config_lines.h"

#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "plugin/runtime/bounds.h"
#include "plugin/runtime/config_value.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

// LineNumbers are of the lines that set keys.
using LineNumbers = std::map<std::string_view, std::size_t>;

// SetLine passes over comments and blank lines.
Outcome<void> SetLine(std::string_view line, std::size_t number, const SetConfigLine& set,
                      LineNumbers& earlier) {
  if (const std::optional<std::string> fault = FindControlCharacter(line)) {
    return Sorry(*fault);
  }
  if (line.empty() || line.front() == '#') {
    return {};
  }
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    return Sorry("\"" + Excerpt(line) + "\" has no =; write key = value");
  }
  const std::string_view key = Trim(line.substr(0, equals));
  if (Outcome<void> done = set(key, Trim(line.substr(equals + 1))); !done) {
    return done;
  }
  if (const auto [place, is_first] = earlier.emplace(key, number); !is_first) {
    return Sorry(std::string(key) + ": stands in line " + std::to_string(place->second) +
                 " already; keep one of the two");
  }
  return {};
}

// TakeLine takes the first line off, without what ends it and blanks around it.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t len = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, len);
  text.remove_prefix(std::min(len + 1, text.size()));
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  return Trim(line);
}

}  // namespace

std::string DescribeUnknownKey(std::string_view key, std::span<const std::string_view> known) {
  std::vector<std::string_view> near;
  std::copy_if(known.begin(), known.end(), std::back_inserter(near),
               [key](std::string_view name) { return IsNearMiss(key, name); });
  return near.empty() ? "no such key; there are " + JoinWords(known, "and")
                      : "no such key; did you mean " + JoinWords(near, "or") + "?";
}

std::vector<std::string> SetAllConfigLines(std::string_view text, std::string_view name,
                                           const SetConfigLine& set, std::size_t max_faults) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // Windows editors write it
  if (text.size() > kMaxConfigSize) {
    return {std::string(name) + ": is larger than " + std::to_string(kMaxConfigSize) + " bytes"};
  }
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  std::vector<std::string> faults;
  LineNumbers numbers;
  for (std::size_t number = 1; !text.empty() && faults.size() < max_faults; ++number) {
    if (const auto done = SetLine(TakeLine(text), number, set, numbers); !done) {
      faults.push_back(std::string(name) + ":" + std::to_string(number) + ": " + done.error());
    }
  }
  return faults;
}

Outcome<void> SetConfigLines(std::string_view text, std::string_view name,
                             const SetConfigLine& set) {
  std::vector<std::string> faults = SetAllConfigLines(text, name, set, 1);
  return faults.empty() ? Outcome<void>() : Sorry(std::move(faults.front()));
}

Outcome<std::string> ReadConfigFile(const std::string& path) {
  const tl::expected<FileContent, FileError> content = ReadRegularFile(path, kMaxConfigSize);
  if (!content) {
    return Sorry(content.error().sentence);
  }
  return std::string(AsText(content->bytes));
}

}  // namespace tattle
