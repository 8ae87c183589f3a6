// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/processes/child.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace tattle::cli::child_test {
namespace {

using std::chrono::seconds;

Command Shell(const std::string& script) {
  return {{"sh", "-c", script}, {}, {}, ""};
}

TEST(RunProgramTest, GivesOutputStatusAndInput) {
  Command command = Shell("cat; echo no >&2; exit 3");
  command.input = "yes";
  const Outcome<Child> child = RunProgram(command, Deadline(seconds(20)));
  ASSERT_TRUE(child);
  EXPECT_EQ(child->out(), "yes");
  EXPECT_EQ(child->err(), "no\n");
  EXPECT_EQ(child->exit_status(), 3);
  EXPECT_EQ(RunProgram(Shell("kill -9 $$"), Deadline(seconds(20)))->exit_status(), 128 + 9);
}

TEST(RunProgramTest, ChangesTheEnvironment) {
  setenv("TATTLE_TEST_A", "ours", 1);
  setenv("TATTLE_TEST_B", "ours", 1);
  Command command = Shell("echo \"$TATTLE_TEST_A,$TATTLE_TEST_B,$TATTLE_TEST_C\"");
  command.variables = {{"TATTLE_TEST_A", "new"}, {"TATTLE_TEST_C", "c"}};
  command.without = {"TATTLE_TEST_B"};
  EXPECT_EQ(RunProgram(command, Deadline(seconds(20)))->out(), "new,,c\n");
}

TEST(RunProgramTest, KeepsTheBeginningOfMuchOutput) {
  const Outcome<Child> child =
      RunProgram(Shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done"),
                 Deadline(seconds(60)));
  ASSERT_TRUE(child);
  EXPECT_EQ(child->out().size(), 65536U);
  EXPECT_EQ(child->exit_status(), 0);
}

TEST(RunProgramTest, StopsWhatWritesWithoutAPause) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(RunProgram({{"yes"}, {}, {}, ""}, Deadline(seconds(1))));
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(20));
}

TEST(RunProgramTest, SaysWhatIsNoProgram) {
  for (const char* name : {"no-such-program", "/etc", "/etc/passwd", ""}) {
    EXPECT_FALSE(RunProgram({{name}, {}, {}, ""}, Deadline(seconds(20)))) << name;
  }
}

TEST(ChildTest, IsStoppedWithItsGroup) {
  pid_t group = 0;
  {
    Outcome<Child> child = Child::Start(Shell("sleep 100 & echo go; sleep 100"));
    ASSERT_TRUE(child);
    group = child->group();
    while (child->out().empty()) {
      ASSERT_FALSE(child->HasEnded());
    }
    EXPECT_FALSE(child->Wait(Deadline(std::chrono::milliseconds(50))));
    EXPECT_EQ(kill(-group, 0), 0);
  }
  // The other sleep has no parent any more; somebody takes it away in a moment.
  const Deadline deadline(seconds(20));
  while (kill(-group, 0) == 0 && !deadline.HasPassed()) {
  }
  EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace tattle::cli::child_test
