// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/loglist/log_list_source.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/files/file.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "plugin/runtime/session_line.h"
#include "plugin/service/log_list_update.h"

namespace tattle::cli {
namespace {

constexpr const char* kDefaultPath = "/var/lib/tattle/log_list.json";
constexpr const char* kVariable = "TATTLE_LOG_LIST";
constexpr const char* kBuiltIn = "built-in";

std::optional<std::string> PathFromEnvironment() {
  const char* value = std::getenv(kVariable);
  if (value == nullptr || *value == '\0') {
    return std::nullopt;
  }
  return value;
}

Outcome<LoadedLogList> Decode(Bytes text, const std::string& origin) {
  Result<LogList> list = DecodeTrustedLogList(text);
  if (!list) {
    return Sorry(DescribeLogListError(origin, list.error()));
  }
  if (list->content().logs.empty()) {
    return Sorry(
        fmt::format("log list {}: knows no log, so that nothing can be told by it; the "
                    "file may be cut off or damaged, fetch it again",
                    origin));
  }
  return LoadedLogList{std::make_shared<const LogList>(*std::move(list)), origin};
}

}  // namespace

Outcome<LoadedLogList> LoadLogList(const std::string& path) {
  const bool from_environment = path.empty() && PathFromEnvironment();
  const std::string file = path.empty() ? InstalledLogListPath() : path;
  const bool missing = !Exists(file);
  if (missing && path.empty() && !from_environment) {
    return Decode(PinnedLogListJson(), kBuiltIn);
  }
  const Outcome<ByteVector> text = ReadListFile(file);
  if (text) {
    return Decode(*text, file);
  }
  std::string message = text.error();
  if (missing && from_environment) {
    message += fmt::format("; {} names this file: correct it, or unset it for the built-in list",
                           kVariable);
  }
  return Sorry(std::move(message));
}

Outcome<ByteVector> ReadListFile(const std::string& path) {
  Outcome<ByteVector> text = ReadFile(path, kMaxLogListSize);
  if (!text) {
    return Sorry(fmt::format("log list {}: {}", path, text.error()));
  }
  return text;
}

std::string InstalledLogListPath() {
  return PathFromEnvironment().value_or(kDefaultPath);
}

std::string DescribeLogList(const LogList& list, const std::string& origin) {
  const LogList::Content& content = list.content();
  std::string out = Printable(origin);
  if (!content.version.empty()) {
    out += ", version " + Printable(content.version);
  }
  out += content.timestamp_ms ? ", of " + EncodeRfc3339(*content.timestamp_ms) : ", without a date";
  return out;
}

void WarnAboutLogList(const LogList& list, const std::string& origin, std::uint64_t now_ms,
                      OnStale on_stale) {
  for (const SkippedLog& skipped : list.content().skipped) {
    fmt::print(stderr, "tattle: warning: {}: log \"{}\" is left out: {}\n", Printable(origin),
               Printable(skipped.description), Describe(skipped.error));
  }
  if (list.IsStaleAt(now_ms)) {
    fmt::print(stderr, "tattle: warning: {}: {}\n", Printable(origin),
               DescribeStaleList(list, on_stale));
  }
}

}  // namespace tattle::cli
