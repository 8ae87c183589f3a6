// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeObservation
// Property: an accepted datagram has a leaf and encodes to itself.

#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"
#include "fuzz/require.h"
#include "plugin/runtime/observation.h"

using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const tattle::Result<tattle::Observation> observation = tattle::DecodeObservation(input);
  if (!observation) {
    Require(observation.error().offset <= size);
    return 0;
  }
  Require(!observation->chain.empty() && !observation->chain.front().empty());
  Require(observation->chain.size() <= tattle::kMaxChainCertificates);
  Require(tattle::EncodeObservation(*observation) == tattle::ToVector(input));
  return 0;
}
