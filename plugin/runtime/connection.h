// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What an adapter hands over of one connection. Nothing is decoded, nothing decided.

#ifndef TATTLE_PLUGIN_RUNTIME_CONNECTION_H_
#define TATTLE_PLUGIN_RUNTIME_CONNECTION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/verify/verify.h"
#include "plugin/runtime/config.h"

namespace tattle {

// ChainStatus is what the host's TLS library says of the chain.
enum class ChainStatus : std::uint8_t {
  kNotValidated = 0,  // it failed, or nobody looked
  kValidated,
  kDane,           // by DANE-TA or DANE-EE (RFC 6698, usages 2 and 3): no public CA vouches
  kNoCertificate,  // pre-shared key, anonymous
};

// Connection borrows everything for the call.
struct Connection {
  std::string_view host = {};  // the name that was contacted; empty: not known
  ChainStatus chain = ChainStatus::kNotValidated;
  Evidence evidence = {};
  std::span<const Bytes> cas = {};  // DER certificates of the validated chain above the leaf,
                                    // issuer first, the trust anchor last
  std::optional<Mode> mode = {};    // instead of the client's
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_CONNECTION_H_
