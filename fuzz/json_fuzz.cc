// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: json::Document::Decode, json::Quote
// Property: accepted text has no member twice; what was read, written out, reads the same; Quote
// makes JSON of any bytes, and text that is read comes out of it unchanged.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "fuzz/require.h"

using tattle::fuzz::Require;
using tattle::json::Document;
using tattle::json::Quote;
using tattle::json::Value;

namespace {

// Write writes what can be seen of a value; fractions, negative numbers and null all become null.
void Write(Value value, std::string& out) {
  if (value.IsObject()) {
    std::set<std::string> keys;
    value.ForEachMember([&](std::string_view key, Value child) {
      Require(keys.emplace(key).second);
      out += (keys.size() == 1 ? "{" : ",") + Quote(key) + ":";
      Require(value.Find(key).has_value());
      Write(child, out);
      return true;
    });
    out += keys.empty() ? "{}" : "}";
  } else if (value.IsArray()) {
    out += '[';
    bool first = true;
    value.ForEachElement([&](Value child) {
      out += first ? "" : ",";
      first = false;
      Write(child, out);
      return true;
    });
    out += ']';
  } else if (const auto text = value.AsString()) {
    out += Quote(*text);
  } else if (const auto number = value.AsUint64()) {
    out += std::to_string(*number);
  } else if (const auto truth = value.AsBool()) {
    out += *truth ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const std::string quoted = Quote(tattle::AsText(input));
  const tattle::Result<Document> text =
      Document::Decode(tattle::AsBytes(quoted), tattle::kMaxJsonSize);
  Require(text && text->root().AsString() && Quote(*text->root().AsString()) == quoted);

  const tattle::Result<Document> document = Document::Decode(input, tattle::kMaxJsonSize);
  if (!document) {
    return 0;
  }
  std::string written;
  Write(document->root(), written);
  const tattle::Result<Document> again =
      Document::Decode(tattle::AsBytes(written), tattle::kMaxJsonSize);
  Require(again.has_value());
  std::string written_again;
  Write(again->root(), written_again);
  Require(written == written_again);
  return 0;
}
