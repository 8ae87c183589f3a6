// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Requests to a log without a server, and what is in the answers.

#ifndef TATTLE_TESTS_UNIT_TESTLOG_REQUESTS_H_
#define TATTLE_TESTS_UNIT_TESTLOG_REQUESTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "tests/testlog/api.h"

namespace tattle::testlog {

inline constexpr std::size_t kMaxAnswer = 64U << 20U;

// Get asks for "/path?query" below the log's prefix.
inline HttpResponse Get(Log& log, std::string_view target, std::size_t face = 0) {
  HttpRequest request;
  request.method = "GET";
  request.path = target.substr(0, target.find('?'));
  request.query = target.substr(std::min(target.size(), request.path.size() + 1));
  return Answer({log, face, request, request.path, 0});
}

inline HttpResponse Post(Log& log, std::string_view path, std::string_view body,
                         std::uint64_t now_ms, std::size_t face = 0) {
  HttpRequest request;
  request.method = "POST";
  request.path = path;
  request.body = ToVector(AsBytes(body));
  return Answer({log, face, request, request.path, now_ms});
}

inline std::string ChainJson(const std::vector<ByteVector>& chain) {
  std::string json = "{\"chain\":[";
  for (const ByteVector& certificate : chain) {
    json += (json.back() == '[' ? "\"" : ",\"") + EncodeBase64(certificate) + '"';
  }
  return json + "]}";
}

// Json decodes an answer; an empty object when it is none.
inline json::Document Json(const HttpResponse& response) {
  Result<json::Document> document = json::Document::Decode(response.body, kMaxAnswer);
  return document ? *std::move(document) : *json::Document::Decode(AsBytes("{}"), kMaxAnswer);
}

inline std::optional<Hash> ToHash(Bytes bytes) {
  Hash hash = {};
  if (bytes.size() != hash.size()) {
    return std::nullopt;
  }
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

// HashesIn are those of an array member such as "audit_path".
inline std::vector<Hash> HashesIn(const HttpResponse& response, std::string_view member) {
  const json::Document document = Json(response);
  std::vector<Hash> out;
  if (const auto array = document.root().Find(member)) {
    array->ForEachElement([&](json::Value element) {
      const auto bytes = DecodeBase64(element.AsString().value_or(""));
      const auto hash = bytes ? ToHash(*bytes) : std::nullopt;
      if (hash) {
        out.push_back(*hash);
      }
      return hash.has_value();
    });
  }
  return out;
}

// SctIn is the SerializedSCT that an answer of add-chain stands for; empty if it stands for none.
inline ByteVector SctIn(const HttpResponse& response) {
  const json::Document document = Json(response);
  const json::Value root = document.root();
  const auto id = root.FindBytes("id");
  const auto extensions = root.FindBytes("extensions");
  const auto signature = root.FindBytes("signature");
  const auto timestamp = root.FindUint64("timestamp");
  if (!id || !ToHash(*id) || !extensions || !signature || !timestamp ||
      root.FindUint64("sct_version") != 0U) {
    return {};
  }
  const auto decoded = DecodeDigitallySigned(*signature);
  if (!decoded) {
    return {};
  }
  Sct sct;
  sct.log_id = *ToHash(*id);
  sct.timestamp_ms = *timestamp;
  sct.extensions = *extensions;
  sct.signature = *decoded;
  return EncodeSct(sct).value_or(ByteVector());
}

inline std::string Escape(Bytes bytes) {
  std::string out;
  for (const char c : EncodeBase64(bytes)) {
    out += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
  }
  return out;
}

struct RawEntry {
  ByteVector leaf_input;
  ByteVector extra_data;
};

inline std::vector<RawEntry> EntriesIn(const HttpResponse& response) {
  const json::Document document = Json(response);
  std::vector<RawEntry> out;
  if (const auto array = document.root().Find("entries")) {
    array->ForEachElement([&](json::Value element) {
      out.push_back({element.FindBytes("leaf_input").value_or(ByteVector()),
                     element.FindBytes("extra_data").value_or(ByteVector())});
      return true;
    });
  }
  return out;
}

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_UNIT_TESTLOG_REQUESTS_H_
