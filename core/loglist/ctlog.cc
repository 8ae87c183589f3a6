// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/ctlog.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/loglist/log_entry.h"

namespace tattle {
namespace {

constexpr std::string_view kBlank = " \t";

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool IsQuote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

// CutComment cuts a line at the first '#' that is neither quoted nor behind a backslash.
std::string_view CutComment(std::string_view line) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\') {
      ++i;
    } else if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
    } else if (c == '#') {
      return line.substr(0, i);
    } else if (IsQuote(c)) {
      quote = c;
    }
  }
  return line;
}

// Unescaped is what a character behind a backslash means.
char Unescaped(char c) {
  constexpr std::string_view kLetters = "rnbt";
  constexpr std::string_view kMeant = "\r\n\b\t";
  const std::size_t letter = kLetters.find(c);
  return letter == std::string_view::npos ? c : kMeant[letter];
}

// DecodeValue takes away quotation marks and backslashes; quotes left open end with the line.
Result<std::string> DecodeValue(std::string_view text) {
  std::string out;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      if (++i == text.size()) {
        return Fail(Errc::kUnsupportedFormat, "ctlog.line");
      }
      out += quote == '\0' ? Unescaped(text[i]) : text[i];
    } else if (quote != '\0' ? c == quote : IsQuote(c)) {
      quote = quote != '\0' ? '\0' : c;
    } else if (c == '$' && quote == '\0') {
      return Fail(Errc::kUnsupportedFormat, "ctlog.variable");
    } else {
      out += c;
    }
  }
  return out;
}

bool IsName(std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.') {
      return false;
    }
  }
  return !text.empty();
}

using Section = std::map<std::string, std::string, std::less<>>;

// ConfReader takes the lines of a file into sections.
class ConfReader {
 public:
  Result<void> ReadFile(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      ++line_number_;
      if (line.ends_with('\r')) {
        line.remove_suffix(1);
      }
      if (const Result<void> done = ReadLine(line); !done) {
        return Fail(done.error().code, done.error().field, line_number_);
      }
    }
    return {};
  }

  // Find is the value of `name`, if the section and the name are there.
  std::optional<std::string_view> Find(std::string_view section, std::string_view name) const {
    const auto found_section = sections_.find(section);
    if (found_section == sections_.end()) {
      return std::nullopt;
    }
    const auto found = found_section->second.find(name);
    if (found == found_section->second.end()) {
      return std::nullopt;
    }
    return found->second;
  }

 private:
  Result<void> ReadLine(std::string_view line) {
    for (const char c : line) {
      if ((c >= '\0' && c < ' ' && c != '\t') || c == '\x7f') {
        return Fail(Errc::kBadEncoding, "ctlog.line");
      }
    }
    // OpenSSL would go on with the next line, even in a comment.
    if (line.ends_with('\\') && !line.ends_with("\\\\")) {
      return Fail(Errc::kUnsupportedFormat, "ctlog.line");
    }
    line = Trim(CutComment(line));
    if (line.empty()) {
      return {};
    }
    if (line.starts_with('.')) {
      return Fail(Errc::kUnsupportedFormat, "ctlog.directive");
    }
    return line.starts_with('[') ? ReadSection(line) : ReadAssignment(line);
  }

  Result<void> ReadSection(std::string_view line) {
    const std::string_view name = Trim(line.substr(1, line.size() - 2));
    if (!line.ends_with(']') || !IsName(name)) {
      return Fail(Errc::kBadEncoding, "ctlog.section");
    }
    current_ = name;
    if (!sections_.emplace(current_, Section()).second) {
      return Fail(Errc::kDuplicate, "ctlog.section");
    }
    return {};
  }

  Result<void> ReadAssignment(std::string_view line) {
    const std::size_t equals = line.find('=');
    const std::string_view name = Trim(line.substr(0, equals));
    if (equals == std::string_view::npos || !IsName(name)) {
      return Fail(Errc::kBadEncoding, "ctlog.line");
    }
    Result<std::string> value = DecodeValue(Trim(line.substr(equals + 1)));
    if (!value) {
      return tl::unexpected(value.error());
    }
    if (!sections_[current_].emplace(name, *std::move(value)).second) {
      return Fail(Errc::kDuplicate, "ctlog.name");
    }
    return {};
  }

  std::map<std::string, Section, std::less<>> sections_;
  std::string current_;  // the section without a name comes first
  std::size_t line_number_ = 0;
};

Result<Log> ReadLog(const ConfReader& conf, std::string_view section) {
  const std::optional<std::string_view> key = conf.Find(section, "key");
  if (!key) {
    return Fail(Errc::kMissing, "log.key");
  }
  Result<ByteVector> spki = DecodeBase64(*key);
  if (!spki) {
    return Fail(Errc::kBadEncoding, "log.key");
  }
  Log log;
  if (const Result<void> done = SetLogKey(log, *std::move(spki)); !done) {
    return tl::unexpected(done.error());
  }
  log.description = conf.Find(section, "description").value_or(section);
  log.operator_name = conf.Find(section, "operator").value_or(log.description);
  log.state = LogState::kUsable;
  return log;
}

// Escape makes one line of a description that OpenSSL reads back as it was, but for control
// characters and white space at its ends.
std::string Escape(std::string_view text) {
  std::string line;
  for (const char c : text) {
    line += (c >= '\0' && c < ' ') || c == '\x7f' ? ' ' : c;
  }
  std::string out;
  for (const char c : Trim(line)) {
    if (IsQuote(c) || c == '\\' || c == '#' || c == '$') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

bool IsEndorsed(const LogList& list, const Log& log) {
  const bool good = log.state == LogState::kQualified || log.state == LogState::kUsable ||
                    log.state == LogState::kReadOnly;
  return good && log.type == LogType::kProd && list.FindDenied(log.log_id) == nullptr;
}

}  // namespace

Result<LogList> DecodeLogListCtlog(Bytes text) {
  if (text.size() > kMaxLogListSize) {
    return Fail(Errc::kTooLarge, "ctlog", kMaxLogListSize);
  }
  ConfReader conf;
  if (const Result<void> done = conf.ReadFile(AsText(text)); !done) {
    return tl::unexpected(done.error());
  }
  const std::optional<std::string_view> enabled = conf.Find("", "enabled_logs");
  if (!enabled) {
    return Fail(Errc::kMissing, "ctlog.enabled_logs");
  }
  LogList::Content content;
  std::string_view rest = *enabled;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view section = Trim(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (section.empty()) {
      continue;
    }
    if (content.logs.size() + content.skipped.size() >= kMaxLogs) {
      return Fail(Errc::kTooLarge, "ctlog.enabled_logs");
    }
    Result<Log> log = ReadLog(conf, section);
    if (!log) {
      content.skipped.push_back({std::string(section), log.error()});
      continue;
    }
    content.operators.push_back(log->operator_name);
    content.logs.push_back(*std::move(log));
  }
  return LogList::Create(std::move(content));
}

CtlogText EncodeLogListCtlog(const LogList& list) {
  CtlogText out;
  std::string enabled;
  std::string sections;
  std::size_t num_logs = 0;
  for (const Log& log : list.content().logs) {
    if (!IsEndorsed(list, log)) {
      ++out.num_left_out;
      continue;
    }
    const std::string name = "log" + std::to_string(++num_logs);
    enabled.append(enabled.empty() ? "" : ",").append(name);
    sections.append("\n[").append(name).append("]\ndescription = ");
    sections.append(Escape(log.description)).append("\noperator = ");
    sections.append(Escape(log.operator_name)).append("\nkey = ");
    sections.append(EncodeBase64(log.key_spki)).append("\n");
  }
  out.text = "enabled_logs = " + enabled + "\n" + sections;
  return out;
}

}  // namespace tattle
