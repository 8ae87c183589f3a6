// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "adapters/cli/status_facts.h"
#include "adapters/cli/status_render.h"

namespace tattle::cli {
namespace {

Process Running(int pid, bool has_openssl, bool has_module) {
  Process process;
  process.pid = pid;
  process.name = "p";
  process.openssl_conf = "/etc/tattle/openssl.cnf";
  if (has_openssl) {
    process.libraries.insert("libcrypto");
  }
  process.module_path = has_module ? "/m.so" : "";
  return process;
}

ProgramFacts Enabled() {
  ProgramFacts facts;
  facts.place.program = "prosody";
  facts.kind = &kUnitKind;
  facts.cnf = "/etc/tattle/openssl.cnf";
  facts.module_path = "/m.so";
  facts.mode = "report";
  facts.policy = "chrome";
  return facts;
}

TEST(ExitStatusTest, IsOfTheWorst) {
  StatusFacts facts;
  EXPECT_EQ(facts.exit_status(), 0);
  facts.programs = {Enabled()};
  facts.programs[0].warnings = {"stale"};
  facts.others = {Running(1, true, true), Running(2, false, false)};
  EXPECT_EQ(facts.exit_status(), 0);
  facts.others.push_back(Running(3, true, false));
  EXPECT_EQ(facts.exit_status(), 1);
  facts.others.clear();
  facts.programs[0].problems = {"no module"};
  EXPECT_EQ(facts.exit_status(), 1);
  facts.programs[0].unknowns = {"no postconf"};
  EXPECT_EQ(facts.exit_status(), 2);
  facts.programs.clear();
  facts.unknowns = {"run as root"};
  EXPECT_EQ(facts.exit_status(), 2);
}

TEST(RenderStatusTextTest, NamesTheProcesses) {
  StatusFacts facts;
  facts.programs = {Enabled()};
  EXPECT_NE(RenderStatusText(facts).find("  running   no\n"), std::string::npos);
  facts.programs[0].processes = {Running(7, true, false)};
  for (int pid = 10; pid < 30; ++pid) {
    facts.programs[0].processes.push_back(Running(pid, true, true));
  }
  const std::string text = RenderStatusText(facts);
  EXPECT_NE(text.find("  running   with the module: p[10] p[11]"), std::string::npos) << text;
  EXPECT_NE(text.find(" p[21] and 8 more\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  running   without it: p[7]\n"), std::string::npos) << text;
}

TEST(RenderStatusJsonTest, SaysWhatIsNotKnownAsNull) {
  StatusFacts facts;
  facts.programs = {Enabled()};
  facts.programs[0].unknowns = {"may not be looked at"};
  const std::string json = RenderStatusJson(facts);
  EXPECT_NE(json.find("\"kind\":\"unit\""), std::string::npos);
  EXPECT_NE(json.find("\"in_effect\":null"), std::string::npos);
  EXPECT_NE(json.find("\"log_list\":null"), std::string::npos);
  EXPECT_EQ(json.find('\n'), json.size() - 1);
}

}  // namespace
}  // namespace tattle::cli
