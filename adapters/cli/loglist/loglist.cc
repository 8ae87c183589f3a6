// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/commands.h"
#include "adapters/cli/loglist/verbs.h"

namespace tattle::cli {

void AddLogListCommand(Verb program, int& exit_status) {
  const Verb loglist =
      program.AddVerb("loglist", "show, verify, convert, compare, sign and update log lists");
  loglist.RequireVerb();
  loglist.Footer(
      "A log list says which CT logs there are, who runs them and what is thought of them. Where "
      "a\n"
      "verb needs a list and none is named, it takes the file that TATTLE_LOG_LIST names, else\n"
      "/var/lib/tattle/log_list.json, else the list that is built into tattle. Lists are JSON\n"
      "(schema v3, also as Apple and Mozilla write it) or OpenSSL's ctlog format; which one is "
      "seen\n"
      "from the content. Keys that the built-in list denies stay denied in every list.\n\n"
      "Exit status: 0 yes, 1 no, 2 could not tell.\n\n"
      "Examples:\n"
      "  tattle loglist show\n"
      "  tattle loglist verify log_list.json --key list_key.pem\n"
      "  tattle loglist update log_list.json --key list_key.pem");
  AddShowVerb(loglist, exit_status);
  AddVerifyVerb(loglist, exit_status);
  AddConvertVerb(loglist, exit_status);
  AddDiffVerb(loglist, exit_status);
  AddSignVerb(loglist, exit_status);
  AddUpdateVerb(loglist, exit_status);
}

}  // namespace tattle::cli
