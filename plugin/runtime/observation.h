// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a process saw on one connection, as one datagram to tattled.

#ifndef TATTLE_PLUGIN_RUNTIME_OBSERVATION_H_
#define TATTLE_PLUGIN_RUNTIME_OBSERVATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "plugin/runtime/config.h"

namespace tattle {

// Observation is owned by itself: it is what DecodeObservation gives to tattled.
struct Observation {
  std::uint64_t seen_ms = 0;
  std::string host;  // the name that was contacted; may be empty
  Mode mode = Mode::kReport;
  Policy policy = Policy::kChrome;
  bool compliant = false;
  std::vector<ByteVector> chain;  // DER: the leaf, then the validated chain above it
  ByteVector tls_scts;            // as in Evidence
  ByteVector ocsp_response;
};

// EncodeObservation is nothing if it would be larger than kMaxObservationSize.
std::optional<ByteVector> EncodeObservation(const Observation& observation);

// DecodeObservation reads one datagram of any process.
Result<Observation> DecodeObservation(Bytes datagram);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_OBSERVATION_H_
