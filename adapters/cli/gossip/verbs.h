// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The verbs of `tattle gossip`. Private to it.

#ifndef TATTLE_ADAPTERS_CLI_GOSSIP_VERBS_H_
#define TATTLE_ADAPTERS_CLI_GOSSIP_VERBS_H_

#include "plugin/service/command_line.h"

namespace tattle::cli {

void AddGossipStatusVerb(Verb gossip, int& exit_status);
void AddGossipPeersVerb(Verb gossip, int& exit_status);
void AddGossipSendVerb(Verb gossip, int& exit_status);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_GOSSIP_VERBS_H_
