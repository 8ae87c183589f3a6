// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Whether a process began before its settings were changed: the module reads them once.

#ifndef TATTLE_ADAPTERS_CLI_STATUS_SETTINGS_AGE_H_
#define TATTLE_ADAPTERS_CLI_STATUS_SETTINGS_AGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/cli/processes/processes.h"

namespace tattle::cli {

// SettingsFile is a file, or a folder, that a process reads once.
struct SettingsFile {
  std::string path;
  std::uint64_t changed_ms = 0;  // since 1970
};

// LookAtSettings leaves out what is not there. A file counts as changed when it was written, moved
// into its place, or given another owner or mode: of a file that was moved there, or whose times
// were set back, nothing else tells.
std::vector<SettingsFile> LookAtSettings(const std::vector<std::string>& paths);

// FindChangeSince is the first file that was changed after a process with the module began; "" if
// there is none, or nobody knows when it began. Within a second of its start nobody can say which
// came first.
std::string FindChangeSince(const std::vector<SettingsFile>& files, const Process& process);

// DescribeOldSettings has a sentence for each file that was changed since some of the processes
// began (Process::changed_since). A program may read it later than it begins, so that it says
// "may". `again` is what makes them read it; empty: to be started again.
std::vector<std::string> DescribeOldSettings(const std::vector<Process>& processes,
                                             const std::string& again);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_SETTINGS_AGE_H_
