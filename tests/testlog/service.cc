// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/service.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/note/checkpoint.h"
#include "plugin/runtime/config_value.h"
#include "tests/testlog/api.h"

namespace tattle::testlog {
namespace {

constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

std::string UrlOf(std::string_view base_url, const Log& log) {
  return std::string(base_url) + "/" + log.options().name + "/";
}

// Target is the "LOG[@FACE]" of a command.
struct Target {
  std::string_view log;
  std::optional<std::size_t> face;
};

Outcome<Target> DecodeTarget(std::string_view text) {
  const std::size_t at = text.find('@');
  Target out{text.substr(0, at), std::nullopt};
  if (at != std::string_view::npos) {
    const std::string_view digits = text.substr(at + 1);
    std::size_t face = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), face);
    if (error != std::errc() || end != digits.end()) {
      return Sorry(fmt::format("\"{}\" is no face: they are numbered from 0", Excerpt(digits)));
    }
    out.face = face;
  }
  return out;
}

}  // namespace

Outcome<std::unique_ptr<Service>> Service::Create(std::vector<std::unique_ptr<Log>> logs) {
  std::vector<std::string_view> names;
  for (const std::unique_ptr<Log>& log : logs) {
    const std::string& name = log->options().name;
    if (name.empty() || name.find_first_not_of(kNameCharacters) != std::string::npos) {
      return Sorry(
          fmt::format("\"{}\" is no name for a log: letters, digits and -_.", Excerpt(name)));
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return Sorry("two logs have the name " + name);
    }
    names.push_back(name);
  }
  return std::unique_ptr<Service>(new Service(std::move(logs)));
}

Log* Service::Find(std::string_view name) const {
  const auto found = std::find_if(logs_.begin(), logs_.end(),
                                  [&](const auto& log) { return log->options().name == name; });
  return found == logs_.end() ? nullptr : found->get();
}

HttpResponse Service::Answer(std::size_t face, const HttpRequest& request,
                             std::uint64_t now_ms) const {
  std::string_view path = request.path;
  if (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    Log* log = Find(name);
    if (log != nullptr && face < log->num_faces()) {
      return testlog::Answer({*log, face, request, path.substr(name.size()), now_ms});
    }
  }
  return ErrorResponse(404, "there is no log here");
}

Outcome<void> Service::Command(std::string_view line, std::uint64_t now_ms) const {
  line = Trim(line);
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) {
    return Sorry("a command is LOG[@FACE] LIE[=VALUE], or LOG[@FACE] honest");
  }
  const Outcome<Target> target = DecodeTarget(line.substr(0, blank));
  if (!target) {
    return Sorry(target.error());
  }
  Log* log = Find(target->log);
  if (log == nullptr) {
    return Sorry("there is no log \"" + Excerpt(target->log) + "\"");
  }
  const std::string_view lie = Trim(line.substr(blank));
  if (lie == "honest") {
    log->BeHonest(target->face);
    return {};
  }
  return log->Tell(lie, target->face, now_ms);
}

Outcome<void> Service::Sequence(std::uint64_t now_ms) const {
  Outcome<void> first;
  for (const std::unique_ptr<Log>& log : logs_) {
    if (const Outcome<void> done = log->Sequence(now_ms); !done && first) {
      first = done;
    }
  }
  return first;
}

void Service::SetBaseUrl(std::size_t face, std::string_view url) const {
  for (const std::unique_ptr<Log>& log : logs_) {
    const std::string prefix = UrlOf(url, *log);
    if (const Result<std::string_view> origin = CheckpointOrigin(prefix)) {
      log->SetOrigin(face, std::string(*origin));
    }
  }
}

Outcome<LogList> Service::ListFor(std::string_view base_url, std::uint64_t now_ms) const {
  LogList::Content content;
  content.timestamp_ms = now_ms;
  content.version = "1";
  for (const std::unique_ptr<Log>& log : logs_) {
    tattle::Log entry = log->ListEntry(UrlOf(base_url, *log));
    if (std::find(content.operators.begin(), content.operators.end(), entry.operator_name) ==
        content.operators.end()) {
      content.operators.push_back(entry.operator_name);
    }
    content.logs.push_back(std::move(entry));
  }
  Result<LogList> list = LogList::Create(std::move(content));
  if (!list) {
    return Sorry(Describe(list.error()));
  }
  return *std::move(list);
}

}  // namespace tattle::testlog
