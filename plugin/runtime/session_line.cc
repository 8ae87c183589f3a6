// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/session_line.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/base/time.h"

namespace tattle {
namespace {

bool IsCompliant(const Session& session) {
  return session.verdict && session.verdict->compliant;
}

LogLevel LevelOf(const Session& session) {
  if (session.decision == Decision::kRefuse) {
    return LogLevel::kError;
  }
  return IsCompliant(session) || IsOutOfScope(session) ? LogLevel::kInfo : LogLevel::kWarning;
}

bool IsExempt(const Session& session) {
  return session.scope == Scope::kExemptHost || session.scope == Scope::kExemptSpki;
}

}  // namespace

SessionLine DescribeSession(const Session& session, std::string_view host) {
  SessionLine line;
  line.level = LevelOf(session);
  line.is_for_syslog = !IsOutOfScope(session) || IsExempt(session);
  line.text = host.empty() ? "a host without a name" : host;
  line.text.append(": ").append(session.reason);
  if (line.level != LogLevel::kInfo) {
    line.text.append(session.decision == Decision::kRefuse ? " (refused)" : " (would be refused)");
  }
  return line;
}

std::string DescribeStaleList(const LogList& list, OnStale on_stale) {
  std::string out = "the log list is older than 70 days";
  if (const std::optional<std::uint64_t>& date = list.content().timestamp_ms) {
    out.append(" (of ").append(EncodeRfc3339(*date).substr(0, 10)).append(")");
  }
  out.append(on_stale == OnStale::kFail ? ", so that nothing is compliant"
                                        : ", so that newer logs are unknown and verdicts lenient");
  return out.append("; bring in a newer one with `tattle loglist update`");
}

bool IsOutOfScope(const Session& session) {
  return session.scope != Scope::kPublic && session.scope != Scope::kUnknown;
}

std::string OneLine(std::string line) {
  const auto ends_it = [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; };
  std::replace_if(line.begin(), line.end(), ends_it, '?');
  return line;
}

}  // namespace tattle
