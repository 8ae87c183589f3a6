// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/selftest/programs.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tattle::cli::programs_test {
namespace {

using Words = std::vector<std::string>;

TEST(FindTestCommandTest, KnowsProgramsByNamePathAndVersion) {
  const std::string python = FindTestCommand({"python"})->argv.back();
  EXPECT_NE(python.find("ssl.create_default_context"), std::string::npos);
  for (const char* word : {"python3", "/usr/bin/python3.11", "./python3-3.12"}) {
    const Outcome<Command> command = FindTestCommand({word});
    ASSERT_TRUE(command) << word;
    EXPECT_EQ(command->argv.front(), word);
    EXPECT_EQ(command->argv.back(), python);
  }
  EXPECT_TRUE(FindTestCommand({"lua5.4"}));
  EXPECT_TRUE(FindTestCommand({"nodejs"}));
}

TEST(FindTestCommandTest, TakesCommandsThatSayWhereToConnect) {
  const Words words = {"fetch", "--to", "{host}:{port}"};
  EXPECT_EQ(FindTestCommand(words)->argv, words);
  EXPECT_EQ(FindTestCommand({"fetch-{port}"})->argv, Words({"fetch-{port}"}));
}

TEST(FindTestCommandTest, RefusesWhatItCannotPointAtTheServer) {
  for (const Words& words : {Words{"prosody"}, Words{"curl", "https://example.org"}, Words{""},
                             Words{"3.11"}, Words{"curl", "{hots}"}}) {
    EXPECT_FALSE(FindTestCommand(words)) << words.front();
  }
}

TEST(FillInTest, ReplacesEveryPlaceholderOnce) {
  const Command command =
      FillIn({{"{host}{host}", "{port}/{url}", "{cafile} {cnf} {other}"}, {}, {}, ""},
             {"{port}", "1", "u", "c", "f"});
  // A value that looks like a placeholder is a value.
  EXPECT_EQ(command.argv, Words({"{port}{port}", "1/u", "c f {other}"}));
}

}  // namespace
}  // namespace tattle::cli::programs_test
