// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/command_line.h"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>

#include "plugin/service/help_formatter.h"

namespace tattle {
namespace {

// NameOf is the program with the verbs that were named, as one asks for their help.
std::string NameOf(const CLI::App& app) {
  std::string name = app.get_name();
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    name += " " + at->get_name();
  }
  return name;
}

// DescribeMistake is a line on stderr, like those of all other errors.
std::string DescribeMistake(const CLI::App* app, const CLI::Error& error) {
  return app->get_name() + ": " + error.what() + ": see " + NameOf(*app) + " --help\n";
}

// IsArgument: by its place, without a dash.
bool IsArgument(const std::string& names) {
  return !names.starts_with('-');
}

// Typed names the value of an option until TypeName says better. CLI11 shows a type of its own.
CLI::Option* Typed(CLI::Option* option, const std::string& names, const char* type_name) {
  return option->type_name(IsArgument(names) ? "" : type_name);
}

// ParsedBy runs a parse of CLI11, which says by exceptions that it is over.
template <typename Parse>
Parsed ParsedBy(const CLI::App& app, const Parse& parse) {
  try {
    parse();
  } catch (const CLI::ParseError& error) {
    // Help and version end here too, with status 0.
    return app.exit(error) == 0 ? Parsed::kAnswered : Parsed::kMistake;
  }
  return Parsed::kRead;
}

}  // namespace

VerbOption VerbOption::Required() const {
  option_->required();
  return *this;
}

VerbOption VerbOption::TypeName(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

VerbOption VerbOption::Group(const std::string& heading) const {
  option_->group(heading);
  return *this;
}

VerbOption VerbOption::ShowDefault() const {
  option_->capture_default_str();
  return *this;
}

VerbOption VerbOption::OneOf(const std::vector<std::string>& words) const {
  option_->check(CLI::IsMember(words).description(""));
  return *this;
}

VerbOption VerbOption::InRange(int min, int max) const {
  option_->check(CLI::Range(min, max).description(""));
  return *this;
}

VerbOption VerbOption::InRange(unsigned min, unsigned max) const {
  option_->check(CLI::Range(min, max).description(""));
  return *this;
}

VerbOption VerbOption::ExactlyOf(int num_values) const {
  option_->expected(num_values);
  return *this;
}

VerbOption VerbOption::NotWith(const VerbOption& other) const {
  option_->excludes(other.option_);
  return *this;
}

VerbOption VerbOption::OneValueEach() const {
  option_->allow_extra_args(false);
  return *this;
}

VerbOption VerbOption::SplitAt(char delimiter) const {
  option_->delimiter(delimiter);
  return *this;
}

Verb Verb::AddVerb(const std::string& name, const std::string& summary) const {
  CLI::App* const verb = app_->add_subcommand(name, summary);
  verb->footer("");  // a verb's own, not that of the one above
  verb->group("Verbs");
  return Verb(verb);
}

void Verb::RequireVerb() const {
  app_->require_subcommand(1);
}

VerbOption Verb::AddOption(const std::string& names, std::string& value,
                           const std::string& help) const {
  return VerbOption(Typed(app_->add_option(names, value, help), names, "VALUE"));
}

VerbOption Verb::AddOption(const std::string& names, std::vector<std::string>& values,
                           const std::string& help) const {
  return VerbOption(Typed(app_->add_option(names, values, help), names, "VALUE"));
}

VerbOption Verb::AddOption(const std::string& names, std::uint32_t& value,
                           const std::string& help) const {
  return VerbOption(Typed(app_->add_option(names, value, help), names, "N"));
}

VerbOption Verb::AddOption(const std::string& names, std::uint64_t& value,
                           const std::string& help) const {
  return VerbOption(Typed(app_->add_option(names, value, help), names, "N"));
}

VerbOption Verb::AddOption(const std::string& names, double& value, const std::string& help) const {
  return VerbOption(Typed(app_->add_option(names, value, help), names, "N"));
}

VerbOption Verb::AddFlag(const std::string& names, bool& value, const std::string& help) const {
  return VerbOption(app_->add_flag(names, value, help));
}

void Verb::LastCounts() const {
  app_->option_defaults()->take_last();
}

void Verb::AddConfigFile(const std::string& names, const std::string& help) const {
  app_->set_config(names, "", help)->type_name("FILE");
}

void Verb::AddVersion(const std::string& names, const std::string& text) const {
  app_->set_version_flag(names, text)->description("print the version and exit");
}

void Verb::Footer(const std::string& text) const {
  app_->footer(text);
}

void Verb::OnCall(std::function<void()> action) const {
  app_->callback(std::move(action));
}

bool Verb::was_called() const {
  return app_->parsed();
}

CommandLine::CommandLine(const std::string& summary, const std::string& program)
    : app_(std::make_unique<CLI::App>(summary, program)) {
  app_->failure_message(DescribeMistake);
  app_->formatter(MakeHelpFormatter());
  app_->set_help_flag("-h,--help", "print this help and exit");
}

CommandLine::~CommandLine() = default;
CommandLine::CommandLine(CommandLine&& other) noexcept = default;
CommandLine& CommandLine::operator=(CommandLine&& other) noexcept = default;

Verb CommandLine::top() const {
  return Verb(app_.get());
}

bool CommandLine::HasVerb(const std::string& name) const {
  const auto has_name = [&](const CLI::App* verb) { return verb->get_name() == name; };
  return !app_->get_subcommands(has_name).empty();
}

Parsed CommandLine::Parse(int argc, char** argv) const {
  return ParsedBy(*app_, [&] { app_->parse(argc, argv); });
}

Parsed CommandLine::Parse(std::vector<std::string> words) const {
  std::reverse(words.begin(), words.end());  // CLI11 takes the first word from the end
  return ParsedBy(*app_, [&] { app_->parse(std::move(words)); });
}

}  // namespace tattle
