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

bool IsDnsName(std::string_view host) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_of_name = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  const std::string_view last = host.substr(host.rfind('.') + 1);  // all of it where there is none
  return host.size() <= kMaxHostName && !last.empty() && is_letter(last.front()) &&
         std::all_of(host.begin(), host.end(), is_of_name) && !host.starts_with('.') &&
         host.find("..") == std::string_view::npos;
}

}  // namespace tattle
