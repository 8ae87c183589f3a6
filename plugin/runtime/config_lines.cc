// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/config_lines.h"

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "plugin/runtime/bounds.h"
#include "plugin/runtime/config_value.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

// Line is a line that sets something, and where it stands.
struct Line {
  std::size_t number = 0;
  std::string_view key;
  std::string_view value;
};

// SplitLines leaves comments and blank lines out. An error begins with the line's number.
Outcome<std::vector<Line>> SplitLines(std::string_view text) {
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

Outcome<void> SetLines(std::string_view text, const SetConfigLine& set) {
  const Outcome<std::vector<Line>> lines = SplitLines(text);
  if (!lines) {
    return Sorry(lines.error());
  }
  for (const Line& line : *lines) {
    const std::string begin = std::to_string(line.number) + ": ";
    if (const Outcome<void> done = set(line.key, line.value); !done) {
      return Sorry(begin + done.error());
    }
    // A key that is not known has ended it above: this looks at as many lines as there are keys.
    if (const Line* earlier = FindEarlier(*lines, line); earlier != nullptr) {
      return Sorry(begin + std::string(line.key) + ": stands in line " +
                   std::to_string(earlier->number) + " already; keep one of the two");
    }
  }
  return {};
}

}  // namespace

std::string DescribeUnknownKey(std::string_view key, std::span<const std::string_view> known) {
  std::vector<std::string_view> near;
  std::copy_if(known.begin(), known.end(), std::back_inserter(near),
               [key](std::string_view name) { return IsNearMiss(key, name); });
  return near.empty() ? "no such key; there are " + JoinWords(known, "and")
                      : "no such key; did you mean " + JoinWords(near, "or") + "?";
}

Outcome<void> SetConfigLines(std::string_view text, std::string_view name,
                             const SetConfigLine& set) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // Windows editors write it
  if (text.size() > kMaxConfigSize) {
    return Sorry(std::string(name) + ": is larger than " + std::to_string(kMaxConfigSize) +
                 " bytes");
  }
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (const Outcome<void> done = SetLines(text, set); !done) {
    return Sorry(std::string(name) + ":" + done.error());
  }
  return {};
}

Outcome<std::string> ReadConfigFile(const std::string& path) {
  const tl::expected<FileContent, FileError> content = ReadRegularFile(path, kMaxConfigSize);
  if (!content) {
    return Sorry(content.error().sentence);
  }
  return std::string(AsText(content->bytes));
}

}  // namespace tattle
