// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The pieces of which the command's JSON is put together.

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_JSON_MEMBER_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_JSON_MEMBER_H_

#include <string>
#include <string_view>

namespace tattle::cli {

std::string JsonNull();
std::string JsonBool(bool value);

// JsonTextOrNull: empty text is text that is not there.
std::string JsonTextOrNull(std::string_view text);

// JsonMember is `"name":value` behind a comma; `value` is JSON already.
std::string JsonMember(std::string_view name, std::string_view value);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_JSON_MEMBER_H_
