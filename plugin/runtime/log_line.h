// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client has to say to whoever runs the program, a line at a time.

#ifndef TATTLE_PLUGIN_RUNTIME_LOG_LINE_H_
#define TATTLE_PLUGIN_RUNTIME_LOG_LINE_H_

#include <cstdint>

namespace tattle {

enum class LogLevel : std::int32_t { kInfo = 1, kWarning, kError };

// LogLine is given one line at a time, without a line end, by whatever thread has something to
// say; at most one a connection, and what is to be said of the log list. `level` is a LogLevel as a
// number, so that a function of the host fits as it is; `line` is borrowed for the call and ends in
// a NUL.
using LogLine = void (*)(void* arg, std::int32_t level, const char* line);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_LOG_LINE_H_
