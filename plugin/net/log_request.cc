// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/log_request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/der/precertificate.h"
#include "core/merkle/hash.h"
#include "core/wire/log_answers.h"
#include "core/wire/sct.h"
#include "plugin/net/bounds.h"
#include "plugin/net/http_url.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxWords = 120;  // of an error message that a server sends

Answer<Fetched> TakeAnswer(const std::string& url, Answer<HttpAnswer> answer) {
  if (!answer) {
    return tl::unexpected(std::move(answer.error()));
  }
  const int status = answer->status;
  if (status == 200) {
    return Fetched{url, std::move(answer->body)};
  }
  std::string what = "HTTP status " + std::to_string(status);
  if (!answer->body.empty()) {
    what += ": ";
    what += AsText(Bytes(answer->body).first(std::min(kMaxWords, answer->body.size())));
  }
  const bool is_gone = status == 404 || status == 410;
  Failure failure = MakeFailure(is_gone ? FailureKind::kNotFound : FailureKind::kStatus, url, what);
  failure.http_status = status;
  return tl::unexpected(std::move(failure));
}

// Submission is a chain as the log signs it. The entry borrows from the chain, and from `tbs`: to
// be moved, never copied.
struct Submission {
  ByteVector tbs;
  SignedEntry entry;
};

// DecodePreChain reads the certificates that say what is signed of a precertificate: it, the one
// that signed it, and where that one does nothing else, the CA above.
Result<Submission> DecodePreChain(std::span<const ByteVector> chain) {
  if (chain.size() < 2) {
    return Fail(Errc::kMissing, "chain.issuer");
  }
  const Result<CertificateView> leaf = DecodeCertificate(chain[0]);
  if (!leaf) {
    return tl::unexpected(leaf.error());
  }
  Result<CertificateView> issuer = DecodeCertificate(chain[1]);
  if (!issuer) {
    return tl::unexpected(issuer.error());
  }
  std::optional<CertificateView> signer;
  if (IsPrecertificateSigner(*issuer)) {
    if (chain.size() < 3) {
      return Fail(Errc::kMissing, "chain.issuer");
    }
    signer = *issuer;
    issuer = DecodeCertificate(chain[2]);
    if (!issuer) {
      return tl::unexpected(issuer.error());
    }
  }
  Result<ByteVector> tbs = EncodeSubmittedTbs(*leaf, signer ? &*signer : nullptr);
  if (!tbs) {
    return tl::unexpected(tbs.error());
  }
  Submission submission;
  submission.tbs = *std::move(tbs);
  submission.entry = {EntryType::kPrecert, submission.tbs, Sha256Of(issuer->spki)};
  return submission;
}

Result<Submission> DecodeChain(EntryType type, std::span<const ByteVector> chain) {
  if (chain.empty() || chain.front().empty()) {
    return Fail(Errc::kMissing, "chain.certificate");
  }
  if (chain.size() > kMaxChainCertificates) {
    return Fail(Errc::kTooLarge, "chain");
  }
  return type == EntryType::kPrecert ? DecodePreChain(chain)
                                     : Submission{{}, {EntryType::kX509, chain.front(), {}}};
}

// CheckSct says what is wrong with an SCT, or nothing.
std::optional<FailureKind> CheckSct(const Log& log, const Sct& sct, const SignedEntry& entry) {
  if (sct.log_id != log.log_id) {
    return FailureKind::kWrong;
  }
  const Result<Hash> digest = SctDigest(sct, entry);
  const Result<bool> good =
      digest ? VerifyDigitallySigned(*log.key, sct.signature, *digest) : Result<bool>(false);
  if (!good || !*good) {
    return FailureKind::kBadSignature;
  }
  // "the log [...] MUST include the leaf_index extension" (static-ct-api, SCT Extension)
  return log.kind == LogKind::kStaticCt && !sct.leaf_index ? std::optional(FailureKind::kWrong)
                                                           : std::nullopt;
}

}  // namespace

Answer<Fetched> Fetch(HttpClient& http, const std::string& url, std::size_t max_size) {
  return TakeAnswer(url, http.Get(url, max_size));
}

tl::unexpected<Failure> FailDecoding(std::string_view url, const Error& error) {
  const FailureKind kind =
      error.code == Errc::kTooLarge ? FailureKind::kTooLarge : FailureKind::kMalformed;
  return FailWith(kind, url, "the answer cannot be used: " + Describe(error));
}

void KeepBody(Failure& failure, Bytes body, std::string_view rebuilt) {
  if (body.size() > kMaxFailureBody) {
    failure.cut_size = body.size();
    body = AsBytes(rebuilt);
  }
  failure.body = body.size() > kMaxFailureBody ? ByteVector() : ToVector(body);
}

tl::unexpected<Failure> FailWithBody(FailureKind kind, std::string_view url, std::string_view what,
                                     Bytes body, std::string_view rebuilt) {
  Failure failure = MakeFailure(kind, url, what);
  KeepBody(failure, body, rebuilt);
  return tl::unexpected(std::move(failure));
}

Answer<bool> CompareHeads(const TreeHead& older, const TreeHead& newer) {
  constexpr std::string_view kWhere = "consistency";
  if (older.tree_size > newer.tree_size) {
    return FailWith(FailureKind::kRefused, kWhere, "the older tree is the larger one");
  }
  if (older.tree_size == newer.tree_size && older.sha256_root_hash != newer.sha256_root_hash) {
    return FailWith(FailureKind::kWrong, kWhere, "two trees of one size have different roots");
  }
  if (older.tree_size == 0 && older.sha256_root_hash != EmptyRoot()) {
    return FailWith(FailureKind::kWrong, kWhere, "an empty tree has the root of another one");
  }
  return older.tree_size == 0 || older.tree_size == newer.tree_size;
}

Answer<std::vector<ByteVector>> FetchLogRoots(const Log& log, HttpClient& http) {
  const Answer<Fetched> fetched =
      Fetch(http, JoinUrl(log.url, "ct/v1/get-roots"), kMaxGetRootsSize);
  if (!fetched) {
    return tl::unexpected(fetched.error());
  }
  Result<std::vector<ByteVector>> roots = DecodeGetRoots(fetched->body);
  if (!roots) {
    return FailDecoding(fetched->url, roots.error());
  }
  return *std::move(roots);
}

Answer<ByteVector> SubmitChain(const Log& log, HttpClient& http, EntryType type,
                               std::span<const ByteVector> chain) {
  const std::string url =
      JoinUrl(log.url, type == EntryType::kPrecert ? "ct/v1/add-pre-chain" : "ct/v1/add-chain");
  const Result<Submission> submission = DecodeChain(type, chain);
  if (!submission) {
    return FailWith(FailureKind::kRefused, url,
                    "nothing was submitted: " + Describe(submission.error()));
  }
  const std::string question = EncodeAddChain(chain);
  const Answer<Fetched> fetched =
      TakeAnswer(url, http.Post(url, "application/json", AsBytes(question), kMaxJsonSize));
  if (!fetched) {
    return tl::unexpected(fetched.error());
  }
  Result<ByteVector> bytes = DecodeAddChain(fetched->body);
  if (!bytes) {
    return FailDecoding(url, bytes.error());
  }
  const Result<Sct> sct = DecodeSct(*bytes);
  if (!sct) {
    return FailDecoding(url, sct.error());
  }
  const std::optional<FailureKind> fault = CheckSct(log, *sct, submission->entry);
  if (fault) {
    return FailWithBody(*fault, url,
                        *fault == FailureKind::kBadSignature
                            ? "the SCT is not signed by this log over what was submitted"
                            : "the SCT is of another log, or has no leaf_index",
                        fetched->body, EncodeAddChainAnswer(*sct).value_or(std::string()));
  }
  return *std::move(bytes);
}

}  // namespace tattle
