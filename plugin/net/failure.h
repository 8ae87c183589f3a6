// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Failure: why a question to a server has no answer that can be used, and who is to blame.

#ifndef TATTLE_PLUGIN_NET_FAILURE_H_
#define TATTLE_PLUGIN_NET_FAILURE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "core/base/bytes.h"

namespace tattle {

// FailureKind says who is to blame, and so what follows. Only kWrong and kBadSignature can become
// evidence: everything before them may be the network's doing.
enum class FailureKind : std::uint8_t {
  kCancelled = 1,  // we were asked to stop
  kRefused,        // asked for what cannot be: a URL, an argument, a setting; nothing was sent
  kNetwork,        // name not found, no connection, reset, cut off, timeout
  kTls,            // no handshake, or the server's certificate does not validate
  kStatus,         // an HTTP status other than 200; http_status says which
  kTooLarge,       // beyond a bound of core/base/limits.h
  kMalformed,      // not what the specification says: no JSON, no hash, no list
  kNotFound,       // the log says that it has no such leaf, tree or tile: 404, 410, of a tile 403
  kBadSignature,   // a head, checkpoint or SCT that the log's key did not sign; `body` has it
  kWrong,          // signed things and a proof that does not fold, a tile that does not fit
};

// FailureKindName: "cancelled", "refused", "network", "tls", "status", "too_large", "malformed",
// "not_found", "bad_signature", "wrong".
std::string_view FailureKindName(FailureKind kind);

struct Failure {
  FailureKind kind = FailureKind::kNetwork;
  int http_status = 0;                          // 0: there was none
  std::optional<std::uint64_t> retry_after_ms;  // what the server asked for, from now on
  std::string sentence;  // lower case, no full stop, sanitised: what failed, where, what to do

  // For kBadSignature and kWrong, what the server answered. Beyond 64 KB it is what was read of it,
  // written anew, or empty where that is too large, too; `cut_size` is then what the answer had.
  ByteVector body;
  std::size_t cut_size = 0;
  // For a tile that does not fit: its path below the log's URL; `body` is it. Where it is one of
  // several, the paths of all (EncodeTilePaths), and all behind one another.
  std::string path;
  // For a consistency or inclusion proof that does not fold, as given, or as the log's tiles have
  // it.
  std::vector<Hash> proof;
  // For a consistency proof made of tiles: the root that the newer tree had at the older size.
  std::optional<Hash> older_root;
  // For an inclusion proof made of tiles: the leaf that the tree has at the index, and `proof` its
  // proof.
  std::optional<Hash> leaf_hash;
};

// Answer is what a server said, verified, or a Failure.
template <typename T>
using Answer = tl::expected<T, Failure>;

// MakeFailure says "WHERE: WHAT". Both may hold what came from outside: it is made printable and
// cut.
Failure MakeFailure(FailureKind kind, std::string_view where, std::string_view what);

// FailWith makes the error half of an Answer of it.
inline tl::unexpected<Failure> FailWith(FailureKind kind, std::string_view where,
                                        std::string_view what) {
  return tl::unexpected(MakeFailure(kind, where, what));
}

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_FAILURE_H_
