// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The status document that the page is made of: what ct_status and tattled answer in JSON.
// README.md has its members; each may be missing, and is then left out of the page.

#ifndef TATTLE_PLUGIN_PAGE_DOCUMENT_H_
#define TATTLE_PLUGIN_PAGE_DOCUMENT_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace tattle {

// StatusView borrows from the document.
struct StatusView {
  json::Value root;
  std::uint64_t now_ms = 0;  // when the document was made
};

// FindTime is a member that is a time of RFC 3339, in milliseconds.
std::optional<std::uint64_t> FindTime(json::Value object, std::string_view key);

// IsTrue says that a member is there and true.
bool IsTrue(json::Value object, std::string_view key);

// NumberOf is a number, 0 where there is none; TextOf a text, "" where there is none.
std::uint64_t NumberOf(json::Value object, std::string_view key);
std::string_view TextOf(json::Value object, std::string_view key);

// PartOf is the member, or null. ItemsOf is its elements.
json::Value PartOf(json::Value object, std::string_view key);
std::vector<json::Value> ItemsOf(json::Value object, std::string_view key);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_PAGE_DOCUMENT_H_
