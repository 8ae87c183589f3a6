// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A log of the test log on the loopback, a pool, and an auditor between them, with a clock that
// stands still unless it is moved. Private to the tests of the auditor.

#ifndef TATTLE_TESTS_UNIT_AUDIT_AUDITED_LOG_H_
#define TATTLE_TESTS_UNIT_AUDIT_AUDITED_LOG_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugin/audit/auditor.h"
#include "plugin/net/http_client.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/testlog/background_server.h"

namespace tattle::testlib {

// AuditedLog: two faces show one log; the auditor sees face 0 unless it is told to look at face 1.
class AuditedLog {
 public:
  explicit AuditedLog(LogKind kind, std::uint64_t mmd_s = 3600, std::uint64_t merge_delay_ms = 0);

  // Grow lets time pass, the log take so many entries, and sign. Audit is one round; what the
  // auditor's clock shows is `skew_ms` ahead.
  void Grow(std::uint64_t num_entries, std::uint64_t later_ms);
  AuditSummary Audit(std::size_t face = 0);

  // Observe gets an SCT from the log, as of `face`, and puts it into the pool.
  void Observe(std::size_t face = 0);

  // Import is a head that somebody else brought.
  void Import(const SignedTreeHead& sth, HeadSource source = HeadSource::kPollination);

  void Tell(const std::string& lie, std::optional<std::size_t> face = std::nullopt);
  void BeHonest() { log().BeHonest(); }

  // End makes the log read-only by the list, with this tree as its last, and restarts.
  void End(const TreeHead& last);

  // Reject has the list reject it from then on, and restarts.
  void Reject(std::uint64_t since_ms);

  // Restart closes and opens the pool, and forgets all that was only remembered.
  void Restart();

  // Verdicts are "KIND WEIGHT" of all evidence, exported and checked anew; sorted, each once.
  std::vector<std::string> Verdicts();
  std::vector<PooledSct> Scts();
  std::vector<PooledHead> Heads();

  testlog::Log& log() { return *service_->logs().front(); }
  Pool& pool() { return *pool_; }
  std::uint64_t now_ms() const { return now_ms_; }
  const Log& entry() const { return clients_.front()->log(); }
  const std::vector<std::string>& lines() const { return lines_; }

  std::int64_t skew_ms = 0;
  AuditOptions options;  // of the next Restart

 private:
  std::uint64_t AuditorsNow() const;

  std::atomic<std::uint64_t> now_ms_;
  std::uint64_t serial_ = 1;
  TestCa ca_;
  ScratchFolder folder_;
  std::unique_ptr<testlog::Service> service_;
  std::unique_ptr<testlog::BackgroundServer> server_;
  std::unique_ptr<HttpClient> http_;
  std::vector<Log> entries_;
  std::vector<std::unique_ptr<LogClient>> clients_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Auditor> auditor_;
  std::vector<std::string> lines_;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_UNIT_AUDIT_AUDITED_LOG_H_
