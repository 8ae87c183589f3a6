// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/facts.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/cli/enable/program_kind.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::cli::facts_test {
namespace {

constexpr const char* kCnf = "/etc/tattle/openssl.cnf";

Process Running(const std::string& unit, const std::set<std::string>& libraries,
                const std::string& module_path = "") {
  Process process;
  process.pid = 7;
  process.name = "x";
  process.unit = unit;
  process.libraries = libraries;
  process.module_path = module_path;
  return process;
}

Process Hidden(const std::string& unit) {
  Process process = Running(unit, {});
  process.is_hidden = true;
  return process;
}

ProgramFacts Look(const std::string& program, const std::vector<Process>& processes,
                  bool is_root = true, const std::string& root = "") {
  ProgramFacts facts;
  facts.place = {program, root, ""};
  facts.kind = &FindProgramKind(program);
  facts.cnf = kCnf;
  LookAtProcessesOf(facts, processes, is_root);
  return facts;
}

TEST(LookAtProcessesOfTest, SaysWhatAServiceWithoutOpenSslMeans) {
  const std::string unit = "x.service";
  const struct {
    std::vector<Process> processes;
    std::size_t num_problems;
    std::size_t num_unknowns;
  } cases[] = {
      {{}, 0, 0},  // does not run
      {{Running(unit, {"libssl"}, "/m.so")}, 0, 0},
      {{Running(unit, {"libssl"})}, 1, 0},
      {{Running(unit, {"libgnutls"})}, 1, 0},
      {{Running(unit, {"libnss3"})}, 1, 0},
      {{Running(unit, {})}, 0, 1},  // Go; or not yet
      {{Running(unit, {}), Running(unit, {"libssl"}, "/m.so")}, 0, 0},
      {{Running(unit, {"libgnutls"}), Running(unit, {"libssl"}, "/m.so")}, 0, 0},
      {{Running("y.service", {"libgnutls"})}, 0, 0},
      {{Hidden(unit)}, 0, 1},
  };
  for (const auto& item : cases) {
    const ProgramFacts facts = Look("x", item.processes);
    EXPECT_EQ(facts.problems.size(), item.num_problems) << &item - &cases[0];
    EXPECT_EQ(facts.unknowns.size(), item.num_unknowns) << &item - &cases[0];
  }
}

TEST(LookAtProcessesOfTest, SaysWhatItHasNotSeen) {
  for (const char* program : {"postfix", "system-wide", "env", "node"}) {
    StatusFacts facts;
    facts.programs = {Look(program, {Hidden("")}, false)};
    EXPECT_EQ(facts.programs.front().unknowns.size(), 1U) << program;
    EXPECT_EQ(facts.exit_status(), 2) << program;
    EXPECT_TRUE(Look(program, {Hidden("")}, true).unknowns.empty()) << program;
    EXPECT_TRUE(Look(program, {Running("", {})}, false).unknowns.empty()) << program;
  }
  // A unit's own are known by its name.
  EXPECT_TRUE(Look("x", {Hidden("y.service")}, false).unknowns.empty());
}

TEST(LookAtProcessesOfTest, KnowsAUnitByAllItsNames) {
  const testlib::ScratchFolder scratch;
  const std::string folder = "etc/systemd/system";
  std::filesystem::create_directories(scratch.Path(folder));
  scratch.Write("real.service", "");
  scratch.Write("many@.service", "");
  const auto link = [&](const std::string& target, const std::string& name) {
    std::filesystem::create_symlink(target, scratch.Path(folder + "/" + name));
  };
  link(scratch.Path("real.service"), "alias.service");
  link(scratch.Path("many@.service"), "many@a.service");
  link("/dev/null", "masked.service");
  const struct {
    const char* program;
    const char* unit;
    bool owns;
  } cases[] = {
      {"alias", "real.service", true},    {"alias", "alias.service", true},
      {"real", "alias.service", false},   {"many@", "many@b.service", true},
      {"many@a", "many@a.service", true}, {"many@a", "many@b.service", false},
      {"masked", "masked.service", true}, {"masked", "", false},
  };
  for (const auto& item : cases) {
    const ProgramFacts facts =
        Look(item.program, {Running(item.unit, {"libssl"})}, true, scratch.path());
    EXPECT_EQ(!facts.processes.empty(), item.owns) << item.program << ' ' << item.unit;
  }
}

TEST(LookAtProcessesOfTest, SaysThatSettingsAreNewerThanAProcess) {
  Process process = Running("x.service", {"libssl"}, "/m.so");
  process.started_ms = 10'000;
  const auto look = [&](const std::string& program, std::uint64_t changed_ms) {
    ProgramFacts facts;
    facts.place = {program, "", ""};
    facts.kind = &FindProgramKind(program);
    facts.cnf = kCnf;
    facts.settings = {{kCnf, 500}, {"/etc/tattle/tattle.conf", changed_ms}};
    LookAtProcessesOf(facts, {process}, true);
    return facts;
  };
  EXPECT_EQ(look("x", 9'000).problems, std::vector<std::string>());
  StatusFacts facts;
  facts.programs = {look("x", 12'000)};
  EXPECT_EQ(facts.programs[0].problems,
            std::vector<std::string>{"x[7] began before /etc/tattle/tattle.conf was changed: it "
                                     "may run with older settings; systemctl restart x"});
  EXPECT_EQ(facts.exit_status(), 1);
  process.name = "smtp";
  process.openssl_conf = kCnf;
  const std::string old =
      "smtp[7] began before /etc/tattle/tattle.conf was changed: it may run with older settings; ";
  EXPECT_EQ(look("postfix", 12'000).problems, std::vector<std::string>{old + "postfix reload"});
  EXPECT_EQ(look("env", 12'000).problems, std::vector<std::string>{old + "start it again"});
  // That it has no module, or another one, is worse.
  process.module_is_replaced = true;
  EXPECT_EQ(look("x", 12'000).problems.size(), 1U);
  process.module_path.clear();
  EXPECT_EQ(look("x", 12'000).problems.size(), 1U);
}

}  // namespace
}  // namespace tattle::cli::facts_test
