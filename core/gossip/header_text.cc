// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/header_text.h"

#include <algorithm>
#include <cstddef>

#include "core/gossip/bounds.h"

namespace tattle {
namespace {

std::string_view WithoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

}  // namespace

bool IsHeaderTooLong(std::span<const std::string_view> values) {
  std::size_t rest = kMaxGossipHeaderSize;
  for (const std::string_view value : values) {
    if (value.size() > rest) {
      return true;
    }
    rest -= value.size();
  }
  return false;
}

void ForEachListItem(std::span<const std::string_view> values,
                     const std::function<void(std::string_view)>& visit) {
  for (std::string_view value : values) {
    while (!value.empty()) {
      const std::size_t len = std::min(value.find(','), value.size());
      const std::string_view item = WithoutBlanks(value.substr(0, len));
      value.remove_prefix(std::min(len + 1, value.size()));
      if (!item.empty()) {
        visit(item);
      }
    }
  }
}

}  // namespace tattle
