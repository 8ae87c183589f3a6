// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/host_name.h"

#include <algorithm>

#include "core/base/lower_case.h"
#include "plugin/runtime/bounds.h"

namespace tattle {

std::string CanonicalHost(std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  return LowerCase(host);
}

bool IsCanonicalHost(std::string_view host) {
  return host.size() <= kMaxHostName && !host.ends_with('.') &&
         std::all_of(host.begin(), host.end(),
                     [](char c) { return c > ' ' && c <= '~' && c == LowerCase(c); });
}

}  // namespace tattle
