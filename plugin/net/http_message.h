// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What HTTP/1.1 and HTTP/2 have in common (RFC 9110): targets, dates, and the headers of an answer.

#ifndef TATTLE_PLUGIN_NET_HTTP_MESSAGE_H_
#define TATTLE_PLUGIN_NET_HTTP_MESSAGE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/net/http_server.h"

namespace tattle {

// SetTarget splits a request target into path and query. The absolute form loses its scheme and
// authority. Returns false for what is none of a server's targets (RFC 9112, Section 3.2).
[[nodiscard]] bool SetTarget(std::string_view target, HttpRequest& request);

// FormatHttpDate: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, Section 5.6.7).
std::string FormatHttpDate(std::uint64_t time_ms);

// HasNoContent says whether answers of this status are without body and content-length.
bool HasNoContent(int status);

// FinishResponse makes an answer ready to be sent: checks status and headers (see HttpResponse),
// takes out those that only the connection may set, and adds date and content-length. Names end up
// in lower case.
void FinishResponse(const HttpServerOptions& options, HttpResponse& response);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP_MESSAGE_H_
