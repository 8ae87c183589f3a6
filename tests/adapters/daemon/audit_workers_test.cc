// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/audit_workers.h"

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

}  // namespace
}  // namespace tattle::daemon::audit_workers_test
