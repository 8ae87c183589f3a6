// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "adapters/cli/status/facts.h"
#include "adapters/cli/status/render.h"

namespace tattle::cli::status_test {
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
  facts.others.back() = Running(3, true, true);
  facts.others.back().changed_since = "/etc/tattle/tattle.conf";
  EXPECT_EQ(facts.exit_status(), 1);
  facts.others.clear();
  facts.programs[0].problems = {"no module"};
  EXPECT_EQ(facts.exit_status(), 1);
  facts.programs[0].unknowns = {"no postconf"};
  EXPECT_EQ(facts.exit_status(), 2);
  facts.programs.clear();
  facts.unknowns = {"no postconf"};
  EXPECT_EQ(facts.exit_status(), 2);
  facts.unknowns.clear();
  facts.notes = {"run as root"};
  facts.daemon_silence = "not running";
  EXPECT_EQ(facts.exit_status(), 0);
  facts.should_daemon_answer = true;
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

TEST(RenderStatusTextTest, SaysWhatIsTheMatterWithOthers) {
  StatusFacts facts;
  facts.others = {Running(1, true, true), Running(2, true, false), Running(3, true, true)};
  facts.others[2].changed_since = "/etc/tattle/tattle.conf";
  facts.others[2].started_ms = 1'790'000'000'000;
  const std::string text = RenderStatusText(facts);
  EXPECT_NE(
      text.find("  p[1] has the module\n"
                "  p[2] problem: reads /etc/tattle/openssl.cnf and has not loaded the module\n"
                "  p[3] problem: has the module, and began before /etc/tattle/tattle.conf was "
                "changed: it may run with older settings; start it again\n"),
      std::string::npos)
      << text;
  const std::string json = RenderStatusJson(facts);
  EXPECT_NE(json.find(R"("started":null,"changed_since":null)"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("started":"2026-09-21T14:13:20Z",)"
                      R"("changed_since":"/etc/tattle/tattle.conf")"),
            std::string::npos)
      << json;
}

constexpr std::string_view kAnswer =
    R"({"version":"1.2","pid":7,"started":"2026-10-14T17:46:40Z","mode":"require",)"
    R"("policy":"chrome","log_list":{"loaded":true,"timestamp":"2026-09-21T00:00:00Z",)"
    R"("stale":true,"logs":2},"pool":{"scts":5,"pending_scts":3,"evidence":1},)"
    R"("audits":{"on":true,"logs":2,"audited":1,"last":"2026-10-14T17:46:40Z","next":null},)"
    R"("counters":{"observations":9,"checks":4,"checks_refused":1,"verdicts_compliant":6,)"
    R"("verdicts_not_compliant":7},)"
    R"("logs":[{"log_id":"AA==","log":"Alpha\u001b[2J","evidence":1,"failures":2,)"
    R"("last_failure":"timeout"},{"log_id":"AQ==","log":null,"evidence":0,"failures":0}],)"
    R"("problems":["pool: is full"]})";

TEST(DaemonFactsTest, AreShownBehindTheRest) {
  const auto daemon = DecodeDaemonFacts(AsBytes(kAnswer));
  ASSERT_TRUE(daemon.has_value()) << daemon.error();
  StatusFacts facts;
  facts.daemon = *daemon;
  EXPECT_EQ(RenderStatusText(facts),
            "no program is enabled to take Tattle from OpenSSL: see `tattle enable --help`\n"
            "\n"
            "tattled: running\n"
            "  process   7, version 1.2, since 2026-10-14T17:46:40Z\n"
            "  judges    mode require, policy chrome, for those who ask: 4 chains, 1 refused\n"
            "  log list  of 2026-09-21T00:00:00Z, 2 logs, stale\n"
            "  seen      9 observations; SCTs kept: 5, 3 of them not yet settled\n"
            "  verdicts  6 compliant, 7 not compliant\n"
            "  audits    1 of 2 logs audited, last 2026-10-14T17:46:40Z, next not planned\n"
            "  evidence  1; see `tattle evidence list`\n"
            "  warning: pool: is full\n"
            "  warning: log Alpha?[2J: 1 piece of evidence\n"
            "  warning: log Alpha?[2J: 2 audits in a row failed, the last: timeout\n");
  EXPECT_EQ(facts.exit_status(), 0);
  EXPECT_NE(RenderStatusJson(facts).find("\"daemon\":{\"version\":\"1.2\","), std::string::npos);
}

TEST(DaemonFactsTest, ShowWhereItGossips) {
  StatusFacts facts;
  facts.daemon =
      DecodeDaemonFacts(
          AsBytes(
              R"({"counters":{"gossip_requests":12,"gossip_heads_stored":3,"gossip_scts":1},)"
              R"("gossip":{"listens":["192.0.2.1:443","/run/g\u001b"],"invalid_scts":[{},{}]}})"))
          .value();
  const std::string text = RenderStatusText(facts);
  EXPECT_NE(text.find("  gossip    at 192.0.2.1:443, /run/g?: 12 requests, 3 new heads, 1 new SCT; "
                      "brought back and not verified: 2 SCTs\n"),
            std::string::npos)
      << text;
}

TEST(DaemonFactsTest, SayWhetherLogsAreAudited) {
  const auto text_of = [](std::string_view answer) {
    StatusFacts facts;
    facts.daemon = DecodeDaemonFacts(AsBytes(answer)).value();
    return RenderStatusText(facts);
  };
  EXPECT_EQ(text_of("{}").find("audits"), std::string::npos);
  EXPECT_NE(text_of(R"({"audits":{"on":false,"logs":2}})").find("  audits    off\n"),
            std::string::npos);
  EXPECT_NE(text_of(R"({"audits":{"on":true,"logs":2,"next":"2026-10-14T17:46:40Z"}})")
                .find("  audits    0 of 2 logs audited, last never, next 2026-10-14T17:46:40Z\n"),
            std::string::npos);
}

TEST(DaemonFactsTest, SayWhoWouldBeRefused) {
  StatusFacts facts;
  facts.daemon =
      DecodeDaemonFacts(
          AsBytes(R"({"time":"2026-10-14T17:46:40Z","verdicts":{"hosts":[{"host":"mx.example",)"
                  R"("policy":"chrome","mode":"report","last":"2026-10-14T17:41:40Z","times":3,)"
                  R"("reason":null},{"host":"","policy":"apple\u001b","mode":"require",)"
                  R"("last":"2026-10-14T17:46:40Z","times":1,"reason":"no SCT\u001b[2J"}]}})"))
          .value();
  EXPECT_NE(
      RenderStatusText(facts).find(
          "  would be refused: mx.example (3 times, last 5 min ago, policy chrome)\n"
          "  refused: hosts without a name (1 time, last 0 s ago, policy apple?): no SCT?[2J\n"),
      std::string::npos)
      << RenderStatusText(facts);
  facts.daemon->refusals.assign(50, facts.daemon->refusals.front());
  EXPECT_NE(RenderStatusText(facts).find("  and 30 more: see `tattle status --json`\n"),
            std::string::npos);
}

TEST(DaemonFactsTest, SilenceIsSaid) {
  StatusFacts facts;
  facts.daemon_silence = "does not answer at /c (gone)";
  facts.notes = {"3 processes"};
  EXPECT_EQ(RenderStatusText(facts),
            "no program is enabled to take Tattle from OpenSSL: see `tattle enable --help`\n"
            "\n"
            "tattled: does not answer at /c (gone)\n"
            "note: 3 processes\n");
  EXPECT_NE(RenderStatusJson(facts).find(
                R"-("daemon":null,"daemon_silence":"does not answer at /c (gone)",)-"
                R"("unknowns":[],"notes":["3 processes"]})"),
            std::string::npos);
}

TEST(DaemonFactsTest, AnAnswerThatIsNoneIsSaid) {
  EXPECT_EQ(DecodeDaemonFacts(AsBytes("")).error(), "its answer is not JSON");
  EXPECT_EQ(DecodeDaemonFacts(AsBytes("[]")).error(), "its answer is not JSON");
  EXPECT_EQ(DecodeDaemonFacts(AsBytes(R"({"error":"x"})")).error(),
            "it did not understand the question; it may be of another version");
  EXPECT_TRUE(DecodeDaemonFacts(AsBytes("{}")).has_value());
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
}  // namespace tattle::cli::status_test
