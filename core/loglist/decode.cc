// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The v3 JSON schema, as its makers publish it:
//
//   {"version": "89.25", "log_list_timestamp": "2026-08-20T13:34:57Z",
//    "operators": [
//      {"name": "...", "email": ["..."],
//       "logs": [
//         {"description": "...", "log_id": BASE64, "key": BASE64, "url": "...", "mmd": 86400,
//          "log_type": "prod",
//          "state": {"readonly": {"timestamp": "...",
//                                 "final_tree_head": {"tree_size": 1, "sha256_root_hash":
//                                 BASE64}}},
//          "temporal_interval": {"start_inclusive": "...", "end_exclusive": "..."},
//          "previous_operators": [{"name": "...", "end_time": "..."}]}],
//       "tiled_logs": [
//         {..., "submission_url": "...", "monitoring_url": "..."}]}],
//    "denied_logs": [{"log_id": BASE64, "key": BASE64, "reason": "..."}]}
//
// The last member is ours.

#include "core/loglist/decode.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/loglist/ctlog.h"
#include "core/loglist/log_entry.h"

namespace tattle {
namespace {

using json::Value;

// ListReader gathers the content while it walks the operators.
class ListReader {
 public:
  // ReadOperator takes one element of `operators`. An operator may have no logs at all.
  Result<void> ReadOperator(Value entry) {
    if (++num_operators_ > kMaxOperators) {
      return Fail(Errc::kTooLarge, "log_list.operators");
    }
    const std::optional<std::string_view> name = entry.FindString("name");
    if (!name) {
      // Without a name nobody can say who answers for these logs.
      content_.skipped.push_back({"operator " + std::to_string(num_operators_),
                                  Error{Errc::kMissing, 0, "operator.name"}});
      return {};
    }
    std::vector<std::string>& operators = content_.operators;
    if (std::find(operators.begin(), operators.end(), *name) == operators.end()) {
      operators.emplace_back(*name);
    }
    if (const Result<void> done = ReadLogs(entry, "logs", LogKind::kRfc6962, *name); !done) {
      return done;
    }
    return ReadLogs(entry, "tiled_logs", LogKind::kStaticCt, *name);
  }

  LogList::Content& content() { return content_; }

 private:
  Result<void> ReadLogs(Value entry, std::string_view member, LogKind kind,
                        std::string_view operator_name) {
    const std::optional<Value> logs = entry.Find(member);
    if (!logs) {
      return {};
    }
    bool too_many = false;
    logs->ForEachElement([&](Value element) {
      too_many = content_.logs.size() + content_.skipped.size() >= kMaxLogs;
      if (!too_many) {
        ReadLog(element, kind, operator_name);
      }
      return !too_many;
    });
    if (too_many) {
      return Fail(Errc::kTooLarge, "log_list.logs");
    }
    return {};
  }

  void ReadLog(Value entry, LogKind kind, std::string_view operator_name) {
    Result<Log> log = DecodeLogEntry(entry, kind);
    if (!log) {
      const std::optional<std::string_view> description = entry.FindString("description");
      content_.skipped.push_back(
          {std::string(description ? *description : entry.FindString("log_id").value_or("")),
           log.error()});
      return;
    }
    log->operator_name = operator_name;
    content_.logs.push_back(*std::move(log));
  }

  LogList::Content content_;
  std::size_t num_operators_ = 0;
};

// ReadDenied takes one element of `denied_logs`. To load less of a deny list than it says would be
// the dangerous side, so either of id and key denies, both do where they disagree, and one that
// cannot be read makes the list unreadable.
Result<void> ReadDenied(Value entry, std::vector<DeniedLog>& denied) {
  DeniedLog from_key;
  from_key.reason = entry.FindString("reason").value_or("");
  DeniedLog from_id = from_key;
  const bool has_key = entry.Find("key").has_value();
  const bool has_id = entry.Find("log_id").has_value();
  if (!has_key && !has_id) {
    return Fail(Errc::kMissing, "denied_logs.log_id");
  }
  if (has_key) {
    std::optional<ByteVector> spki = entry.FindBytes("key");
    if (!spki || spki->empty()) {
      return Fail(Errc::kBadEncoding, "denied_logs.key");
    }
    from_key.log_id = Sha256Of(*spki);
    from_key.key_spki = *std::move(spki);
    denied.push_back(from_key);
  }
  if (has_id) {
    const Result<LogId> log_id = FindLogId(entry);
    if (!log_id) {
      return Fail(log_id.error().code, "denied_logs.log_id");
    }
    from_id.log_id = *log_id;
    if (!has_key || from_id.log_id != from_key.log_id) {
      denied.push_back(std::move(from_id));
    }
  }
  return {};
}

Result<std::vector<DeniedLog>> ReadDeniedLogs(Value root) {
  std::vector<DeniedLog> denied;
  const std::optional<Value> entries = root.Find("denied_logs");
  if (!entries) {
    return denied;
  }
  if (!entries->IsArray()) {
    return Fail(Errc::kBadEncoding, "denied_logs");
  }
  Result<void> done;
  entries->ForEachElement([&denied, &done](Value entry) {
    done = ReadDenied(entry, denied);
    return done.has_value();
  });
  if (!done) {
    return tl::unexpected(done.error());
  }
  return denied;
}

// Apple's version is a number in one publication and text in another.
std::string ReadVersion(Value root) {
  const std::optional<std::uint64_t> number = root.FindUint64("version");
  return number ? std::to_string(*number) : std::string(root.FindString("version").value_or(""));
}

Result<void> ReadOperators(Value root, ListReader& reader) {
  const std::optional<Value> operators = root.Find("operators");
  if (!operators) {
    return Fail(Errc::kMissing, "log_list.operators");
  }
  if (!operators->IsArray()) {
    return Fail(Errc::kBadEncoding, "log_list.operators");
  }
  Result<void> done;
  operators->ForEachElement([&reader, &done](Value entry) {
    done = reader.ReadOperator(entry);
    return done.has_value();
  });
  return done;
}

}  // namespace

Result<LogList> DecodeLogListJson(Bytes text) {
  const Result<json::Document> document = json::Document::Decode(text, kMaxLogListSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  const Value root = document->root();
  ListReader reader;
  if (const Result<void> done = ReadOperators(root, reader); !done) {
    return tl::unexpected(done.error());
  }
  LogList::Content& content = reader.content();
  // In v1 the logs stood beside the operators. Read as v3 it would be a list that knows no log.
  if (content.logs.empty() && content.skipped.empty() && root.Find("logs")) {
    return Fail(Errc::kUnsupportedFormat, "log_list.logs");
  }
  const Result<std::optional<std::uint64_t>> timestamp =
      FindLogTime(root, "log_list_timestamp", "log_list.log_list_timestamp");
  if (!timestamp) {
    return tl::unexpected(timestamp.error());
  }
  Result<std::vector<DeniedLog>> denied = ReadDeniedLogs(root);
  if (!denied) {
    return tl::unexpected(denied.error());
  }
  content.timestamp_ms = *timestamp;
  content.version = ReadVersion(root);
  content.denied = *std::move(denied);
  return LogList::Create(std::move(content));
}

Result<std::vector<DeniedLog>> DecodeDeniedLogs(Bytes text) {
  const Result<json::Document> document = json::Document::Decode(text, kMaxLogListSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  return ReadDeniedLogs(document->root());
}

Result<LogList> DecodeLogList(Bytes text) {
  const std::string_view view = AsText(text);
  const std::size_t first = view.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && view[first] == '{') {
    return DecodeLogListJson(text);
  }
  if (view.find("enabled_logs") != std::string_view::npos) {
    return DecodeLogListCtlog(text);
  }
  return Fail(Errc::kUnsupportedFormat, "log_list");
}

}  // namespace tattle
