// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Fields: what `tattle decode` found, as a tree of names and values, written for people or
// programs.

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_FIELDS_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_FIELDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tattle::cli {

// NOLINTBEGIN(misc-no-recursion): structures hold structures, three deep, and we make them all
// Fields is one structure: its fields in their order, each a text, a number, a structure, or a list
// of structures.
class Fields {
 public:
  Fields& Text(std::string_view name, std::string_view value);
  Fields& Number(std::string_view name, std::uint64_t value);
  Fields& Struct(std::string_view name, Fields value);
  Fields& List(std::string_view name, std::vector<Fields> values);

  // RenderText writes a line a field, nested structures indented. Values are made safe to print.
  std::string RenderText() const;

  // RenderJson writes one object on one line, without a line end.
  std::string RenderJson() const;

 private:
  struct Field {
    std::string name;
    std::variant<std::string, std::uint64_t, std::vector<Fields>> value;
    bool is_list = false;  // of structures; otherwise the vector holds one
  };

  void AppendText(std::size_t indent, std::string& out) const;

  std::vector<Field> fields_;
};

// NOLINTEND(misc-no-recursion)

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_FIELDS_H_
