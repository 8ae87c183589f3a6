// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/accepted_roots.h"

#include <algorithm>
#include <utility>

#include "core/crypto/sha256.h"
#include "core/der/certificate.h"

namespace tattle {

Answer<bool> AcceptedRoots::Accepts(LogClient& client, std::span<const ByteVector> chain) {
  const LogId& log_id = client.log().log_id;
  std::unique_lock lock(mutex_);
  if (!by_log_.contains(log_id)) {
    lock.unlock();
    const Answer<std::vector<ByteVector>> answer = client.FetchRoots();
    if (!answer) {
      return tl::unexpected(answer.error());
    }
    Roots roots;
    for (const ByteVector& certificate : *answer) {
      // One that cannot be read is the root of no chain of ours.
      if (const Result<CertificateView> view = DecodeCertificate(certificate)) {
        roots.certificates.insert(Sha256Of(certificate));
        roots.subjects.insert(Sha256Of(view->subject));
      }
    }
    lock.lock();
    by_log_.insert_or_assign(log_id, std::move(roots));
  }
  const Roots& roots = by_log_.at(log_id);
  return std::any_of(chain.begin(), chain.end(), [&](const ByteVector& certificate) {
    const Result<CertificateView> view = DecodeCertificate(certificate);
    return view && (roots.certificates.contains(Sha256Of(certificate)) ||
                    roots.subjects.contains(Sha256Of(view->issuer)));
  });
}

}  // namespace tattle
