// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a TLS session remembers of its judgement, so that a resumed connection, which brings no
// certificate and no SCTs, can be judged again by policy and time.

#ifndef TATTLE_PLUGIN_RUNTIME_SAVED_SESSION_H_
#define TATTLE_PLUGIN_RUNTIME_SAVED_SESSION_H_

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/verify/report.h"
#include "plugin/runtime/scope.h"

namespace tattle {

// SavedContext names the log list, the public roots and the exempt keys that a judgement rests on:
// the first bytes of a SHA-256 over them. Another one, and the session is worth nothing.
using SavedContext = std::array<std::uint8_t, 16>;

// SavedSession borrows from the LogList given to DecodeSavedSession.
struct SavedSession {
  SavedContext context = {};
  Scope scope = Scope::kUnknown;
  std::optional<Report> report;  // where the scope is kPublic
};

// EncodeSavedSession writes nothing (an empty optional) for more than kMaxSavedScts SCTs, which no
// honest server sends: such a session is not resumed.
std::optional<ByteVector> EncodeSavedSession(const SavedSession& saved);

// DecodeSavedSession reads bytes that any process may have kept. Fails with kUnsupportedVersion for
// those of a later version, with kMismatch for another context, and as decoders do for bytes that
// are none. `logs` is where the SCTs' logs are looked up.
Result<SavedSession> DecodeSavedSession(Bytes bytes, const SavedContext& context,
                                        const LogList& logs);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_SAVED_SESSION_H_
