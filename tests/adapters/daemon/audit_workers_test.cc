// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/audit_workers.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/testlib/ct_log.h"

namespace tattle::daemon::audit_workers_test {
namespace {

Log NamedLog(const std::string& description) {
  Log log = testlib::TestLog(description, "Operator").Entry();
  log.url = "https://log.test/";
  return log;
}

TEST(MayBeAskedTest, HasAUrlOfItsKind) {
  Log log = NamedLog("amber");
  EXPECT_TRUE(MayBeAsked(testlib::ListOf({log}), log, {}));
  log.kind = LogKind::kStaticCt;
  EXPECT_FALSE(MayBeAsked(testlib::ListOf({log}), log, {}));
  log.monitoring_url = "https://tiles.test/";
  EXPECT_TRUE(MayBeAsked(testlib::ListOf({log}), log, {}));
}

TEST(MayBeAskedTest, IsNotToBeSkipped) {
  const Log log = NamedLog("Amber 2026h1");
  EXPECT_FALSE(MayBeAsked(testlib::ListOf({log}), log, {"Birch", "2026"}));
  EXPECT_TRUE(MayBeAsked(testlib::ListOf({log}), log, {"Birch", "2027"}));
}

TEST(MayBeAskedTest, IsNotDenied) {
  const Log log = NamedLog("amber");
  DeniedLog denied;
  denied.log_id = log.log_id;
  EXPECT_FALSE(MayBeAsked(testlib::ListOf({log}, {denied}), log, {}));
}

LogStatus Seen(const Log& log, std::uint64_t last_success_ms, std::uint64_t next_audit_ms) {
  LogStatus status;
  status.log_id = log.log_id;
  status.last_success_ms = last_success_ms;
  status.next_audit_ms = next_audit_ms;
  return status;
}

TEST(SummarizeAuditsTest, LooksAtTheLogsThatAreAsked) {
  const Log a = NamedLog("a");
  const Log b = NamedLog("b");
  const Log c = NamedLog("c");
  const Log skipped = NamedLog("skipped");
  const Log not_listed = NamedLog("not listed");
  const AuditStatus status = SummarizeAudits(testlib::ListOf({a, b, c, NamedLog("d"), skipped}),
                                             {Seen(a, 70, 200), Seen(b, 0, 150), Seen(c, 90, 0),
                                              Seen(skipped, 95, 100), Seen(not_listed, 96, 101)},
                                             {"skip"});
  EXPECT_EQ(status.num_logs, 4U);
  EXPECT_EQ(status.num_audited, 2U);
  EXPECT_EQ(status.last_success_ms, 90U);
  EXPECT_EQ(status.next_audit_ms, 150U);
}

TEST(FindLongestDueTest, TheFirstOfTheListWaitsAsAllDo) {
  const LogList logs =
      testlib::ListOf({NamedLog("a"), NamedLog("b"), NamedLog("c"), NamedLog("d")});
  std::map<std::string, std::optional<std::uint64_t>> since = {
      {"a", 300}, {"b", std::nullopt}, {"c", 100}, {"d", 200}};
  const auto find = [&] {
    const Log* log =
        FindLongestDue(logs, [&](const Log& each) { return since.at(each.description); }).value();
    return log == nullptr ? "none" : log->description;
  };
  EXPECT_EQ(find(), "c");
  since["c"] = std::nullopt;
  EXPECT_EQ(find(), "d");
  since["a"] = 0;
  EXPECT_EQ(find(), "a");
  since["a"] = since["d"] = std::nullopt;
  EXPECT_EQ(find(), "none");
}

TEST(FindLongestDueTest, FailsAsThePoolDoes) {
  const LogList logs = testlib::ListOf({NamedLog("a")});
  const auto found =
      FindLongestDue(logs, [](const Log&) -> PoolResult<std::optional<std::uint64_t>> {
        return tl::unexpected(PoolFailure{PoolFault::kSystem, "no disk"});
      });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().sentence, "no disk");
}

}  // namespace
}  // namespace tattle::daemon::audit_workers_test
