// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The logs that are known, who runs them, and what is thought of them.

#ifndef TATTLE_CORE_LOGLIST_LOG_LIST_H_
#define TATTLE_CORE_LOGLIST_LOG_LIST_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/crypto/public_key.h"

namespace tattle {

// LogState is where a log stands with the list's maker (GoogleChrome/CertificateTransparency,
// log_states.md). A log may have none, and a list may use a word that we do not know.
enum class LogState : std::uint8_t {
  kNone = 0,  // the list names no state: keys that are known, not endorsed
  kPending,
  kQualified,
  kUsable,
  kReadOnly,
  kRetired,
  kRejected,
  kUnknown,  // a word we do not know; counts for nothing
};

enum class LogKind : std::uint8_t { kRfc6962 = 1, kStaticCt = 2 };

enum class LogType : std::uint8_t {
  kProd = 0,  // also when the list says nothing
  kTest,
  kMonitoringOnly,
  kUnknown,
};

struct PreviousOperator {
  std::string name;
  std::uint64_t end_ms = 0;  // the log was theirs until then
};

// Half-open, compared with a certificate's notAfter.
struct TemporalInterval {
  std::uint64_t start_ms = 0;
  std::uint64_t end_ms = 0;
};

struct FinalTreeHead {
  std::uint64_t tree_size = 0;
  Hash sha256_root_hash = {};
};

// Log is one entry of a list. `key` is never null in a LogList.
struct Log {
  LogId log_id = {};
  std::string description;
  std::string operator_name;  // today's
  ByteVector key_spki;        // DER SubjectPublicKeyInfo
  std::shared_ptr<const PublicKey> key;
  LogKind kind = LogKind::kRfc6962;
  LogType type = LogType::kProd;
  LogState state = LogState::kNone;
  std::uint64_t state_since_ms = 0;  // 0 if the list does not say
  std::string url;                   // RFC 6962: of the log; static-ct: the submission prefix
  std::string monitoring_url;        // static-ct only
  std::uint64_t mmd_s = 0;           // maximum merge delay
  std::vector<PreviousOperator> previous_operators;
  std::optional<TemporalInterval> temporal_interval;
  std::optional<FinalTreeHead> final_tree_head;  // of a read-only log

  // StateAt is the state at a time. Lists keep only the last change: before that, a log that is
  // now read-only, retired or rejected is taken to have been usable, and one that is now usable or
  // qualified to have been pending.
  LogState StateAt(std::uint64_t time_ms) const;

  // OperatorAt is who ran the log at a time, by previous_operators.
  const std::string& OperatorAt(std::uint64_t time_ms) const;
};

// DeniedLog is a key that nobody may trust whatever a list says: public or compromised.
struct DeniedLog {
  LogId log_id = {};
  ByteVector key_spki;
  std::string reason;
};

// SkippedLog is an entry that was refused alone while the rest of the list was loaded.
struct SkippedLog {
  std::string description;
  Error error;
};

// LogList: once it is made, share it between threads by shared_ptr<const LogList>.
class LogList {
 public:
  struct Content {
    std::optional<std::uint64_t> timestamp_ms;  // when the list was made, if it says so
    std::string version;
    std::vector<std::string> operators;  // in the list's order; an operator may have no log
    std::vector<Log> logs;
    std::vector<DeniedLog> denied;
    std::vector<SkippedLog> skipped;
  };

  // Create indexes the entries. Of two logs with one log_id the later is moved to `skipped` with
  // kDuplicate, and of two denials with one log_id the later is dropped. Fails with kTooLarge for
  // more than kMaxLogs logs.
  static Result<LogList> Create(Content content);

  // AddDenied denies these as well; what the list denies already stays as it is.
  void AddDenied(const std::vector<DeniedLog>& denied);

  // Find borrows from the list; null if the log is not in it.
  const Log* Find(const LogId& log_id) const;
  const DeniedLog* FindDenied(const LogId& log_id) const;

  // IsStaleAt says whether the list is older than 70 days (kLogListMaxAgeMs). A list without a
  // date is never stale: that is the strict side, since a stale list is judged leniently.
  bool IsStaleAt(std::uint64_t now_ms) const;

  const Content& content() const { return content_; }

 private:
  Content content_;
  std::map<LogId, std::size_t> by_id_;
  std::map<LogId, std::size_t> denied_by_id_;
};

// LogStateName is the word that lists use, "none" and "unknown" for the two they do not.
std::string_view LogStateName(LogState state);

// LogKindName: "rfc6962", "static-ct".
std::string_view LogKindName(LogKind kind);

// LogTypeName is the word that lists use: "prod", "test", "monitoring_only", "unknown".
std::string_view LogTypeName(LogType type);

}  // namespace tattle

#endif  // TATTLE_CORE_LOGLIST_LOG_LIST_H_
