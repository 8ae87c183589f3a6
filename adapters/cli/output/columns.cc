// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/columns.h"

#include <algorithm>

#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {

std::string FormatColumns(const std::vector<Row>& rows, const PaintCell& paint) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], NumChars(Printable(row[i])));
    }
  }
  std::string out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::string line;
    for (std::size_t i = 0; i < rows[row].size(); ++i) {
      const std::string cell = Printable(rows[row][i]);
      line += (paint ? paint(row, i, cell) : cell) + Padding(cell, widths[i] + 2);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return out;
}

}  // namespace tattle::cli
