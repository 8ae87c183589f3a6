// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/page/document.h"

#include "core/base/time.h"

namespace tattle {

std::optional<std::uint64_t> FindTime(json::Value object, std::string_view key) {
  const std::optional<std::string_view> text = object.FindString(key);
  const Result<std::uint64_t> time_ms = DecodeRfc3339(text.value_or(std::string_view()));
  return time_ms ? std::optional(*time_ms) : std::nullopt;
}

bool IsTrue(json::Value object, std::string_view key) {
  return PartOf(object, key).AsBool().value_or(false);
}

std::uint64_t NumberOf(json::Value object, std::string_view key) {
  return object.FindUint64(key).value_or(0);
}

std::string_view TextOf(json::Value object, std::string_view key) {
  return object.FindString(key).value_or(std::string_view());
}

json::Value PartOf(json::Value object, std::string_view key) {
  return object.Find(key).value_or(json::Value());
}

std::vector<json::Value> ItemsOf(json::Value object, std::string_view key) {
  std::vector<json::Value> items;
  PartOf(object, key).ForEachElement([&items](json::Value item) {
    items.push_back(item);
    return true;
  });
  return items;
}

}  // namespace tattle
