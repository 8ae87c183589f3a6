// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeControlRequest
// Property: what is accepted is one of the questions there are, with its word in it and a site
// where it has one only, and is refused with a byte behind it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/daemon/status/control_request.h"
#include "core/base/bytes.h"
#include "fuzz/require.h"

using tattle::daemon::ControlRequest;
using tattle::daemon::ControlVerb;
using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line = tattle::AsText(tattle::Bytes(data, size));
  const tattle::Result<ControlRequest> request = tattle::daemon::DecodeControlRequest(line);
  if (!request) {
    return 0;
  }
  Require(request->verb == ControlVerb::kGossip || request->site.empty());
  Require(line.find("ask") != std::string_view::npos || line.find('\\') != std::string_view::npos);
  Require(!tattle::daemon::DecodeControlRequest(std::string(line) + "}"));
  return 0;
}
