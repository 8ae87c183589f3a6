// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Submissions: a chain as it comes, checked as a log checks it (RFC 6962, Section 3.1).

#ifndef TATTLE_TESTS_TESTLOG_SUBMISSION_H_
#define TATTLE_TESTS_TESTLOG_SUBMISSION_H_

#include <memory>
#include <span>
#include <vector>

#include <openssl/types.h>

#include "core/base/bytes.h"
#include "core/wire/signed_entry.h"
#include "plugin/runtime/outcome.h"
#include "tests/testlog/log_key.h"

namespace tattle::testlog {

// Roots are the certificates that a log takes as anchors. Immutable once made.
class Roots {
 public:
  // Create fails when one of them (DER) is no certificate.
  static Outcome<Roots> Create(std::span<const ByteVector> certificates);

  bool Contains(Bytes certificate) const;

  // FindIssuer is a root that signed this certificate; null if there is none. Borrows.
  const ByteVector* FindIssuer(X509* certificate) const;

  const std::vector<ByteVector>& certificates() const { return certificates_; }

 private:
  std::vector<ByteVector> certificates_;  // DER, sorted by nothing: as given
  std::vector<std::shared_ptr<X509>> parsed_;
};

// Submission is what a log keeps of a chain that it takes.
struct Submission {
  EntryType type = EntryType::kX509;
  ByteVector certificate;         // the certificate, or the TBSCertificate that is signed
  Hash issuer_key_hash = {};      // of a precertificate's final issuer
  ByteVector pre_certificate;     // as submitted; empty for an x509 entry
  std::vector<ByteVector> chain;  // above the leaf, its root at the end
  Hash fingerprint = {};          // of type and leaf as submitted: the same again is no new entry
};

// CheckSubmission follows the chain, leaf first, to a root; the root itself may be left out. Each
// certificate must be signed by the next, and all but the first be a CA's. Validity and the
// strength of signatures are not looked at: "Logs [...] MAY accept certificates that have expired,
// are not yet valid, have been revoked, or are otherwise not fully valid". Fails with a sentence
// for the submitter.
Outcome<Submission> CheckSubmission(EntryType type, std::span<const ByteVector> chain,
                                    const Roots& roots);

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_SUBMISSION_H_
