// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Evidence that a verb came upon, kept as a file.

#ifndef TATTLE_ADAPTERS_CLI_EVIDENCE_WRITE_EVIDENCE_H_
#define TATTLE_ADAPTERS_CLI_EVIDENCE_WRITE_EVIDENCE_H_

#include <string>

#include "plugin/audit/evidence.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// WriteEvidence writes the claim to ID.json in a folder, which is made if it is not there, and says
// where it is. Fails with a sentence.
Outcome<std::string> WriteEvidence(const Claim& claim, const std::string& folder);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_EVIDENCE_WRITE_EVIDENCE_H_
