// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client says of a connection, in a line.

#ifndef TATTLE_PLUGIN_RUNTIME_SESSION_LINE_H_
#define TATTLE_PLUGIN_RUNTIME_SESSION_LINE_H_

#include <string>
#include <string_view>

#include "core/loglist/log_list.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/log_line.h"
#include "plugin/runtime/session.h"

namespace tattle {

// SessionLine is a value.
struct SessionLine {
  LogLevel level = LogLevel::kInfo;
  std::string text;
  bool is_for_syslog = true;  // also where it was not judged, if somebody has exempted it: whoever
                              // misspells a host is to miss the line
};

// DescribeSession is "HOST: REASON". Behind that of one that is not compliant, or that nobody can
// judge, stands what mode require makes of it: "(refused)", or "(would be refused)" in report.
SessionLine DescribeSession(const Session& session, std::string_view host);

// DescribeStaleList says what follows from a log list that is stale, and what to do.
std::string DescribeStaleList(const LogList& list, OnStale on_stale);

// IsOutOfScope: nothing was to be judged.
bool IsOutOfScope(const Session& session);

// OneLine: a line stays one, whatever names are in it: of hosts, and of logs in somebody's list.
std::string OneLine(std::string line);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_SESSION_LINE_H_
