// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Whether a connection is judged at all. CT binds public CAs: a company's own CA logs nothing.

#ifndef TATTLE_PLUGIN_RUNTIME_SCOPE_H_
#define TATTLE_PLUGIN_RUNTIME_SCOPE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/connection.h"
#include "plugin/runtime/public_root_set.h"

namespace tattle {

enum class Scope : std::uint8_t {
  kUnknown = 0,  // could not be told; never a pass
  kPublic,       // judged: a CA of the chain is public, or may be
  kPrivate,      // no CA of the chain is public
  kExemptHost,
  kExemptSpki,
  kDane,
  kChainNotValid,  // there is no trust to add to
  kNoCertificate,
  kOff,
};

// IsExemptHost compares a name as DNS does: without regard to case and to a dot at the end.
bool IsExemptHost(std::string_view host, const std::vector<std::string>& exempt_hosts);

// DecideScope looks at a connection whose mode is not off. Exempt hosts come first, then what the
// chain is, then exempt keys, then whether any CA of it is public. A chain whose last CA was issued
// by another counts as public: what is above may be. Fails where a CA certificate cannot be decoded
// (and nothing else has settled it), and with kInternal for an empty set of roots.
Result<Scope> DecideScope(const Connection& connection, const Config& config,
                          const PublicRootSet& roots);

// ScopeName: "unknown", "public", "private", "exempt_host", "exempt_spki", "dane",
// "chain_not_valid", "no_certificate", "off".
std::string_view ScopeName(Scope scope);

// DescribeScope is half a sentence that says why a connection is not judged; empty for kPublic.
std::string_view DescribeScope(Scope scope);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_SCOPE_H_
