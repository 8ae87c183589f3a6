// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// UTF-8, strictly (RFC 3629, Section 3).

#ifndef TATTLE_CORE_BASE_UTF8_H_
#define TATTLE_CORE_BASE_UTF8_H_

#include <string_view>

namespace tattle {

// ReadCodePoint takes one code point off the front of `text`. Returns false and changes nothing
// where there is none: at the end, or at bytes that are not the one encoding of a code point.
[[nodiscard]] bool ReadCodePoint(std::string_view& text, char32_t& out);

// IsUnicodeSpace says whether a code point has the property White_Space (Unicode 15.0, PropList).
bool IsUnicodeSpace(char32_t code_point);

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_UTF8_H_
