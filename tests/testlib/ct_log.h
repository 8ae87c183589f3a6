// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Logs that sign whatever a test wants, with bytes put together by hand after RFC 6962 and not by
// core/wire.

#ifndef TATTLE_TESTS_TESTLIB_CT_LOG_H_
#define TATTLE_TESTS_TESTLIB_CT_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "tests/testlib/pki.h"

namespace tattle::testlib {

// TestLog holds a log's key and can say what a log list would say of it.
class TestLog {
 public:
  TestLog(std::string description, std::string operator_name, TestKey key = TestKey::P256());

  // Entry is the log list's entry: usable since 2020 unless changed by the caller.
  Log Entry() const;

  // SignX509 and SignPrecert make one SerializedSCT (without its length) over a certificate, or
  // over a TBS of an issuer.
  ByteVector SignX509(Bytes certificate, std::uint64_t timestamp_ms, Bytes extensions = {}) const;
  ByteVector SignPrecert(Bytes tbs, Bytes issuer_spki, std::uint64_t timestamp_ms,
                         Bytes extensions = {}) const;

  const LogId& log_id() const { return log_id_; }
  const TestKey& key() const { return key_; }

 private:
  ByteVector Sign(ByteVector entry, std::uint64_t timestamp_ms, Bytes extensions) const;

  std::string description_;
  std::string operator_name_;
  TestKey key_;
  LogId log_id_;
};

// SctList joins SerializedSCTs to a SignedCertificateTimestampList.
ByteVector SctList(const std::vector<ByteVector>& scts);

// LeafIndexExtension is the CtExtensions of a static-ct log.
ByteVector LeafIndexExtension(std::uint64_t leaf_index);

// Uint writes a big-endian number of so many bytes.
ByteVector Uint(std::uint64_t value, unsigned num_bytes);

// Join concatenates.
ByteVector Join(const std::vector<ByteVector>& parts);

// ListOf makes a LogList of logs; aborts when it cannot.
LogList ListOf(std::vector<Log> logs, std::vector<DeniedLog> denied = {});

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_CT_LOG_H_
