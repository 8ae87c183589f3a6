// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What is asked of the control socket: one JSON object on one line.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_CONTROL_REQUEST_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_CONTROL_REQUEST_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace tattle::daemon {

enum class ControlVerb : std::uint8_t {
  kStatus = 1,  // what is true of the daemon
  kGossip,      // exchange heads with a site, once
};

struct ControlRequest {
  ControlVerb verb = ControlVerb::kStatus;
  std::string site;  // of kGossip; nobody has looked at it
};

// DecodeControlRequest reads {"ask":"status"} or {"ask":"gossip","site":"https://..."}. Fails as
// json::Document does, with kMissing without an `ask`, or a `site`, that is a string, with
// kUnsupportedFormat for another word or member: nobody is to believe that what was not understood
// was done.
Result<ControlRequest> DecodeControlRequest(std::string_view line);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_CONTROL_REQUEST_H_
