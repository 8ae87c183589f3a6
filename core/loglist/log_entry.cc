// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/log_entry.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/crypto/public_key.h"
#include "core/crypto/sha256.h"

namespace tattle {
namespace {

using json::Value;

// An offset can carry the last hours of 9999 beyond what RFC 3339 has digits for, and the list
// could not be written again.
constexpr std::uint64_t kYear10000Ms = 253'402'300'800'000;

std::string TextOrNothing(Value object, std::string_view key) {
  return std::string(object.FindString(key).value_or(""));
}

LogState FindState(std::string_view word) {
  for (const LogState state : {LogState::kPending, LogState::kQualified, LogState::kUsable,
                               LogState::kReadOnly, LogState::kRetired, LogState::kRejected}) {
    if (word == LogStateName(state)) {
      return state;
    }
  }
  return LogState::kUnknown;
}

// Only a list that says nothing at all means `prod`.
LogType FindType(Value entry) {
  const std::optional<Value> member = entry.Find("log_type");
  if (!member) {
    return LogType::kProd;
  }
  const std::string_view word = member->AsString().value_or("");
  for (const LogType type : {LogType::kProd, LogType::kTest, LogType::kMonitoringOnly}) {
    if (word == LogTypeName(type)) {
      return type;
    }
  }
  return LogType::kUnknown;
}

// An anchor for auditors, of no weight in a verdict: taken where it can be read.
std::optional<FinalTreeHead> FindFinalTreeHead(Value state) {
  const std::optional<Value> member = state.Find("final_tree_head");
  if (!member) {
    return std::nullopt;
  }
  const std::optional<std::uint64_t> tree_size = member->FindUint64("tree_size");
  const std::optional<ByteVector> root = member->FindBytes("sha256_root_hash");
  FinalTreeHead head;
  if (!tree_size || *tree_size >= kMaxTreeSize || !root ||
      root->size() != head.sha256_root_hash.size()) {
    return std::nullopt;
  }
  head.tree_size = *tree_size;
  std::copy(root->begin(), root->end(), head.sha256_root_hash.begin());
  return head;
}

// SetState reads {"usable": {"timestamp": "..."}}. The schema has one state an object; Mozilla's
// list has all that a log went through, of which the latest holds. Of two with one date the one
// further down a log's life does, and a word that we do not know is the end of it.
Result<void> SetState(Log& log, Value entry) {
  const std::optional<Value> states = entry.Find("state");
  if (!states) {
    return {};
  }
  if (!states->IsObject()) {
    return Fail(Errc::kBadEncoding, "log.state");
  }
  std::optional<Error> error;
  states->ForEachMember([&log, &error](std::string_view word, Value value) {
    const LogState state = FindState(word);
    const Result<std::optional<std::uint64_t>> since =
        FindLogTime(value, "timestamp", "log.state.timestamp");
    if (!since) {
      error = since.error();
      return false;
    }
    const std::uint64_t since_ms = since->value_or(0);
    if (std::pair(since_ms, state) > std::pair(log.state_since_ms, log.state)) {
      log.state = state;
      log.state_since_ms = since_ms;
      log.final_tree_head = FindFinalTreeHead(value);
    }
    return true;
  });
  if (error) {
    return tl::unexpected(*error);
  }
  return {};
}

Result<void> SetInterval(Log& log, Value entry) {
  const std::optional<Value> member = entry.Find("temporal_interval");
  if (!member) {
    return {};
  }
  const Result<std::optional<std::uint64_t>> start =
      FindLogTime(*member, "start_inclusive", "log.temporal_interval.start_inclusive");
  if (!start) {
    return tl::unexpected(start.error());
  }
  const Result<std::optional<std::uint64_t>> end =
      FindLogTime(*member, "end_exclusive", "log.temporal_interval.end_exclusive");
  if (!end) {
    return tl::unexpected(end.error());
  }
  if (!*start || !*end) {
    return Fail(Errc::kMissing, "log.temporal_interval");
  }
  if (**start >= **end) {
    return Fail(Errc::kOutOfRange, "log.temporal_interval");
  }
  log.temporal_interval = TemporalInterval{**start, **end};
  return {};
}

// DecodePreviousOperator reads {"name": "...", "end_time": "..."}.
Result<PreviousOperator> DecodePreviousOperator(Value entry) {
  const std::optional<std::string_view> name = entry.FindString("name");
  const Result<std::optional<std::uint64_t>> end =
      FindLogTime(entry, "end_time", "log.previous_operators.end_time");
  if (!end) {
    return tl::unexpected(end.error());
  }
  if (!name || !*end) {
    return Fail(Errc::kMissing, "log.previous_operators");
  }
  return PreviousOperator{std::string(*name), **end};
}

Result<void> SetPreviousOperators(Log& log, Value entry) {
  const std::optional<Value> member = entry.Find("previous_operators");
  if (!member) {
    return {};
  }
  if (!member->IsArray()) {
    return Fail(Errc::kBadEncoding, "log.previous_operators");
  }
  std::optional<Error> error;
  member->ForEachElement([&log, &error](Value element) {
    Result<PreviousOperator> previous = DecodePreviousOperator(element);
    if (!previous) {
      error = previous.error();
      return false;
    }
    log.previous_operators.push_back(*std::move(previous));
    return true;
  });
  if (error) {
    return tl::unexpected(*error);
  }
  return {};
}

// SetIdentity reads the key and holds the id against it, so that whoever trusts an id trusts a key.
Result<void> SetIdentity(Log& log, Value entry) {
  if (!entry.Find("key")) {
    return Fail(Errc::kMissing, "log.key");
  }
  std::optional<ByteVector> spki = entry.FindBytes("key");
  if (!spki) {
    return Fail(Errc::kBadEncoding, "log.key");
  }
  const Result<LogId> log_id = FindLogId(entry);
  if (!log_id) {
    return tl::unexpected(log_id.error());
  }
  if (*log_id != Sha256Of(*spki)) {
    return Fail(Errc::kMismatch, "log.log_id");
  }
  return SetLogKey(log, *std::move(spki));
}

}  // namespace

Result<std::optional<std::uint64_t>> FindLogTime(Value object, std::string_view key,
                                                 const char* field) {
  const std::optional<Value> member = object.Find(key);
  if (!member) {
    return std::optional<std::uint64_t>();
  }
  const std::optional<std::string_view> text = member->AsString();
  if (!text) {
    return Fail(Errc::kBadEncoding, field);
  }
  const Result<std::uint64_t> time_ms = DecodeRfc3339(*text);
  if (!time_ms) {
    return Fail(time_ms.error().code, field);
  }
  if (*time_ms >= kYear10000Ms) {
    return Fail(Errc::kOutOfRange, field);
  }
  return std::optional(*time_ms);
}

Result<LogId> FindLogId(Value object) {
  if (!object.Find("log_id")) {
    return Fail(Errc::kMissing, "log.log_id");
  }
  const std::optional<ByteVector> bytes = object.FindBytes("log_id");
  if (!bytes) {
    return Fail(Errc::kBadEncoding, "log.log_id");
  }
  LogId log_id = {};
  if (bytes->size() != log_id.size()) {
    return Fail(Errc::kBadLength, "log.log_id");
  }
  std::copy(bytes->begin(), bytes->end(), log_id.begin());
  return log_id;
}

Result<void> SetLogKey(Log& log, ByteVector spki) {
  Result<std::shared_ptr<const PublicKey>> key = DecodePublicKey(spki);
  if (!key) {
    return Fail(key.error().code, "log.key");
  }
  if ((*key)->type() == KeyType::kEd25519) {
    return Fail(Errc::kUnsupportedAlgorithm, "log.key");
  }
  log.log_id = Sha256Of(spki);
  log.key_spki = std::move(spki);
  log.key = *std::move(key);
  return {};
}

Result<Log> DecodeLogEntry(Value entry, LogKind kind) {
  if (!entry.IsObject()) {
    return Fail(Errc::kBadEncoding, "log");
  }
  Log log;
  log.kind = kind;
  log.type = FindType(entry);
  log.description = TextOrNothing(entry, "description");
  log.mmd_s = entry.FindUint64("mmd").value_or(0);
  log.url = TextOrNothing(entry, kind == LogKind::kStaticCt ? "submission_url" : "url");
  log.monitoring_url = kind == LogKind::kStaticCt ? TextOrNothing(entry, "monitoring_url") : "";
  for (const auto set : {SetIdentity, SetState, SetInterval, SetPreviousOperators}) {
    if (const Result<void> done = set(log, entry); !done) {
      return tl::unexpected(done.error());
    }
  }
  return log;
}

}  // namespace tattle
