// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a host asks of the check socket: one line a request.

#ifndef TATTLE_ADAPTERS_DAEMON_CHECK_REQUEST_H_
#define TATTLE_ADAPTERS_DAEMON_CHECK_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle::daemon {

enum class CheckVerb : std::uint8_t {
  kCertificate = 1,  // one of a chain, in a request of its own; judged when the leaf comes
  kChain,            // the whole chain, leaf first
};

// CheckRequest is a value.
struct CheckRequest {
  CheckVerb verb = CheckVerb::kChain;
  std::string host;       // the name that was contacted, or that contacts; may be empty
  std::string id;         // kCertificate: what the certificates of one chain have in common
  std::size_t depth = 0;  // kCertificate: 0 is the leaf
  bool is_incoming = false;
  std::vector<ByteVector> certificates;  // DER, not decoded; at least one

  friend bool operator==(const CheckRequest&, const CheckRequest&) = default;
};

// DecodeCheckRequest reads a line, without its end:
//
//   certificate depth 1 id 4711 host mx.example der MIIB...
//   chain direction in host chat.example der MIIB... MIIC...
//
// Words are separated by one blank. The pairs behind the verb may stand in any order, each once;
// depth and id must stand there for a certificate and may not for a chain; `host` and
// `direction` (in or out) may be missing. Fails with kTooLarge beyond a bound, kDuplicate,
// kMissing, kOutOfRange, and kBadEncoding for what is no such line; `field` names the word.
Result<CheckRequest> DecodeCheckRequest(std::string_view line);

// EncodeCheckRequest writes what DecodeCheckRequest reads, in the order above.
std::string EncodeCheckRequest(const CheckRequest& request);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_CHECK_REQUEST_H_
