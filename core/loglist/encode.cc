// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/encode.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle {
namespace {

// JsonWriter lays out nested objects and arrays, one member or element a line.
class JsonWriter {
 public:
  // Open and Close put the brackets; a member of an object has a key, an element has none.
  void Open(std::string_view key, char bracket) {
    Begin(key);
    out_ += bracket;
    ++depth_;
    first_ = true;
  }

  void Close(char bracket) {
    --depth_;
    if (!first_) {
      NewLine();
    }
    out_ += bracket;
    first_ = false;
  }

  void Text(std::string_view key, std::string_view value) {
    Begin(key);
    out_ += json::Quote(value);
  }

  void Number(std::string_view key, std::uint64_t value) {
    Begin(key);
    out_ += std::to_string(value);
  }

  void Base64(std::string_view key, Bytes value) { Text(key, EncodeBase64(value)); }
  void Time(std::string_view key, std::uint64_t time_ms) { Text(key, EncodeRfc3339(time_ms)); }

  std::string Finish() { return out_ + '\n'; }

 private:
  void NewLine() { out_.append("\n").append(2 * depth_, ' '); }

  void Begin(std::string_view key) {
    if (!first_) {
      out_ += ',';
    }
    if (depth_ > 0) {
      NewLine();
    }
    if (!key.empty()) {
      out_ += json::Quote(key) + ": ";
    }
    first_ = false;
  }

  std::string out_;
  std::size_t depth_ = 0;
  bool first_ = true;
};

void WriteState(JsonWriter& json, const Log& log) {
  if (log.state == LogState::kNone) {
    return;
  }
  json.Open("state", '{');
  json.Open(LogStateName(log.state), '{');
  if (log.state_since_ms != 0) {
    json.Time("timestamp", log.state_since_ms);
  }
  if (log.final_tree_head) {
    json.Open("final_tree_head", '{');
    json.Number("tree_size", log.final_tree_head->tree_size);
    json.Base64("sha256_root_hash", log.final_tree_head->sha256_root_hash);
    json.Close('}');
  }
  json.Close('}');
  json.Close('}');
}

void WritePreviousOperators(JsonWriter& json, const Log& log) {
  if (log.previous_operators.empty()) {
    return;
  }
  json.Open("previous_operators", '[');
  for (const PreviousOperator& previous : log.previous_operators) {
    json.Open("", '{');
    json.Text("name", previous.name);
    json.Time("end_time", previous.end_ms);
    json.Close('}');
  }
  json.Close(']');
}

void WriteLog(JsonWriter& json, const Log& log) {
  json.Open("", '{');
  json.Text("description", log.description);
  json.Base64("log_id", log.log_id);
  json.Base64("key", log.key_spki);
  if (log.kind == LogKind::kStaticCt) {
    json.Text("submission_url", log.url);
    json.Text("monitoring_url", log.monitoring_url);
  } else {
    json.Text("url", log.url);
  }
  json.Number("mmd", log.mmd_s);
  if (log.type != LogType::kProd) {
    json.Text("log_type", LogTypeName(log.type));
  }
  WriteState(json, log);
  if (log.temporal_interval) {
    json.Open("temporal_interval", '{');
    json.Time("start_inclusive", log.temporal_interval->start_ms);
    json.Time("end_exclusive", log.temporal_interval->end_ms);
    json.Close('}');
  }
  WritePreviousOperators(json, log);
  json.Close('}');
}

void WriteLogs(JsonWriter& json, const LogList::Content& content, std::string_view member,
               LogKind kind, std::string_view operator_name) {
  json.Open(member, '[');
  for (const Log& log : content.logs) {
    if (log.kind == kind && log.operator_name == operator_name) {
      WriteLog(json, log);
    }
  }
  json.Close(']');
}

// OperatorsOf is the list's operators and then those that only its logs name.
std::vector<std::string> OperatorsOf(const LogList::Content& content) {
  std::vector<std::string> names = content.operators;
  for (const Log& log : content.logs) {
    if (std::find(names.begin(), names.end(), log.operator_name) == names.end()) {
      names.push_back(log.operator_name);
    }
  }
  return names;
}

void WriteDenied(JsonWriter& json, const std::vector<DeniedLog>& denied) {
  if (denied.empty()) {
    return;
  }
  json.Open("denied_logs", '[');
  for (const DeniedLog& entry : denied) {
    json.Open("", '{');
    json.Base64("log_id", entry.log_id);
    if (!entry.key_spki.empty()) {
      json.Base64("key", entry.key_spki);
    }
    json.Text("reason", entry.reason);
    json.Close('}');
  }
  json.Close(']');
}

}  // namespace

std::string EncodeLogListJson(const LogList& list) {
  const LogList::Content& content = list.content();
  JsonWriter json;
  json.Open("", '{');
  if (!content.version.empty()) {
    json.Text("version", content.version);
  }
  if (content.timestamp_ms) {
    json.Time("log_list_timestamp", *content.timestamp_ms);
  }
  json.Open("operators", '[');
  for (const std::string& name : OperatorsOf(content)) {
    json.Open("", '{');
    json.Text("name", name);
    json.Open("email", '[');  // the schema wants it
    json.Close(']');
    WriteLogs(json, content, "logs", LogKind::kRfc6962, name);
    WriteLogs(json, content, "tiled_logs", LogKind::kStaticCt, name);
    json.Close('}');
  }
  json.Close(']');
  WriteDenied(json, content.denied);
  json.Close('}');
  return json.Finish();
}

}  // namespace tattle
