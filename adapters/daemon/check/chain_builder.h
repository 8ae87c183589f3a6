// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ChainBuilder: from what a peer presented to the chain that vouches for it.

#ifndef TATTLE_ADAPTERS_DAEMON_CHECK_CHAIN_BUILDER_H_
#define TATTLE_ADAPTERS_DAEMON_CHECK_CHAIN_BUILDER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <openssl/types.h>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// ChainBuilder holds the CAs that this machine trusts. Whoever asks the check socket hands over
// what the peer sent, which is without the root: whether that is a public one, and so whether CT
// is judged at all, shows only in the chain as validated. Names and purposes are not looked at;
// that is for whoever asks. For one thread at a time.
class ChainBuilder {
 public:
  // Create reads a PEM bundle; an empty path stands for the system's CAs. Fails with a sentence.
  static Outcome<ChainBuilder> Create(const std::string& ca_file);

  // Build is the chain (DER) from the leaf up to the trust anchor. `presented` is the leaf and what
  // came with it. Fails with half a sentence that says why there is none.
  Outcome<std::vector<ByteVector>> Build(std::span<const ByteVector> presented,
                                         std::uint64_t now_ms) const;

 private:
  struct Free {
    void operator()(X509_STORE* store) const;
  };

  explicit ChainBuilder(std::unique_ptr<X509_STORE, Free> store) : store_(std::move(store)) {}

  std::unique_ptr<X509_STORE, Free> store_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_CHECK_CHAIN_BUILDER_H_
