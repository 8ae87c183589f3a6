// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// PEM text of what is given out as a file.

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_PEM_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_PEM_H_

#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace tattle::cli {

// EncodePem writes DER under a label such as "CERTIFICATE", in lines of 64 (RFC 7468, Section 2).
std::string EncodePem(std::string_view label, Bytes der);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_PEM_H_
