// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/host_name.h"

#include <algorithm>

#include "core/base/limits.h"

namespace tattle {
namespace {

bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}

}  // namespace

std::string CanonicalHost(std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  std::string out(host);
  for (char& c : out) {
    // Not by tolower: the host's locale has no say in names.
    c = IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool IsCanonicalHost(std::string_view host) {
  return host.size() <= kMaxHostName && !host.ends_with('.') &&
         std::all_of(host.begin(), host.end(),
                     [](char c) { return c > ' ' && c <= '~' && !IsUpper(c); });
}

}  // namespace tattle
