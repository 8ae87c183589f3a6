// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Files from outside, read with a bound.

#ifndef TATTLE_ADAPTERS_CLI_EVIDENCE_FILE_H_
#define TATTLE_ADAPTERS_CLI_EVIDENCE_FILE_H_

#include <cstddef>
#include <string>

#include "adapters/cli/deadline.h"
#include "adapters/cli/outcome.h"
#include "core/base/bytes.h"

namespace tattle::cli {

// ReadEvidenceFile reads a whole file or pipe of 1..max_size bytes. What is larger is refused, by
// its size where the system knows it, before anything is read. A pipe that stays silent ends with
// the deadline.
Outcome<ByteVector> ReadEvidenceFile(const std::string& path, std::size_t max_size,
                                     const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_EVIDENCE_FILE_H_
