// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The verbs of the command `tattle`, one file each. Each adds itself to the command line and, when
// it is called, leaves its exit status: 0 yes, 1 no, 2 could not tell.

#ifndef TATTLE_ADAPTERS_CLI_COMMANDS_H_
#define TATTLE_ADAPTERS_CLI_COMMANDS_H_

#include "plugin/service/command_line.h"

namespace tattle::cli {

inline constexpr int kExitYes = 0;
inline constexpr int kExitNo = 1;
inline constexpr int kExitUnknown = 2;

void AddAuditCommand(Verb program, int& exit_status);
void AddCheckCommand(Verb program, int& exit_status);
void AddLogListCommand(Verb program, int& exit_status);
void AddLogCommand(Verb program, int& exit_status);
void AddDecodeCommand(Verb program, int& exit_status);
void AddEnableCommands(Verb program, int& exit_status);  // enable and disable
void AddEvidenceCommand(Verb program, int& exit_status);
void AddFetchCommand(Verb program, int& exit_status);
void AddGossipCommand(Verb program, int& exit_status);
void AddStatusCommand(Verb program, int& exit_status);
void AddSelfTestCommand(Verb program, int& exit_status);
void AddPoolCommand(Verb program, int& exit_status);
void AddSubmitCommand(Verb program, int& exit_status);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_COMMANDS_H_
