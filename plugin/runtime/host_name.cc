// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/host_name.h"

#include <algorithm>

#include "plugin/runtime/bounds.h"

namespace tattle {

std::string CanonicalHost(std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  std::string out(host);
  std::transform(out.begin(), out.end(), out.begin(), LowerCase);
  return out;
}

bool IsCanonicalHost(std::string_view host) {
  return host.size() <= kMaxHostName && !host.ends_with('.') &&
         std::all_of(host.begin(), host.end(),
                     [](char c) { return c > ' ' && c <= '~' && c == LowerCase(c); });
}

}  // namespace tattle
