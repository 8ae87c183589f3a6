// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Which server a URL names, as libcurl reads it: two readers of one URL may be of two minds.

#ifndef TATTLE_PLUGIN_NET_HTTP_URL_H_
#define TATTLE_PLUGIN_NET_HTTP_URL_H_

#include <string>
#include <string_view>

#include "plugin/runtime/outcome.h"

namespace tattle {

// HttpOrigin is the server of a URL; `port` is the scheme's where the URL names none.
struct HttpOrigin {
  std::string scheme;  // "https", or "http"
  std::string host;
  std::string port;
  bool operator==(const HttpOrigin&) const = default;
};

// ReadHttpOrigin takes an http or https URL without user and password. Else it fails with the
// second half of a sentence.
Outcome<HttpOrigin> ReadHttpOrigin(const std::string& url);

// JoinUrl puts a path, which begins with no slash, behind a prefix with or without one at its end.
std::string JoinUrl(std::string_view prefix, std::string_view path);

// PercentEncode writes what may stand as a value in a query.
std::string PercentEncode(std::string_view text);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP_URL_H_
