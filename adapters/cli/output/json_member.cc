// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/json_member.h"

#include "core/base/json.h"

namespace tattle::cli {

std::string JsonNull() {
  return "null";
}

std::string JsonBool(bool value) {
  return value ? "true" : "false";
}

std::string JsonTextOrNull(std::string_view text) {
  return text.empty() ? JsonNull() : json::Quote(text);
}

std::string JsonMember(std::string_view name, std::string_view value) {
  std::string out = "," + json::Quote(name) + ':';
  return out.append(value);
}

}  // namespace tattle::cli
