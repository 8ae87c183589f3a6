// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The status page for people: one HTML document without scripts, made of the status document that a
// host serves as JSON, so that the two say the same.

#ifndef TATTLE_PLUGIN_PAGE_PAGE_H_
#define TATTLE_PLUGIN_PAGE_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// A status document. One with all that is listed of 300 logs and 250 certificates is below 1 MB.
inline constexpr std::size_t kMaxStatusDocument = 8U << 20U;

// What is shown of each kind; the page says how many more there are.
inline constexpr std::size_t kMaxShownRows = 250;
inline constexpr std::size_t kMaxShownEvidence = 50;

// RenderStatusPage makes the page. What the document does not have is left out; what it has too
// much of, counted. Fails as json::Document does, with kMissing without a `time`. Pure.
Result<std::string> RenderStatusPage(Bytes document);

// StatusPagePolicy is the value of Content-Security-Policy that the page is served with: nothing
// but the style that is in it, named by its hash.
std::string StatusPagePolicy();

// StatusFormat is how a host says its status.
enum class StatusFormat : std::uint8_t { kJson = 1, kPrometheus, kHtml };

// FindStatusFormat reads a request's Accept (RFC 9110, Section 12.5.1), all its fields joined by
// commas. HTML and the text of Prometheus are for those who name them and prefer them to JSON; who
// says nothing, or takes anything, gets JSON.
StatusFormat FindStatusFormat(std::string_view accept);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_PAGE_PAGE_H_
