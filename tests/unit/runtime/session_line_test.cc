// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/session_line.h"

#include <memory>

#include <gtest/gtest.h>

namespace tattle::session_line_test {
namespace {

Session Judged(Decision decision, bool compliant) {
  Session session;
  session.scope = Scope::kPublic;
  session.decision = decision;
  session.reason = "because";
  Verdict verdict;
  verdict.compliant = compliant;
  session.verdict = std::make_shared<const Verdict>(verdict);
  return session;
}

TEST(DescribeSessionTest, SaysWhatBecameOfIt) {
  Session undecided = Judged(Decision::kRefuse, false);
  undecided.scope = Scope::kUnknown;
  undecided.verdict = nullptr;
  Session reported = undecided;
  reported.decision = Decision::kProceed;
  const struct {
    Session session;
    LogLevel level;
    const char* text;
  } cases[] = {
      {Judged(Decision::kProceed, true), LogLevel::kInfo, "a.test: because"},
      {Judged(Decision::kProceed, false), LogLevel::kWarning, "a.test: because (would be refused)"},
      {Judged(Decision::kRefuse, false), LogLevel::kError, "a.test: because (refused)"},
      {undecided, LogLevel::kError, "a.test: because (refused)"},
      {reported, LogLevel::kWarning, "a.test: because (would be refused)"},
  };
  for (const auto& item : cases) {
    const SessionLine line = DescribeSession(item.session, "a.test");
    EXPECT_EQ(line.level, item.level) << item.text;
    EXPECT_EQ(line.text, item.text);
    EXPECT_TRUE(line.is_for_syslog) << item.text;
  }
}

TEST(DescribeSessionTest, TellsSyslogOfWhatIsExempt) {
  const struct {
    Scope scope;
    bool is_for_syslog;
  } cases[] = {
      {Scope::kPrivate, false}, {Scope::kExemptHost, true},     {Scope::kExemptSpki, true},
      {Scope::kDane, false},    {Scope::kChainNotValid, false}, {Scope::kNoCertificate, false},
      {Scope::kOff, false},
  };
  for (const auto& item : cases) {
    Session session;
    session.scope = item.scope;
    session.decision = Decision::kProceed;
    session.reason = "because";
    const SessionLine line = DescribeSession(session, "");
    EXPECT_EQ(line.level, LogLevel::kInfo) << ScopeName(item.scope);
    EXPECT_EQ(line.text, "a host without a name: because");
    EXPECT_EQ(line.is_for_syslog, item.is_for_syslog) << ScopeName(item.scope);
  }
}

TEST(DescribeStaleListTest, SaysWhatFollows) {
  LogList::Content content;
  content.timestamp_ms = 1'790'000'000'000;
  const Result<LogList> dated = LogList::Create(content);
  ASSERT_TRUE(dated);
  EXPECT_EQ(
      DescribeStaleList(*dated, OnStale::kLenient),
      "the log list is older than 70 days (of 2026-09-21), so that newer logs are unknown and "
      "verdicts lenient; bring in a newer one with `tattle loglist update`");
  EXPECT_EQ(DescribeStaleList(*dated, OnStale::kFail),
            "the log list is older than 70 days (of 2026-09-21), so that nothing is compliant; "
            "bring in a newer one with `tattle loglist update`");
}

}  // namespace
}  // namespace tattle::session_line_test
