// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/fields.h"

#include <cstddef>
#include <utility>

#include "adapters/cli/output/terminal_text.h"
#include "core/base/json.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kMaxValueChars = 2000;

}  // namespace

Fields& Fields::Text(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), std::string(value)});
  return *this;
}

Fields& Fields::Number(std::string_view name, std::uint64_t value) {
  fields_.push_back({std::string(name), value});
  return *this;
}

Fields& Fields::Struct(std::string_view name, Fields value) {
  fields_.push_back({std::string(name), std::vector<Fields>{std::move(value)}});
  return *this;
}

Fields& Fields::List(std::string_view name, std::vector<Fields> values) {
  fields_.push_back({std::string(name), std::move(values), true});
  return *this;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the structures
void Fields::AppendText(std::size_t indent, std::string& out) const {
  const std::string margin(indent, ' ');
  for (const Field& field : fields_) {
    if (const auto* nested = std::get_if<std::vector<Fields>>(&field.value)) {
      for (std::size_t i = 0; i < nested->size(); ++i) {
        out += margin + field.name + (field.is_list ? " " + std::to_string(i + 1) : "") + ":\n";
        (*nested)[i].AppendText(indent + kIndent, out);
      }
      continue;
    }
    out += margin + field.name + ": ";
    if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
      out += std::to_string(*number);
    } else {
      out += Sanitize(std::get<std::string>(field.value), kMaxValueChars);
    }
    out += '\n';
  }
}

std::string Fields::RenderText() const {
  std::string out;
  AppendText(0, out);
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the structures
std::string Fields::RenderJson() const {
  std::string out = "{";
  for (const Field& field : fields_) {
    out += (out.size() > 1 ? "," : "") + json::Quote(field.name) + ':';
    if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
      out += std::to_string(*number);
    } else if (const auto* text = std::get_if<std::string>(&field.value)) {
      out += json::Quote(*text);
    } else {
      std::string items;
      for (const Fields& item : std::get<std::vector<Fields>>(field.value)) {
        items += (items.empty() ? "" : ",") + item.RenderJson();
      }
      out += field.is_list ? '[' + items + ']' : items;
    }
  }
  return out + '}';
}

}  // namespace tattle::cli
