// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The values of a configuration, one kind a function. Errors are the second half of a sentence for
// the operator: the key stands before them.

#ifndef TATTLE_PLUGIN_RUNTIME_CONFIG_VALUE_H_
#define TATTLE_PLUGIN_RUNTIME_CONFIG_VALUE_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// Choice is one word of a few.
template <typename T>
struct Choice {
  std::string_view name;
  T value;
};

// Trim takes blanks and tabs off both ends.
std::string_view Trim(std::string_view text);

// Excerpt is text as an error may repeat it: its first characters, printable.
std::string Excerpt(std::string_view text, std::size_t max_len = 24);

// JoinWords: "a, b or c".
std::string JoinWords(std::span<const std::string_view> words, std::string_view last);

// IsNearMiss says whether a slip or two make one of the other.
bool IsNearMiss(std::string_view word, std::string_view right);

// FindControlCharacter finds a byte that is in no text: below a blank and no tab, or DEL.
std::optional<std::string> FindControlCharacter(std::string_view text);

// FindFault finds what is right in no value: a control character, a quotation mark at its
// beginning, a comment behind it.
std::optional<std::string> FindFault(std::string_view value);

// DescribeNoChoice says that `value` is none of `names`.
std::string DescribeNoChoice(std::string_view value, std::string_view what,
                             std::span<const std::string_view> names);

// Choose takes the choice of this name. `what` is what there is none of, such as "policy".
template <typename T>
Outcome<T> Choose(std::string_view value, std::string_view what,
                  std::span<const Choice<T>> choices) {
  std::vector<std::string_view> names;
  for (const Choice<T>& choice : choices) {
    if (choice.name == value) {
      return choice.value;
    }
    names.push_back(choice.name);
  }
  return tl::unexpected(DescribeNoChoice(value, what, names));
}

// Assign moves a value to its place, or hands the error on.
template <typename T>
Outcome<void> Assign(T& place, Outcome<T> value) {
  if (!value) {
    return tl::unexpected(std::move(value.error()));
  }
  place = *std::move(value);
  return {};
}

// ReadYesOrNo takes one of the two words.
Outcome<bool> ReadYesOrNo(std::string_view value);

// ReadNumber takes digits only, up to `max`.
Outcome<std::size_t> ReadNumber(std::string_view value, std::size_t max);

// ReadPath takes an absolute path or nothing.
Outcome<std::string> ReadPath(std::string_view value);

// ReadSocketPath is ReadPath with the bound of sockaddr_un.
Outcome<std::string> ReadSocketPath(std::string_view value);

// ReadHostPattern takes a name, "*." and a name, or an IP address; writes it in lower case, without
// a dot at its end, and an IPv6 address as inet_ntop does.
Outcome<std::string> ReadHostPattern(std::string_view item);

// ReadHash takes 64 hexadecimal digits or base64, which may have "sha256/" or curl's "sha256//"
// before it.
Outcome<Hash> ReadHash(std::string_view item);

// ReadList reads items that commas separate; an empty value is an empty list.
template <typename T>
Outcome<std::vector<T>> ReadList(std::string_view value,
                                 Outcome<T> (*read_item)(std::string_view item)) {
  std::vector<T> items;
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    Outcome<T> item = read_item(Trim(value.substr(0, comma)));
    if (!item) {
      return tl::unexpected(std::move(item.error()));
    }
    items.push_back(*std::move(item));
    if (comma == std::string_view::npos) {
      break;
    }
    value = Trim(value.substr(comma + 1));
    if (value.empty()) {
      return tl::unexpected<std::string>("a comma stands at the end; remove it");
    }
  }
  return items;
}

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_CONFIG_VALUE_H_
