// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/commands.h"
#include "adapters/cli/evidence/verbs.h"

namespace tattle::cli {

void AddEvidenceCommand(Verb program, int& exit_status) {
  const Verb evidence =
      program.AddVerb("evidence", "verify, list, show and export what logs did wrong");
  evidence.RequireVerb();
  evidence.Footer(
      "Evidence is a file that shows what a log did wrong: the objects that it signed, and a "
      "proof.\n"
      "It is conclusive where they convict the log by themselves, and indicative where somebody\n"
      "else may have made it look like this. Nothing that the file says of itself is believed.\n\n"
      "Exit status: 0 yes, 1 no, 2 could not tell.\n\n"
      "Examples:\n"
      "  tattle evidence verify split_view.json\n"
      "  tattle evidence list\n"
      "  tattle evidence export 3f2a > evidence.json");
  AddEvidenceVerifyVerb(evidence, exit_status);
  AddEvidencePoolVerbs(evidence, exit_status);
}

}  // namespace tattle::cli
