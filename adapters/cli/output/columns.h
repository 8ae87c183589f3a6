// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Rows of text in columns, for a person's terminal.

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_COLUMNS_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_COLUMNS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tattle::cli {

using Row = std::vector<std::string>;

// PaintCell gives a cell its colour, and may add nothing that takes room.
using PaintCell =
    std::function<std::string(std::size_t row, std::size_t column, const std::string& cell)>;

// FormatColumns lays rows out in columns that are as wide as their widest cell, two spaces apart.
// Cells are made printable before they are painted.
std::string FormatColumns(const std::vector<Row>& rows, const PaintCell& paint = nullptr);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_COLUMNS_H_
