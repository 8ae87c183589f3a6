// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Structures of Certificate Transparency, field by field, for `tattle decode`.

#ifndef TATTLE_ADAPTERS_CLI_DECODE_DESCRIBE_H_
#define TATTLE_ADAPTERS_CLI_DECODE_DESCRIBE_H_

#include <span>
#include <string_view>

#include "adapters/cli/output/fields.h"
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"

namespace tattle::cli {

// Structure is something that can be decoded: its name on the command line, and how.
struct Structure {
  std::string_view name;
  std::string_view title;
  Result<Fields> (*decode)(Bytes input, const LogList& logs);
};

// Structures in the order in which they are tried on input of unknown kind. A structure takes all
// of the input or none, so at most one fits in practice.
std::span<const Structure> Structures();

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_DECODE_DESCRIBE_H_
