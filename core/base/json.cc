// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/json.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

// Without streams, and without assertions: one of them ends the process where the host's locale
// writes a decimal point in more than one byte.
#define JSON_NO_IO 1
#define JSON_ASSERT(condition) static_cast<void>(0)
#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/base/limits.h"

namespace tattle::json {
namespace {

enum class Kind : std::uint8_t { kOther = 0, kObject, kArray, kString, kUint64, kBool, kNull };

// Piece is where a string stands in Tree::text.
struct Piece {
  std::uint32_t begin = 0;
  std::uint32_t len = 0;
};

// Node is a value. What an object or array holds follows it directly, and ends where `end` says.
struct Node {
  Kind kind = Kind::kOther;  // fractions and negative numbers are kOther
  std::uint32_t end = 0;     // the index of what comes after it and all within it
  Piece key;                 // of a member
  Piece text;                // of a string
  std::uint64_t number = 0;  // of a number; 0 or 1 of a bool
};

}  // namespace

struct Tree {
  std::vector<Node> nodes;
  std::string text;  // all strings, with their escapes resolved, one after another

  std::string_view At(Piece piece) const {
    return std::string_view(text).substr(piece.begin, piece.len);
  }

  // Get is null for a default-made Value, and for one of another kind.
  static const Node* Get(const Tree* tree, std::uint32_t node, Kind kind) {
    return tree != nullptr && tree->nodes[node].kind == kind ? &tree->nodes[node] : nullptr;
  }
};

namespace {

// Grower makes a tree of the parser's events, and is what nlohmann calls a SAX interface: to
// answer false ends the parsing. Names and argument types are the library's.
class Grower {
 public:
  explicit Grower(Tree& tree) : tree_(tree) {}

  bool null() {
    Add(Kind::kNull);
    return true;
  }
  bool boolean(bool value) {
    Add(Kind::kBool).number = value ? 1 : 0;
    return true;
  }
  bool number_integer(std::int64_t value) {
    return value < 0 ? Other() : number_unsigned(static_cast<std::uint64_t>(value));
  }
  bool number_unsigned(std::uint64_t value) {
    Add(Kind::kUint64).number = value;
    return true;
  }

  // What is digits only is a whole number beyond 64 bits: refused, rather than rounded. (The
  // decimal point in `written` is that of the host's locale.)
  bool number_float(double /*value*/, const std::string& written) {
    return written.find_first_not_of("-0123456789") != std::string::npos && Other();
  }
  bool string(const std::string& value) {
    const Piece text = Keep(value);
    Add(Kind::kString).text = text;
    return true;
  }
  bool binary(const std::vector<std::uint8_t>& /*value*/) { return false; }  // not in JSON

  bool start_object(std::size_t /*size*/) { return Open(Kind::kObject); }
  bool key(const std::string& value) {
    key_ = Keep(value);
    return true;
  }
  bool end_object() {
    // Said once all of the text is known to be JSON.
    has_duplicate_ = has_duplicate_ || HasDuplicateMember();
    Close();
    return true;
  }
  bool start_array(std::size_t /*size*/) { return Open(Kind::kArray); }
  bool end_array() {
    Close();
    return true;
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) {
    return false;
  }

  bool is_too_deep() const { return is_too_deep_; }
  bool has_duplicate() const { return has_duplicate_; }

 private:
  bool Other() {
    Add(Kind::kOther);
    return true;
  }

  Node& Add(Kind kind) {
    Node node;
    node.kind = kind;
    node.key = std::exchange(key_, Piece());
    tree_.nodes.push_back(node);
    tree_.nodes.back().end = static_cast<std::uint32_t>(tree_.nodes.size());
    return tree_.nodes.back();
  }

  bool Open(Kind kind) {
    is_too_deep_ = open_.size() == kMaxJsonDepth;
    if (is_too_deep_) {
      return false;
    }
    open_.push_back(tree_.nodes.size());
    Add(kind);
    return true;
  }

  void Close() {
    tree_.nodes[open_.back()].end = static_cast<std::uint32_t>(tree_.nodes.size());
    open_.pop_back();
  }

  Piece Keep(const std::string& value) {
    const Piece piece = {static_cast<std::uint32_t>(tree_.text.size()),
                         static_cast<std::uint32_t>(value.size())};
    tree_.text.append(value);
    return piece;
  }

  // HasDuplicateMember looks at the innermost object, of which all members are there. Keys are
  // sorted, not hashed: whoever makes the text could choose keys of one hash, and a table of them
  // costs quadratic time.
  bool HasDuplicateMember() {
    keys_.clear();
    for (std::size_t i = open_.back() + 1; i < tree_.nodes.size(); i = tree_.nodes[i].end) {
      keys_.push_back(tree_.At(tree_.nodes[i].key));
    }
    std::sort(keys_.begin(), keys_.end());
    return std::adjacent_find(keys_.begin(), keys_.end()) != keys_.end();
  }

  Tree& tree_;
  std::vector<std::size_t> open_;  // objects and arrays that have not ended, outermost first
  Piece key_;                      // of the value that comes next
  std::vector<std::string_view> keys_;
  bool is_too_deep_ = false;
  bool has_duplicate_ = false;
};

// MayBeJson: the library would skip a byte order mark and take a NUL for the end of the text.
bool MayBeJson(std::string_view text) {
  return text.substr(0, 3) != "\xef\xbb\xbf" && text.find('\0') == std::string_view::npos;
}

}  // namespace

bool Value::IsObject() const {
  return Tree::Get(tree_, node_, Kind::kObject) != nullptr;
}

bool Value::IsArray() const {
  return Tree::Get(tree_, node_, Kind::kArray) != nullptr;
}

bool Value::IsNull() const {
  return tree_ == nullptr || Tree::Get(tree_, node_, Kind::kNull) != nullptr;
}

std::optional<Value> Value::Find(std::string_view key) const {
  std::optional<Value> found;
  ForEachMember([&](std::string_view name, Value member) {
    if (name == key) {
      found = member;
    }
    return !found;
  });
  return found;
}

std::optional<std::string_view> Value::AsString() const {
  const Node* const node = Tree::Get(tree_, node_, Kind::kString);
  return node == nullptr ? std::nullopt : std::optional(tree_->At(node->text));
}

std::optional<std::uint64_t> Value::AsUint64() const {
  const Node* const node = Tree::Get(tree_, node_, Kind::kUint64);
  return node == nullptr ? std::nullopt : std::optional(node->number);
}

std::optional<bool> Value::AsBool() const {
  const Node* const node = Tree::Get(tree_, node_, Kind::kBool);
  return node == nullptr ? std::nullopt : std::optional(node->number != 0);
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
  const Node* const array = Tree::Get(tree_, node_, Kind::kArray);
  if (array == nullptr) {
    return;
  }
  std::uint32_t child = node_ + 1;
  while (child < array->end && visit(Value(tree_, child))) {
    child = tree_->nodes[child].end;
  }
}

void Value::ForEachMember(const std::function<bool(std::string_view, Value)>& visit) const {
  const Node* const object = Tree::Get(tree_, node_, Kind::kObject);
  if (object == nullptr) {
    return;
  }
  std::uint32_t child = node_ + 1;
  while (child < object->end && visit(tree_->At(tree_->nodes[child].key), Value(tree_, child))) {
    child = tree_->nodes[child].end;
  }
}

Document::Document(std::unique_ptr<const Tree> tree) : tree_(std::move(tree)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::Decode(Bytes text, std::size_t max_size) {
  // A node and a piece have 32 bits to say where they are, and there are no more of them than
  // bytes.
  const std::size_t limit =
      std::min<std::size_t>(max_size, std::numeric_limits<std::uint32_t>::max());
  if (text.size() > limit) {
    return Fail(Errc::kTooLarge, "json", limit);
  }
  const std::string_view view = AsText(text);
  auto tree = std::make_unique<Tree>();
  Grower grower(*tree);
  const bool is_json =
      MayBeJson(view) && nlohmann::json::sax_parse(view.begin(), view.end(), &grower);
  if (!is_json) {
    return Fail(grower.is_too_deep() ? Errc::kTooLarge : Errc::kBadEncoding, "json");
  }
  if (grower.has_duplicate()) {
    return Fail(Errc::kDuplicate, "json.member");
  }
  return Document(std::move(tree));
}

Value Document::root() const {
  return {tree_.get(), 0};
}

}  // namespace tattle::json
