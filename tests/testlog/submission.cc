// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/submission.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "tests/testlog/precert.h"

namespace tattle::testlog {
namespace {

using X509Shared = std::shared_ptr<X509>;

X509Shared Parse(Bytes der) {
  const unsigned char* at = der.data();
  X509Shared certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): d2i moves a pointer
  const bool whole = certificate && at == der.data() + der.size();
  ERR_clear_error();
  return whole ? certificate : nullptr;
}

// IsSignedBy: names fit and the key verifies. Strength is no matter: see CheckSubmission.
bool IsSignedBy(X509* certificate, X509* issuer) {
  const bool good =
      X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0 &&
      X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return good;
}

std::string Nth(std::size_t i) {
  return "certificate " + std::to_string(i + 1) + " of the chain";
}

// FollowChain completes the chain with its root.
Outcome<std::vector<ByteVector>> FollowChain(std::span<const ByteVector> chain,
                                             const Roots& roots) {
  if (chain.empty()) {
    return Sorry("the chain is empty");
  }
  if (chain.size() >= kMaxChainCertificates) {
    return Sorry("the chain is too long: at most " + std::to_string(kMaxChainCertificates - 1) +
                 " certificates");
  }
  X509Shared below;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    X509Shared certificate = Parse(chain[i]);
    if (!certificate) {
      return Sorry(Nth(i) + " is no certificate");
    }
    if (i > 0 && X509_check_ca(certificate.get()) == 0) {
      return Sorry(Nth(i) + " is not that of a CA");
    }
    if (below && !IsSignedBy(below.get(), certificate.get())) {
      return Sorry(Nth(i) + " did not sign the one before it");
    }
    below = std::move(certificate);
  }
  std::vector<ByteVector> whole(chain.begin(), chain.end());
  if (roots.Contains(whole.back())) {
    return whole;
  }
  const ByteVector* root = roots.FindIssuer(below.get());
  if (root == nullptr) {
    return Sorry("the chain does not lead to an accepted root");
  }
  whole.push_back(*root);
  return whole;
}

// AddPrecert fills what is signed of a precertificate. `chain` is the whole one.
Outcome<void> AddPrecert(const CertificateView& leaf, std::span<const ByteVector> chain,
                         Submission& out) {
  if (chain.size() < 2) {
    return Sorry("a precertificate needs an issuer");
  }
  Result<CertificateView> issuer = DecodeCertificate(chain[1]);
  if (!issuer) {
    return Sorry(Nth(1) + ": " + Describe(issuer.error()));
  }
  const bool has_signer = IsPrecertSigner(*issuer);
  const CertificateView signer = *issuer;
  if (has_signer) {
    if (chain.size() < 3) {
      return Sorry("a precertificate signing certificate needs an issuer");
    }
    issuer = DecodeCertificate(chain[2]);
    if (!issuer) {
      return Sorry(Nth(2) + ": " + Describe(issuer.error()));
    }
  }
  Result<ByteVector> tbs = EncodeSubmittedTbs(leaf, has_signer ? &signer : nullptr);
  if (!tbs) {
    return Sorry(Describe(tbs.error()));
  }
  out.certificate = *std::move(tbs);
  out.issuer_key_hash = Sha256Of(issuer->spki);
  out.pre_certificate = chain.front();
  return {};
}

}  // namespace

Outcome<Roots> Roots::Create(std::span<const ByteVector> certificates) {
  Roots out;
  for (const ByteVector& certificate : certificates) {
    X509Shared parsed = Parse(certificate);
    if (!parsed) {
      return Sorry("root " + std::to_string(out.parsed_.size() + 1) + " is no certificate");
    }
    if (!out.Contains(certificate)) {
      out.certificates_.push_back(certificate);
      out.parsed_.push_back(std::move(parsed));
    }
  }
  return out;
}

bool Roots::Contains(Bytes certificate) const {
  return std::any_of(certificates_.begin(), certificates_.end(),
                     [&](const ByteVector& root) { return Equal(root, certificate); });
}

const ByteVector* Roots::FindIssuer(X509* certificate) const {
  for (std::size_t i = 0; i < parsed_.size(); ++i) {
    if (IsSignedBy(certificate, parsed_[i].get())) {
      return &certificates_[i];
    }
  }
  return nullptr;
}

Outcome<Submission> CheckSubmission(EntryType type, std::span<const ByteVector> chain,
                                    const Roots& roots) {
  const Outcome<std::vector<ByteVector>> whole = FollowChain(chain, roots);
  if (!whole) {
    return Sorry(whole.error());
  }
  const Result<CertificateView> leaf = DecodeCertificate(whole->front());
  if (!leaf) {
    return Sorry(Nth(0) + ": " + Describe(leaf.error()));
  }
  const bool is_precert = type == EntryType::kPrecert;
  if (leaf->is_precertificate != is_precert) {
    return Sorry(is_precert ? "a certificate without poison is for add-chain"
                            : "a precertificate is for add-pre-chain");
  }
  Submission out;
  out.type = type;
  if (!is_precert) {
    out.certificate = whole->front();
  } else if (const Outcome<void> added = AddPrecert(*leaf, *whole, out); !added) {
    return Sorry(added.error());
  }
  out.chain.assign(whole->begin() + 1, whole->end());
  out.fingerprint = Sha256Of(whole->front());
  return out;
}

}  // namespace tattle::testlog
