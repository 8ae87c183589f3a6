// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/json.h"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "core/base/base64.h"
#include "core/base/limits.h"

namespace tattle::json {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Access turns our Values into simdjson's and back.
struct Access {
  static_assert(sizeof(element) == sizeof(std::array<std::uintptr_t, 2>));
  static_assert(std::is_trivially_copyable_v<element>);

  static std::optional<element> Get(const Value& value) {
    if (value.element_[0] == 0) {
      return std::nullopt;  // a default-made Value
    }
    return std::bit_cast<element>(value.element_);
  }

  static Value Make(element from) {
    Value value;
    value.element_ = std::bit_cast<std::array<std::uintptr_t, 2>>(from);
    return value;
  }
};

namespace {

// HasDuplicateMember walks the whole tree. Keys are sorted, not hashed: whoever makes the text
// could choose keys of one hash, and a table of them costs quadratic time.
bool HasDuplicateMember(element value) {  // NOLINT(misc-no-recursion): bounded by kMaxJsonDepth
  if (value.type() == element_type::ARRAY) {
    for (const element child : simdjson::dom::array(value)) {
      if (HasDuplicateMember(child)) {
        return true;
      }
    }
  }
  if (value.type() == element_type::OBJECT) {
    std::vector<std::string_view> keys;
    for (const auto& [key, child] : simdjson::dom::object(value)) {
      if (HasDuplicateMember(child)) {
        return true;
      }
      keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
  }
  return false;
}

}  // namespace

bool Value::IsObject() const {
  const std::optional<element> value = Access::Get(*this);
  return value && value->is_object();
}

bool Value::IsArray() const {
  const std::optional<element> value = Access::Get(*this);
  return value && value->is_array();
}

std::optional<Value> Value::Find(std::string_view key) const {
  const std::optional<element> value = Access::Get(*this);
  simdjson::dom::object object;
  element found;
  if (!value || value->get(object) != simdjson::SUCCESS ||
      object.at_key(key).get(found) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return Access::Make(found);
}

std::optional<std::string_view> Value::AsString() const {
  const std::optional<element> value = Access::Get(*this);
  std::string_view text;
  if (!value || value->get(text) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return text;
}

std::optional<std::uint64_t> Value::AsUint64() const {
  const std::optional<element> value = Access::Get(*this);
  std::uint64_t number = 0;
  if (!value || value->get(number) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return number;
}

std::optional<bool> Value::AsBool() const {
  const std::optional<element> value = Access::Get(*this);
  bool truth = false;
  if (!value || value->get(truth) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return truth;
}

std::optional<std::string_view> Value::FindString(std::string_view key) const {
  const std::optional<Value> member = Find(key);
  return member ? member->AsString() : std::nullopt;
}

std::optional<std::uint64_t> Value::FindUint64(std::string_view key) const {
  const std::optional<Value> member = Find(key);
  return member ? member->AsUint64() : std::nullopt;
}

std::optional<ByteVector> Value::FindBytes(std::string_view key) const {
  const std::optional<std::string_view> text = FindString(key);
  if (!text) {
    return std::nullopt;
  }
  Result<ByteVector> bytes = DecodeBase64(*text);
  if (!bytes) {
    return std::nullopt;
  }
  return *std::move(bytes);
}

void Value::ForEachElement(const std::function<bool(Value)>& visit) const {
  const std::optional<element> value = Access::Get(*this);
  simdjson::dom::array array;
  if (!value || value->get(array) != simdjson::SUCCESS) {
    return;
  }
  for (const element child : array) {
    if (!visit(Access::Make(child))) {
      return;
    }
  }
}

void Value::ForEachMember(const std::function<bool(std::string_view, Value)>& visit) const {
  const std::optional<element> value = Access::Get(*this);
  simdjson::dom::object object;
  if (!value || value->get(object) != simdjson::SUCCESS) {
    return;
  }
  for (const auto& [key, child] : object) {
    if (!visit(key, Access::Make(child))) {
      return;
    }
  }
}

struct Document::Impl {
  simdjson::dom::parser parser;
  element root;
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::Decode(Bytes text, std::size_t max_size) {
  if (text.size() > max_size) {
    return Fail(Errc::kTooLarge, "json", max_size);
  }
  if (text.empty()) {
    return Fail(Errc::kBadEncoding, "json");  // simdjson would copy from a null pointer
  }
  auto impl = std::make_unique<Impl>();
  if (impl->parser.allocate(text.size(), kMaxJsonDepth) != simdjson::SUCCESS) {
    return Fail(Errc::kInternal, "json");
  }
  const std::string_view view = AsText(text);
  // The parser copies the text into padded memory of its own.
  const simdjson::error_code error = impl->parser.parse(view.data(), view.size()).get(impl->root);
  if (error != simdjson::SUCCESS) {
    return Fail(error == simdjson::DEPTH_ERROR ? Errc::kTooLarge : Errc::kBadEncoding, "json");
  }
  if (HasDuplicateMember(impl->root)) {
    return Fail(Errc::kDuplicate, "json.member");
  }
  return Document(std::move(impl));
}

Value Document::root() const {
  return Access::Make(impl_->root);
}

}  // namespace tattle::json
