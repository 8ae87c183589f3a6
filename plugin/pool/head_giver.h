// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_PLUGIN_POOL_HEAD_GIVER_H_
#define TATTLE_PLUGIN_POOL_HEAD_GIVER_H_

#include <cstdint>
#include <string_view>

namespace tattle {

// HeadGiver tells those who bring heads apart, and is nothing of theirs: what one of them brings
// must not push out what others brought. It is in memory only.
using HeadGiver = std::uint64_t;
inline constexpr HeadGiver kNobody = 0;        // from the log itself, or nobody said
inline constexpr HeadGiver kFormerGivers = 1;  // brought by others before the pool was opened

// GiverOf makes one of a name, such as that of a host.
HeadGiver GiverOf(std::string_view name);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_HEAD_GIVER_H_
