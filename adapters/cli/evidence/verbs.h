// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The verbs of `tattle evidence`. Private to it.

#ifndef TATTLE_ADAPTERS_CLI_EVIDENCE_VERBS_H_
#define TATTLE_ADAPTERS_CLI_EVIDENCE_VERBS_H_

#include "plugin/service/command_line.h"

namespace tattle::cli {

void AddEvidenceVerifyVerb(Verb evidence, int& exit_status);

// AddEvidencePoolVerbs adds list, show and export, which read the pool.
void AddEvidencePoolVerbs(Verb evidence, int& exit_status);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_EVIDENCE_VERBS_H_
