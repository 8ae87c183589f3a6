// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Lists in header fields. Private to core/gossip.

#ifndef TATTLE_CORE_GOSSIP_HEADER_TEXT_H_
#define TATTLE_CORE_GOSSIP_HEADER_TEXT_H_

#include <functional>
#include <span>
#include <string_view>

namespace tattle {

// IsHeaderTooLong says whether all values together are longer than kMaxGossipHeaderSize.
bool IsHeaderTooLong(std::span<const std::string_view> values);

// ForEachListItem calls `visit` for each item of the values, without blanks around it; empty ones
// are passed over, as RFC 9110, Section 5.6.1.2, asks of recipients.
void ForEachListItem(std::span<const std::string_view> values,
                     const std::function<void(std::string_view)>& visit);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_HEADER_TEXT_H_
