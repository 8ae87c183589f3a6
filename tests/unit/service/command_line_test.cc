// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/command_line.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tattle {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// A program with a verb that has an option of every kind.
class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() {
    line_.top().RequireVerb();
    line_.top().AddVersion("--version", "program 1.2");
    const Verb verb = line_.top().AddVerb("take", "takes what it is given");
    verb.AddOption("FILE", file_, "the first file").Required();
    verb.AddOption("-n,--name", name_, "a name").OneOf({"one", "two"}).TypeName("NAME");
    verb.AddOption("--word", words_, "words").OneValueEach().SplitAt(',');
    verb.AddOption("--pair", pair_, "two words").ExactlyOf(2);
    const VerbOption seconds =
        verb.AddOption("--seconds", seconds_, "how long").InRange(1, 60).ShowDefault();
    verb.AddOption("--count", count_, "how many").InRange(2U, 9U).Group("Numbers");
    verb.AddOption("--share", share_, "a part").NotWith(seconds);
    verb.AddFlag("--json", json_, "as JSON");
    verb.Footer("The end.");
    verb.OnCall([this] { ++num_calls_; });
  }

  Parsed Parse(const std::vector<std::string>& words) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const Parsed parsed = line_.Parse(words);
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return parsed;
  }

  CommandLine line_{"A program.", "program"};
  std::string file_;
  std::string name_;
  std::vector<std::string> words_;
  std::vector<std::string> pair_;
  std::uint32_t seconds_ = 30;
  std::uint64_t count_ = 0;
  double share_ = 0;
  bool json_ = false;
  int num_calls_ = 0;
  std::string out_;
  std::string err_;
};

TEST_F(CommandLineTest, SetsTheVariablesAndCallsTheVerb) {
  EXPECT_EQ(Parse({"take", "--name", "two", "--word", "a,b", "--word", "c", "file", "--seconds",
                   "60", "--count", "9", "--json", "--pair", "x", "y"}),
            Parsed::kRead);
  EXPECT_EQ(num_calls_, 1);
  EXPECT_EQ(file_, "file");
  EXPECT_EQ(name_, "two");
  EXPECT_THAT(words_, ElementsAre("a", "b", "c"));
  EXPECT_THAT(pair_, ElementsAre("x", "y"));
  EXPECT_EQ(seconds_, 60U);
  EXPECT_EQ(count_, 9U);
  EXPECT_TRUE(json_);
  EXPECT_EQ(out_ + err_, "");
}

TEST_F(CommandLineTest, LeavesAloneWhatIsNotGiven) {
  EXPECT_EQ(Parse({"take", "file", "--share", "0.5"}), Parsed::kRead);
  EXPECT_EQ(share_, 0.5);
  EXPECT_EQ(seconds_, 30U);
  EXPECT_THAT(words_, IsEmpty());
  EXPECT_FALSE(json_);
}

TEST_F(CommandLineTest, SaysMistakesOnStderrAndCallsNothing) {
  const std::vector<std::vector<std::string>> mistakes = {
      {},
      {"drop"},
      {"take"},
      {"take", "file", "file"},
      {"take", "file", "--nosuch"},
      {"take", "file", "--name"},
      {"take", "file", "--name", "three"},
      {"take", "file", "--pair", "x"},
      {"take", "file", "--seconds", "0"},
      {"take", "file", "--seconds", "61"},
      {"take", "file", "--seconds", "x"},
      {"take", "file", "--count", "1"},
      {"take", "file", "--count", "10"},
      {"take", "file", "--share", "1", "--seconds", "1"},
      {"take", "file", "--json=perhaps"},
  };
  for (const std::vector<std::string>& words : mistakes) {
    SCOPED_TRACE(testing::PrintToString(words));
    EXPECT_EQ(Parse(words), Parsed::kMistake);
    EXPECT_EQ(num_calls_, 0);
    EXPECT_EQ(out_, "");
    // One line in the form of all errors, that says where there is help.
    EXPECT_THAT(err_, StartsWith("program: "));
    EXPECT_THAT(err_,
                EndsWith(words.empty() || words.front() != "take" ? ": see program --help\n"
                                                                  : ": see program take --help\n"));
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1);
  }
}

TEST_F(CommandLineTest, AnswersHelpAndVersion) {
  EXPECT_EQ(Parse({"--version"}), Parsed::kAnswered);
  EXPECT_EQ(out_, "program 1.2\n");
  EXPECT_EQ(Parse({"--help"}), Parsed::kAnswered);
  EXPECT_EQ(out_, R"(A program.
Usage: program [OPTIONS] VERB

Options:
  -h, --help                  print this help and exit
  --version                   print the version and exit

Verbs:
  take                        takes what it is given
)");
  EXPECT_EQ(Parse({"take", "--help"}), Parsed::kAnswered);
  EXPECT_EQ(out_, R"(takes what it is given
Usage: program take [OPTIONS] FILE

Arguments:
  FILE                        the first file

Options:
  -h, --help                  print this help and exit
  -n, --name NAME             a name
  --word VALUE                words (can be repeated)
  --pair VALUE                two words
  --seconds N                 how long (default 30) (not with --share)
  --share N                   a part (not with --seconds)
  --json                      as JSON

Numbers:
  --count N                   how many

The end.
)");
  EXPECT_EQ(num_calls_, 0);
  EXPECT_EQ(err_, "");
}

TEST(HelpTest, BreaksLongLinesAndGivesAVerbAFooterOfItsOwn) {
  const CommandLine line("A program.", "program");
  line.top().Footer("The program's end.");
  const Verb verb = line.top().AddVerb("take", "takes");
  std::vector<std::string> files;
  std::string value;
  verb.AddOption("FILE", files, "files").Required();
  verb.AddOption("--all", files, "takes all that come").TypeName("FILE");
  verb.AddOption("-l,--a-name-that-takes-a-line", value, "its text").Required();
  verb.AddOption("-t", value,
                 "a text of words that do not all go on one line since it has so many");
  testing::internal::CaptureStdout();
  EXPECT_EQ(line.Parse({"take", "--help"}), Parsed::kAnswered);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), R"(takes
Usage: program take [OPTIONS] FILE...

Arguments:
  FILE                        files

Options:
  -h, --help                  print this help and exit
  --all FILE...               takes all that come
  -l, --a-name-that-takes-a-line VALUE
                              its text (required)
  -t VALUE                    a text of words that do not all go on one line since it has so
                              many
)");
}

TEST_F(CommandLineTest, KnowsItsVerbs) {
  EXPECT_TRUE(line_.HasVerb("take"));
  EXPECT_FALSE(line_.HasVerb("drop"));
  EXPECT_FALSE(line_.HasVerb(""));
}

TEST_F(CommandLineTest, LetsWhatIsCalledThrow) {
  const Verb verb = line_.top().AddVerb("fail", "fails");
  verb.OnCall([] { throw std::runtime_error("it failed"); });
  EXPECT_THROW(line_.Parse({"fail"}), std::runtime_error);
  EXPECT_TRUE(verb.was_called());
}

TEST(VerbTest, TheLastCountsOfWhatIsAddedAfterwards) {
  const CommandLine line("A program.", "program");
  std::string once;
  std::string often;
  line.top().AddOption("--once", once, "");
  line.top().LastCounts();
  line.top().AddOption("--often", often, "");
  EXPECT_EQ(line.Parse({"--often", "a", "--often", "b"}), Parsed::kRead);
  EXPECT_EQ(often, "b");
  testing::internal::CaptureStderr();
  EXPECT_EQ(line.Parse({"--once", "a", "--once", "b"}), Parsed::kMistake);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(IsEmpty()));
}

}  // namespace
}  // namespace tattle
