// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/submission_record.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"

namespace tattle {
namespace {

constexpr std::uint64_t kRecordFormat = 1;

std::string Member(std::string_view name, std::string_view json) {
  return json::Quote(name).append(": ").append(json);
}

std::string Base64Text(Bytes bytes) {
  return json::Quote(EncodeBase64(bytes));
}

std::string EncodeRecordedSct(const RecordedSct& sct) {
  return fmt::format("{{{}, {}, {}, {}, {}}}", Member("log_id", Base64Text(sct.log_id)),
                     Member("log", json::Quote(sct.log)),
                     Member("operator", json::Quote(sct.operator_name)),
                     Member("timestamp_ms", std::to_string(sct.timestamp_ms)),
                     Member("file", json::Quote(sct.file)));
}

// OnePerLine writes one element a line.
template <typename T, typename Encode>
std::string OnePerLine(const std::vector<T>& elements, Encode encode) {
  std::string out = "[";
  const char* separator = "\n  ";
  for (const T& element : elements) {
    out += separator + encode(element);
    separator = ",\n  ";
  }
  return out + "]";
}

// RecordReader takes the members of one object. The first fault stays.
class RecordReader {
 public:
  RecordReader(json::Value object, std::optional<Error>& fault) : object_(object), fault_(fault) {}

  std::string Text(std::string_view key, const char* field) {
    const std::optional<std::string_view> text = object_.FindString(key);
    if (!text) {
      Miss(key, field);
      return "";
    }
    return std::string(*text);
  }

  std::uint64_t Number(std::string_view key, const char* field) {
    const std::optional<std::uint64_t> number = object_.FindUint64(key);
    if (!number) {
      Miss(key, field);
    }
    return number.value_or(0);
  }

  bool Flag(std::string_view key, const char* field) {
    const std::optional<json::Value> value = object_.Find(key);
    const std::optional<bool> flag = value ? value->AsBool() : std::nullopt;
    if (!flag) {
      Miss(key, field);
    }
    return flag.value_or(false);
  }

  Hash Hash32(std::string_view key, const char* field) {
    const std::optional<ByteVector> bytes = object_.FindBytes(key);
    if (!bytes) {
      Miss(key, field);
      return {};
    }
    return ToHash(*bytes, field);
  }

  std::vector<LogId> Ids(std::string_view key, const char* field) {
    std::vector<LogId> out;
    ForEach(key, field, [&](json::Value element) {
      const std::optional<std::string_view> text = element.AsString();
      const Result<ByteVector> bytes =
          text ? DecodeBase64(*text) : Result<ByteVector>(Fail(Errc::kBadEncoding, field));
      if (!bytes) {
        Break(Errc::kBadEncoding, field);
        return;
      }
      out.push_back(ToHash(*bytes, field));
    });
    return out;
  }

  // ForEach visits the elements of a list, as many as there may be SCTs.
  void ForEach(std::string_view key, const char* field,
               const std::function<void(json::Value)>& visit) {
    const std::optional<json::Value> list = object_.Find(key);
    if (!list || !list->IsArray()) {
      Miss(key, field);
      return;
    }
    std::size_t num_seen = 0;
    list->ForEachElement([&](json::Value element) {
      if (++num_seen > kMaxSctsPerSource) {
        Break(Errc::kTooLarge, field);
        return false;
      }
      visit(element);
      return !fault_;
    });
  }

  void Break(Errc code, const char* field) {
    if (!fault_) {
      fault_ = Error{code, 0, field};
    }
  }

 private:
  void Miss(std::string_view key, const char* field) {
    Break(object_.Find(key) ? Errc::kBadEncoding : Errc::kMissing, field);
  }

  Hash ToHash(Bytes bytes, const char* field) {
    Hash hash = {};
    if (bytes.size() != hash.size()) {
      Break(Errc::kBadLength, field);
      return hash;
    }
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
  }

  json::Value object_;
  std::optional<Error>& fault_;
};

RecordedSct ReadSct(RecordReader& reader) {
  RecordedSct sct;
  sct.log_id = reader.Hash32("log_id", "record.scts.log_id");
  sct.log = reader.Text("log", "record.scts.log");
  sct.operator_name = reader.Text("operator", "record.scts.operator");
  sct.timestamp_ms = reader.Number("timestamp_ms", "record.scts.timestamp_ms");
  sct.file = reader.Text("file", "record.scts.file");
  return sct;
}

}  // namespace

std::string EncodeSubmissionRecord(const SubmissionRecord& record) {
  const auto encode_id = [](const LogId& log_id) { return Base64Text(log_id); };
  const std::array members = {
      Member("tattle_scts", std::to_string(kRecordFormat)),
      Member("certificate_file", json::Quote(record.certificate_file)),
      Member("certificate_sha256", Base64Text(record.certificate_sha256)),
      Member("is_precertificate", record.is_precertificate ? "true" : "false"),
      Member("not_after_ms", std::to_string(record.not_after_ms)),
      Member("policy", json::Quote(PolicyName(record.policy))),
      Member("only_logs", OnePerLine(record.only, encode_id)),
      Member("obtained_ms", std::to_string(record.obtained_ms)),
      Member("scts", OnePerLine(record.scts, EncodeRecordedSct)),
  };
  return fmt::format("{{{}}}\n", fmt::join(members, ",\n "));
}

Result<SubmissionRecord> DecodeSubmissionRecord(Bytes json) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxJsonSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  std::optional<Error> fault;
  RecordReader reader(document->root(), fault);
  const std::uint64_t format = reader.Number("tattle_scts", "record.tattle_scts");
  if (!fault && format != kRecordFormat) {
    return Fail(Errc::kUnsupportedVersion, "record.tattle_scts");
  }
  SubmissionRecord record;
  record.certificate_file = reader.Text("certificate_file", "record.certificate_file");
  record.certificate_sha256 = reader.Hash32("certificate_sha256", "record.certificate_sha256");
  record.is_precertificate = reader.Flag("is_precertificate", "record.is_precertificate");
  record.not_after_ms = reader.Number("not_after_ms", "record.not_after_ms");
  const std::optional<Policy> policy = FindPolicy(reader.Text("policy", "record.policy"));
  record.only = reader.Ids("only_logs", "record.only_logs");
  record.obtained_ms = reader.Number("obtained_ms", "record.obtained_ms");
  reader.ForEach("scts", "record.scts", [&](json::Value element) {
    RecordReader item(element, fault);
    record.scts.push_back(ReadSct(item));
  });
  if (!policy) {
    reader.Break(Errc::kOutOfRange, "record.policy");
  }
  if (!record.certificate_file.starts_with('/')) {
    reader.Break(Errc::kOutOfRange, "record.certificate_file");
  }
  if (fault) {
    return tl::unexpected(*fault);
  }
  record.policy = *policy;
  return record;
}

}  // namespace tattle
