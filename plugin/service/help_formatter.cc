// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/help_formatter.h"

#include <cstddef>
#include <sstream>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

namespace tattle {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kTextColumn = 30;
constexpr std::size_t kMaxWidth = 92;  // as our footers have it

// ReplaceAll replaces until there is nothing left to replace.
std::string ReplaceAll(std::string text, const std::string& old, const std::string& by) {
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at)) {
    text.replace(at, old.size(), by);
  }
  return text;
}

// InTwoColumns is `name`, and `text` beside it in lines that are not too long.
std::string InTwoColumns(const std::string& name, const std::string& text) {
  std::string out = std::string(kIndent, ' ') + name;
  std::size_t column = out.size();
  if (!text.empty() && column >= kTextColumn) {
    out += "\n";
    column = 0;
  }
  std::istringstream words(text);
  bool is_first = true;  // of its line
  for (std::string word; words >> word; is_first = false) {
    if (!is_first && column + 1 + word.size() > kMaxWidth) {
      out += "\n";
      column = 0;
      is_first = true;
    }
    const std::size_t gap = is_first ? kTextColumn - column : 1;
    out += std::string(gap, ' ') + word;
    column += gap + word.size();
  }
  return out + "\n";
}

bool IsList(const CLI::Option* option) {
  return option->get_expected_max() == CLI::detail::expected_max_vector_size;
}

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    label("Positionals", "Arguments");
    label("SUBCOMMAND", "VERB");
  }

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    // CLI11 leaves one empty line more between groups of options, and at the end.
    std::string help =
        ReplaceAll(CLI::Formatter::make_help(app, std::move(name), mode), "\n\n\n", "\n\n");
    while (help.ends_with("\n\n")) {
      help.pop_back();
    }
    return help;
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return InTwoColumns(make_option_name(option, is_positional) + make_option_opts(option),
                        make_option_desc(option));
  }

  std::string make_subcommand(const CLI::App* verb) const override {
    return InTwoColumns(verb->get_name(), verb->get_description());
  }

  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    return ReplaceAll(CLI::Formatter::make_option_name(option, is_positional), ",-", ", -");
  }

  // make_option_opts is the name of the value. An argument by its place has none: it is one.
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_positional() || option->get_type_size() == 0) {
      return "";
    }
    return " " + option->get_type_name() +
           (IsList(option) && option->get_allow_extra_args() ? "..." : "");
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::string text = option->get_description();
    if (!option->get_positional() && option->get_required()) {
      text += " (required)";
    }
    if (IsList(option) && !option->get_allow_extra_args()) {
      text += " (can be repeated)";
    }
    if (!option->get_default_str().empty()) {
      text += " (default " + option->get_default_str() + ")";
    }
    for (const CLI::Option* other : option->get_excludes()) {
      text += " (not with " + other->get_name() + ")";
    }
    return text;
  }

  std::string make_option_usage(const CLI::Option* option) const override {
    const std::string name = option->get_name(true, false);
    const bool is_list = option->get_expected_max() > 1;
    const std::string shown = name + (is_list ? "..." : "");
    return option->get_required() ? shown : "[" + shown + "]";
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> MakeHelpFormatter() {
  return std::make_shared<HelpFormatter>();
}

}  // namespace tattle
