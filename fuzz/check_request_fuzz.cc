// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeCheckRequest
// Property: an accepted request has certificates and says the same when it is written again; an
// error lies within the line.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/daemon/check/request.h"
#include "core/base/limits.h"
#include "fuzz/require.h"

using tattle::daemon::CheckRequest;
using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line = tattle::AsText(tattle::Bytes(data, size));
  const tattle::Result<CheckRequest> request = tattle::daemon::DecodeCheckRequest(line);
  if (!request) {
    Require(request.error().offset <= size);
    return 0;
  }
  Require(!request->certificates.empty() && !request->certificates.front().empty());
  Require(request->certificates.size() <= tattle::kMaxChainCertificates);
  const tattle::Result<CheckRequest> again =
      tattle::daemon::DecodeCheckRequest(tattle::daemon::EncodeCheckRequest(*request));
  Require(again.has_value() && *again == *request);
  return 0;
}
