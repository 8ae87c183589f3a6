// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// AcceptedRoots: which logs take which roots, asked once a run.

#ifndef TATTLE_PLUGIN_AUDIT_ACCEPTED_ROOTS_H_
#define TATTLE_PLUGIN_AUDIT_ACCEPTED_ROOTS_H_

#include <map>
#include <mutex>
#include <set>
#include <span>

#include "core/base/bytes.h"
#include "plugin/net/log_client.h"

namespace tattle {

// AcceptedRoots remembers what get-roots said. Several threads may share one.
class AcceptedRoots {
 public:
  // Accepts says whether the chain, leaf first, leads to a root of the log: one of its certificates
  // is such a root, or names one as its issuer. The log itself checks more. Fails as
  // LogClient::FetchRoots does; a failure is not remembered.
  Answer<bool> Accepts(LogClient& client, std::span<const ByteVector> chain);

 private:
  // Roots are hashes: of certificates, and of their subjects.
  struct Roots {
    std::set<Hash> certificates;
    std::set<Hash> subjects;
  };

  std::mutex mutex_;
  std::map<LogId, Roots> by_log_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_ACCEPTED_ROOTS_H_
