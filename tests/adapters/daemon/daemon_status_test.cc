// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/daemon_status.h"

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/daemon/bounds.h"
#include "adapters/daemon/status/control_request.h"
#include "core/base/json.h"

namespace tattle::daemon::daemon_status_test {
namespace {

DaemonStatus Example() {
  DaemonStatus status;
  status.version = "1.2";
  status.pid = 4711;
  status.now_ms = 1'792'000'060'000;
  status.started_ms = 1'792'000'000'000;
  status.mode = "require";
  status.policy = "chrome";
  status.has_list = true;
  status.list_timestamp_ms = 1'790'000'000'000;
  status.num_logs = 2;
  status.num_scts = 5;
  status.num_evidence = 3;
  status.num_conclusive = 1;
  status.last_evidence_ms = 1'792'000'030'999;
  LogStatus log;
  log.log_id.fill(7);
  log.description = "A \"log\"\\\nof two lines";
  log.num_pending_scts = 3;
  log.tree_size = 9;
  log.head_ms = 1'792'000'000'000;
  log.growth = {{1'791'000'000'000, 5}, {1'792'000'000'000, 9}};
  log.failures = 2;
  log.last_failure = "timeout\n";
  status.logs.push_back(log);
  status.logs.emplace_back();
  status.counts.at(static_cast<std::size_t>(Count::kChecks)) = 12;
  status.audits = {true, 2, 1, 1'792'000'000'000, 0};
  status.gossip.places = {"192.0.2.1:443", "/run/gossip.sock"};
  status.gossip.invalid_scts.push_back(
      {"a.example", {1, 2, 3}, ByteVector(5000, 7), SctStatus::kBadSignature});
  status.last_lost_line_ms = 1'792'000'000'000;
  status.problems = {"pool: the disk is \"full\""};
  status.evidence.push_back({"a1", "split_view", {}, "", true, 1'792'000'000'000});
  status.hours.push_back({1'791'997'200'000, 3, 1});
  status.counts.at(static_cast<std::size_t>(Count::kVerdictsCompliant)) = 30;
  return status;
}

TEST(EncodeStatusTest, IsOneLineOfJson) {
  const std::string text = EncodeStatus(Example());
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const Result<json::Document> document = json::Document::Decode(AsBytes(text), text.size());
  ASSERT_TRUE(document.has_value()) << text;
  const json::Value root = document->root();
  EXPECT_EQ(root.FindString("version"), "1.2");
  EXPECT_EQ(root.FindString("started"), "2026-10-14T17:46:40Z");
  EXPECT_EQ(root.Find("log_list")->FindUint64("logs"), 2U);
  EXPECT_EQ(root.Find("log_list")->Find("stale")->AsBool(), false);
  EXPECT_EQ(root.Find("pool")->FindUint64("scts"), 5U);
  EXPECT_EQ(root.Find("pool")->FindUint64("conclusive_evidence"), 1U);
  const json::Value audits = root.Find("audits").value();
  EXPECT_EQ(audits.Find("on")->AsBool(), true);
  EXPECT_EQ(audits.FindUint64("logs"), 2U);
  EXPECT_EQ(audits.FindUint64("audited"), 1U);
  EXPECT_EQ(audits.FindString("last"), "2026-10-14T17:46:40Z");
  EXPECT_FALSE(audits.FindString("next").has_value());
  EXPECT_EQ(root.Find("counters")->FindUint64("checks"), 12U);
  EXPECT_EQ(root.Find("counters")->FindUint64("observations"), 0U);
  EXPECT_EQ(root.FindString("last_lost_line"), "2026-10-14T17:46:40Z");
  EXPECT_EQ(root.FindString("program"), "tattled");
  EXPECT_EQ(root.FindString("time"), "2026-10-14T17:47:40Z");
  const json::Value verdicts = root.Find("verdicts").value();
  EXPECT_EQ(verdicts.FindUint64("compliant"), 30U);
  EXPECT_EQ(verdicts.FindString("since"), "2026-10-14T17:46:40Z");
  verdicts.Find("hours")->ForEachElement([](json::Value hour) {
    EXPECT_EQ(hour.FindString("from"), "2026-10-14T17:00:00Z");
    EXPECT_EQ(hour.FindUint64("compliant"), 3U);
    EXPECT_EQ(hour.FindUint64("not_compliant"), 1U);
    return true;
  });
  root.Find("evidence")->ForEachElement([](json::Value piece) {
    EXPECT_EQ(piece.FindString("id"), "a1");
    EXPECT_EQ(piece.Find("conclusive")->AsBool(), true);
    return true;
  });
  EXPECT_EQ(root.Find("gossip")->Find("suspect_scts")->FindUint64("a.example"), 1U);
  root.Find("logs")->ForEachElement([](json::Value log) {
    EXPECT_EQ(log.FindString("head"), "2026-10-14T17:46:40Z");
    std::vector<std::uint64_t> sizes;
    log.Find("growth")->ForEachElement([&sizes](json::Value point) {
      sizes.push_back(point.FindUint64("tree_size").value());
      return true;
    });
    EXPECT_THAT(sizes, testing::ElementsAre(5, 9));
    return false;  // the other one has none
  });
  std::vector<std::string> problems;
  root.Find("problems")->ForEachElement([&](json::Value value) {
    problems.emplace_back(*value.AsString());
    return true;
  });
  EXPECT_THAT(problems, testing::ElementsAre("pool: the disk is \"full\""));
  std::vector<std::string> logs;
  root.Find("logs")->ForEachElement([&](json::Value value) {
    logs.emplace_back(value.FindString("log").value_or("nobody knows"));
    return true;
  });
  EXPECT_THAT(logs, testing::ElementsAre("A \"log\"\\\nof two lines", "nobody knows"));
}

// CheckMetrics reads the text as Prometheus does (exposition format 0.0.4): a HELP and a TYPE line
// before the samples of a name, all of them together, each series once. Returns what is wrong.
std::string CheckMetrics(const std::string& text, std::map<std::string, double>& samples) {
  static const std::regex help(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ([^\n\\]+))");
  static const std::regex kind(R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge))");
  static const std::regex sample(
      R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*",?)+\})? ([0-9]+))");
  std::istringstream lines(text);
  std::string line;
  std::string name;
  std::string type;
  std::set<std::string> names;
  while (std::getline(lines, line)) {
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      name = match[1];
      type.clear();
      if (!names.insert(name).second) {
        return "twice: " + line;
      }
    } else if (std::regex_match(line, match, kind)) {
      type = match[2];
      if (match[1] != name || (type == "counter") != name.ends_with("_total")) {
        return "type: " + line;
      }
    } else if (std::regex_match(line, match, sample)) {
      if (match[1] != name || type.empty() ||
          !samples.emplace(match[1].str() + match[2].str(), std::stod(match[3])).second) {
        return "sample: " + line;
      }
    } else {
      return "syntax: " + line;
    }
  }
  return text.ends_with('\n') ? "" : "the last line has no end";
}

TEST(EncodeStatusTest, ShowsWhereWeGossipAndWhatCameBack) {
  const std::string text = EncodeStatus(Example());
  const Result<json::Document> document = json::Document::Decode(AsBytes(text), text.size());
  ASSERT_TRUE(document.has_value()) << text;
  const json::Value gossip = document->root().Find("gossip").value();
  std::vector<std::string> places;
  gossip.Find("listens")->ForEachElement([&](json::Value place) {
    places.emplace_back(*place.AsString());
    return true;
  });
  EXPECT_THAT(places, testing::ElementsAre("192.0.2.1:443", "/run/gossip.sock"));
  json::Value sct;
  gossip.Find("invalid_scts")->ForEachElement([&](json::Value one) {
    sct = one;
    return true;
  });
  EXPECT_EQ(sct.FindString("host"), "a.example");
  EXPECT_EQ(sct.FindString("status"), "bad_signature");
  EXPECT_EQ(sct.FindString("leaf_sha256"),
            "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
  EXPECT_EQ(sct.FindBytes("sct"), ByteVector(1024, 7));  // of longer ones the beginning
}

TEST(EncodeStatusTest, TellsNotEverybodyWithWhomWeGossipAndWhatCameBack) {
  DaemonStatus status = Example();
  status.problems.emplace_back("gossip with secret.example: secret.example does not answer");
  PeerStatus peer;
  peer.host = "secret.example";
  peer.failure = "https://secret.example/ct/v1: HTTP status 503";
  status.gossip.client.peers.push_back(peer);
  status.gossip.client.num_failing = 1;
  EXPECT_THAT(EncodeStatus(status), testing::HasSubstr("secret.example does not answer"));
  EXPECT_THAT(EncodeStatus(status), testing::HasSubstr("HTTP status 503"));
  const std::string text = EncodeStatus(status, StatusReader::kAnybody);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("secret.example")));
  const Result<json::Document> document = json::Document::Decode(AsBytes(text), text.size());
  ASSERT_TRUE(document.has_value()) << text;
  const json::Value gossip = document->root().Find("gossip").value();
  EXPECT_FALSE(gossip.Find("invalid_scts").has_value());
  EXPECT_EQ(gossip.Find("suspect_scts")->FindUint64("a.example"), 1U);
  EXPECT_EQ(gossip.Find("client")->FindUint64("failing"), 1U);
  EXPECT_THAT(EncodeMetrics(status), testing::HasSubstr("\ntattled_gossip_peers_failing 1\n"));
  EXPECT_THAT(EncodeMetrics(status), testing::Not(testing::HasSubstr("secret.example")));
  // That something is wrong is said, and all else.
  std::vector<std::string> problems;
  document->root().Find("problems")->ForEachElement([&](json::Value problem) {
    problems.emplace_back(*problem.AsString());
    return true;
  });
  EXPECT_THAT(problems, testing::ElementsAre(status.problems[0],
                                             testing::StartsWith("gossip with a site fails")));
}

TEST(EncodeStatusTest, TellsOperatorsAloneWhoWouldBeRefused) {
  DaemonStatus status = Example();
  status.refusals.push_back(
      {{"secret.example", Policy::kApple, Mode::kReport, JudgedBy::kTattled, false, "no \"SCT\""},
       1'791'000'000'000,
       1'792'000'000'000,
       3});
  const std::string text = EncodeStatus(status);
  const Result<json::Document> document = json::Document::Decode(AsBytes(text), text.size());
  ASSERT_TRUE(document.has_value()) << text;
  std::size_t num = 0;
  document->root().Find("verdicts")->Find("hosts")->ForEachElement([&num](json::Value host) {
    EXPECT_EQ(host.FindString("host"), "secret.example");
    EXPECT_EQ(host.FindString("policy"), "apple");
    EXPECT_EQ(host.FindString("mode"), "report");
    EXPECT_EQ(host.FindString("judged_by"), "tattled");
    EXPECT_EQ(host.FindString("first"), "2026-10-03T04:00:00Z");
    EXPECT_EQ(host.FindString("last"), "2026-10-14T17:46:40Z");
    EXPECT_EQ(host.FindUint64("times"), 3U);
    EXPECT_EQ(host.FindString("reason"), "no \"SCT\"");
    ++num;
    return true;
  });
  EXPECT_EQ(num, 1U);
  for (const std::string& other :
       {EncodeStatus(status, StatusReader::kAnybody), EncodeMetrics(status)}) {
    EXPECT_THAT(other, testing::Not(testing::HasSubstr("secret.example")));
  }
}

TEST(EncodeMetricsTest, IsWhatPrometheusReads) {
  std::map<std::string, double> samples;
  EXPECT_EQ(CheckMetrics(EncodeMetrics(Example()), samples), "");
  EXPECT_EQ(samples.at("tattled_checks_total"), 12);
  EXPECT_EQ(samples.at("tattled_start_timestamp_seconds"), 1'792'000'000);
  EXPECT_EQ(samples.at("tattled_build_info{version=\"1.2\"}"), 1);
  EXPECT_EQ(samples.at("tattled_problems"), 1);
  EXPECT_EQ(samples.at("tattled_evidence{weight=\"conclusive\"}"), 1);
  EXPECT_EQ(samples.at("tattled_evidence{weight=\"indicative\"}"), 2);
  EXPECT_EQ(samples.at("tattled_evidence_found_timestamp_seconds"), 1'792'000'030);
  EXPECT_EQ(samples.at("tattled_status_timestamp_seconds"), 1'792'000'060);
  EXPECT_EQ(samples.at("tattled_pool_evidence"), 3);
  EXPECT_EQ(samples.at("tattled_gossip_invalid_scts"), 1);
  EXPECT_EQ(
      samples.at("tattled_log_pending_scts{log_id=\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\","
                 "log=\"A \\\"log\\\"\\\\\\nof two lines\"}"),
      3);
  for (const CountRow& row : AllCounts()) {
    EXPECT_EQ(samples.count("tattled_" + std::string(row.name) + "_total"), 1U) << row.name;
  }
}

TEST(EncodeMetricsTest, TheCheckerFindsFaults) {
  std::map<std::string, double> ignored;
  const std::string good = EncodeMetrics(Example());
  EXPECT_NE(CheckMetrics(good + good, ignored), "");
  EXPECT_NE(CheckMetrics("a 1\n", ignored), "");
  EXPECT_NE(CheckMetrics("# HELP a b\n# TYPE a gauge\na{x=\"\n\"} 1\n", ignored), "");
  EXPECT_NE(CheckMetrics("# HELP a b\n# TYPE a counter\na 1\n", ignored), "");
}

std::string Fault(std::string_view line) {
  const Result<ControlRequest> request = DecodeControlRequest(line);
  return request ? "accepted"
                 : std::string(ErrcName(request.error().code)) + " " + request.error().field;
}

TEST(DecodeControlRequestTest, TakesOneQuestionAndNothingElse) {
  EXPECT_EQ(Fault(R"({"ask":"status"})"), "accepted");
  EXPECT_EQ(Fault(R"({"ask":"stop"})"), "unsupported_format control.ask");
  EXPECT_EQ(Fault(R"({"ask":"status","of":1})"), "unsupported_format control");
  EXPECT_EQ(Fault(R"({"ask":"status","ask":"status"})"), "duplicate json.member");
  EXPECT_EQ(DecodeControlRequest(R"({"ask":"gossip","site":"https://a"})")->site, "https://a");
  EXPECT_EQ(Fault(R"({"ask":"gossip"})"), "missing control.site");
  EXPECT_EQ(Fault(R"({"ask":"gossip","site":1})"), "missing control.site");
  EXPECT_EQ(Fault(R"({"ask":"status","site":"https://a"})"), "unsupported_format control");
  EXPECT_EQ(Fault(R"({"ask":1})"), "missing control.ask");
  EXPECT_EQ(Fault(R"("status")"), "missing control.ask");
  EXPECT_EQ(Fault(""), "bad_encoding json");
  EXPECT_EQ(Fault(std::string(kMaxControlRequestSize + 1, ' ')), "too_large json");
}

}  // namespace
}  // namespace tattle::daemon::daemon_status_test
