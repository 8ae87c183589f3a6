// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Enumerations of core as the numbers of tattle.h. Where one crosses, static assertions hold both
// equal: a number of tattle.h never changes, whatever happens to core.

#ifndef TATTLE_PLUGIN_CAPI_ENUMS_H_
#define TATTLE_PLUGIN_CAPI_ENUMS_H_

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace tattle::capi {

// Number is an enumerator as it crosses the boundary.
template <typename Enum>
constexpr std::int32_t Number(Enum value) {
  static_assert(std::is_enum_v<Enum>);
  return static_cast<std::int32_t>(value);
}

// NameOf calls core's `name` for a number from `first` to `last`; "" for others. Core returns
// string literals, which end in a NUL.
template <typename Enum>
const char* NameOf(std::int32_t number, Enum first, Enum last, std::string_view (*name)(Enum)) {
  if (number < Number(first) || number > Number(last)) {
    return "";
  }
  return name(static_cast<Enum>(number)).data();
}

}  // namespace tattle::capi

#endif  // TATTLE_PLUGIN_CAPI_ENUMS_H_
