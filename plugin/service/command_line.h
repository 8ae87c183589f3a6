// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The command lines of our programs: verbs, and options that are written into variables. CLI11 does
// the work, in one source, since to compile its templates takes longer than most of what uses them.

#ifndef TATTLE_PLUGIN_SERVICE_COMMAND_LINE_H_
#define TATTLE_PLUGIN_SERVICE_COMMAND_LINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): the library says so
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tattle {

// VerbOption is an option, a flag or an argument by its place. It is a handle, as cheap as a
// pointer, and good as long as its CommandLine. All that can be asked of it can be said in a row:
// verb.AddOption(...).Required().TypeName("FILE").
class VerbOption {
 public:
  VerbOption Required() const;

  // TypeName is what help shows for the value, such as FILE; of FILE, DIR and SOCKET completion
  // knows what is meant. Without it an option shows VALUE or N, and an argument its own name.
  VerbOption TypeName(const std::string& name) const;

  // Group is the heading that help shows it under.
  VerbOption Group(const std::string& heading) const;

  // ShowDefault lets help show the value that the variable has now.
  VerbOption ShowDefault() const;

  // OneOf and InRange refuse all other values. Help says nothing of it: the option's text does.
  VerbOption OneOf(const std::vector<std::string>& words) const;
  VerbOption InRange(int min, int max) const;
  VerbOption InRange(unsigned min, unsigned max) const;

  // ExactlyOf wants so many values, NotWith the absence of another option.
  VerbOption ExactlyOf(int num_values) const;
  VerbOption NotWith(const VerbOption& other) const;

  // OneValueEach is for lists: each use of the option takes one word, and further ones are
  // arguments. SplitAt cuts a word at a character into several values.
  VerbOption OneValueEach() const;
  VerbOption SplitAt(char delimiter) const;

 private:
  friend class Verb;
  explicit VerbOption(CLI::Option* option) : option_(option) {}

  CLI::Option* option_;
};

// Verb is a verb of a program, such as `check`, or the program before any verb. A handle, too.
class Verb {
 public:
  // AddVerb adds a verb below this one, with what help says of it in a line.
  Verb AddVerb(const std::string& name, const std::string& summary) const;

  // RequireVerb makes it a mistake to name none of the verbs below this one, or several.
  void RequireVerb() const;

  // AddOption adds an option by its names, "-o,--out", or an argument by its place, "FILE". `value`
  // must outlive the parsing. A list takes all words up to the next option.
  VerbOption AddOption(const std::string& names, std::string& value, const std::string& help) const;
  VerbOption AddOption(const std::string& names, std::vector<std::string>& values,
                       const std::string& help) const;
  VerbOption AddOption(const std::string& names, std::uint32_t& value,
                       const std::string& help) const;
  VerbOption AddOption(const std::string& names, std::uint64_t& value,
                       const std::string& help) const;
  VerbOption AddOption(const std::string& names, double& value, const std::string& help) const;

  // AddFlag adds an option without a value.
  VerbOption AddFlag(const std::string& names, bool& value, const std::string& help) const;

  // LastCounts lets options that are added after it be given several times; the last one counts.
  void LastCounts() const;

  // AddConfigFile adds an option that names a file with options, one a line: name = value.
  void AddConfigFile(const std::string& names, const std::string& help) const;

  // AddVersion adds a flag that prints `text`.
  void AddVersion(const std::string& names, const std::string& text) const;

  // Footer is what help says at its end.
  void Footer(const std::string& text) const;

  // OnCall is what happens when the verb was named and all of its options are read.
  void OnCall(std::function<void()> action) const;

  bool was_called() const;

 private:
  friend class CommandLine;
  explicit Verb(CLI::App* app) : app_(app) {}

  CLI::App* app_;
};

// What has become of a command line.
enum class Parsed {
  kRead,      // the variables are set, and what was called was done
  kAnswered,  // help or version was asked for, and printed
  kMistake,   // it is wrong, and stderr says how
};

// CommandLine owns all that is declared of the command line of one program. Not for several
// threads.
class CommandLine {
 public:
  CommandLine(const std::string& summary, const std::string& program);
  ~CommandLine();
  CommandLine(CommandLine&& other) noexcept;
  CommandLine& operator=(CommandLine&& other) noexcept;
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // top is the program itself: its verbs, and the options before any verb.
  Verb top() const;

  // HasVerb says whether one of the program's own verbs has this name.
  bool HasVerb(const std::string& name) const;

  // Parse reads what main was given, or words without the program's name, and does what is to be
  // done OnCall. What that throws passes through.
  Parsed Parse(int argc, char** argv) const;
  Parsed Parse(std::vector<std::string> words) const;

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_SERVICE_COMMAND_LINE_H_
