// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_FUZZ_REQUIRE_H_
#define TATTLE_FUZZ_REQUIRE_H_

#include <cstdlib>
#include <functional>

#include "core/base/bytes.h"

namespace tattle::fuzz {

// Require stops the fuzzer where a property does not hold.
inline void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// IsInside says whether `part` lies in `whole`, as a borrowed span must.
inline bool IsInside(Bytes part, Bytes whole) {
  const std::less_equal<> not_after;
  return part.empty() ||
         (not_after(whole.data(), part.data()) && not_after(&part.back(), &whole.back()));
}

}  // namespace tattle::fuzz

#endif  // TATTLE_FUZZ_REQUIRE_H_
