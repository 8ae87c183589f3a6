// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// JSON (RFC 8259), read through one narrow door over nlohmann-json's event parser.
//
// Of a member that stands twice two readers may see two different values, so Document::Decode
// refuses it anywhere in the text. It also bounds size and nesting. What is left is a tree of
// values to look at; every accessor answers "not there, or of another type" with an empty optional,
// so that a caller never asserts what outside input looks like.

#ifndef TATTLE_CORE_BASE_JSON_H_
#define TATTLE_CORE_BASE_JSON_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle::json {

struct Tree;

// Value is a view into a Document, which must outlive it. Cheap to copy. A default-made Value is
// null and of no document.
class Value {
 public:
  Value() = default;

  bool IsObject() const;
  bool IsArray() const;
  bool IsNull() const;  // also of a default-made Value

  // Find is the member `key` of an object, if this is an object that has it.
  std::optional<Value> Find(std::string_view key) const;

  // AsString borrows from the document; AsUint64 takes whole numbers of 0..2^64-1 only.
  std::optional<std::string_view> AsString() const;
  std::optional<std::uint64_t> AsUint64() const;
  std::optional<bool> AsBool() const;

  // FindString, FindUint64: Find and convert in one step.
  std::optional<std::string_view> FindString(std::string_view key) const;
  std::optional<std::uint64_t> FindUint64(std::string_view key) const;

  // FindBytes decodes a member that is a string of base64.
  std::optional<ByteVector> FindBytes(std::string_view key) const;

  // ForEachElement calls `visit` for the elements of an array, ForEachMember for the members of an
  // object, in their order; both do nothing for other types and stop when `visit` returns false.
  void ForEachElement(const std::function<bool(Value)>& visit) const;
  void ForEachMember(const std::function<bool(std::string_view, Value)>& visit) const;

 private:
  friend class Document;
  Value(const Tree* tree, std::uint32_t node) : tree_(tree), node_(node) {}

  const Tree* tree_ = nullptr;
  std::uint32_t node_ = 0;
};

// Document owns a decoded text. Movable; its Values stay good as long as it lives. Immutable after
// construction and so safe to read from several threads.
class Document {
 public:
  // Decode reads a whole text, at most `max_size` bytes of UTF-8. Fails with kTooLarge,
  // kBadEncoding, or kDuplicate. The text is copied.
  static Result<Document> Decode(Bytes text, std::size_t max_size);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  Value root() const;

 private:
  explicit Document(std::unique_ptr<const Tree> tree);
  std::unique_ptr<const Tree> tree_;
};

// Quote writes a JSON string with its quotation marks. Bytes that are not UTF-8 become U+FFFD, so
// that what we print is always JSON.
std::string Quote(std::string_view text);

}  // namespace tattle::json

#endif  // TATTLE_CORE_BASE_JSON_H_
