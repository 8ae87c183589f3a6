// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/commands.h"
#include "adapters/cli/gossip/verbs.h"

namespace tattle::cli {

void AddGossipCommand(Verb program, int& exit_status) {
  const Verb gossip =
      program.AddVerb("gossip", "show what is told to others of logs, and exchange tree heads");
  gossip.RequireVerb();
  gossip.Footer(
      "Whoever sees a log tells others what he saw: tree heads go to web servers that are willing\n"
      "and to auditors, and a site is told the SCTs that it showed. Then a log cannot show one\n"
      "tree to some and another to the rest. tattled does all of this by itself, as\n"
      "/etc/tattle/tattled.conf says (gossip_servers, gossip_auditors, gossip_feedback); status\n"
      "and peers look into its pool.\n\n"
      "Exit status: 0 yes, 1 no, 2 could not tell.\n\n"
      "Examples:\n"
      "  tattle gossip status\n"
      "  tattle gossip peers --json | jq '.peers[] | select(.willing)'\n"
      "  tattle gossip send --dry-run https://www.example");
  AddGossipStatusVerb(gossip, exit_status);
  AddGossipPeersVerb(gossip, exit_status);
  AddGossipSendVerb(gossip, exit_status);
}

}  // namespace tattle::cli
