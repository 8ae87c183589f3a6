// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Text from outside on a person's terminal.

#ifndef TATTLE_ADAPTERS_CLI_TEXT_H_
#define TATTLE_ADAPTERS_CLI_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

namespace tattle::cli {

// Printable puts a '?' for every control character, so that a name in a list or certificate cannot
// move the cursor or fake a line.
std::string Printable(std::string_view text);

// FormatTable lays rows out in columns that are as wide as their widest cell, two spaces apart.
// Cells are made printable.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_TEXT_H_
