// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Tables of text on a person's terminal.

#ifndef TATTLE_ADAPTERS_CLI_TEXT_H_
#define TATTLE_ADAPTERS_CLI_TEXT_H_

#include <string>
#include <vector>

namespace tattle::cli {

// FormatTable lays rows out in columns that are as wide as their widest cell, two spaces apart.
// Cells are made printable.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_TEXT_H_
