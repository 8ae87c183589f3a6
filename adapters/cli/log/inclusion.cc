// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/chain/chain_file.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/deadline.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "core/base/base64.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/der/extension.h"
#include "core/merkle/hash.h"
#include "core/verify/report.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "plugin/audit/inquiry.h"
#include "plugin/audit/make_claim.h"

namespace tattle::cli {
namespace {

struct InclusionOptions {
  LogOptions log;
  EvidenceFiles files;
};

// Promise is an SCT of the log, and what it is over. Borrows from what was collected.
struct Promise {
  SctSource source = SctSource::kEmbedded;
  Sct sct;
  SignedEntry entry;
};

// Finding is what came of one promise.
struct Finding {
  int exit_status = kExitUnknown;
  std::string_view code;  // a word of `tattle audit --json`, or of an SCT's status there
  std::string result;
  std::optional<InclusionProof> proof;
};

// AddPromises keeps the SCTs of one log. What cannot be read is of no log.
void AddPromises(SctSource source, Bytes list, const SignedEntry& entry, const LogId& log_id,
                 std::vector<Promise>& promises) {
  const Result<std::vector<Bytes>> items = SplitSctList(list);
  for (const Bytes item : items ? *items : std::vector<Bytes>()) {
    const Result<Sct> sct = DecodeSct(item);
    if (sct && sct->log_id == log_id) {
      promises.push_back({source, *sct, entry});
    }
  }
}

// FindPromises looks for the log's SCTs in the certificate and in the list beside it. `tbs` is
// borrowed by what it finds.
Outcome<std::vector<Promise>> FindPromises(const Collected& collected, const Log& log,
                                           ByteVector& tbs) {
  const Result<CertificateView> leaf = DecodeCertificate(collected.leaf);
  if (!leaf) {
    return Sorry("the certificate cannot be read: " + Describe(leaf.error()));
  }
  std::vector<Promise> promises;
  if (leaf->sct_list_value) {
    const Result<CertificateView> issuer = DecodeCertificate(collected.issuer);
    Result<ByteVector> spliced = EncodePrecertTbs(*leaf);
    const Result<Bytes> list = DecodeSctListExtension(*leaf->sct_list_value);
    if (!issuer) {
      return Sorry("the SCTs in the certificate need its issuer: put its certificate second");
    }
    if (!spliced || !list) {
      return Sorry("the SCT list in the certificate cannot be read");
    }
    tbs = *std::move(spliced);
    AddPromises(SctSource::kEmbedded, *list, {EntryType::kPrecert, tbs, Sha256Of(issuer->spki)},
                log.log_id, promises);
  }
  AddPromises(SctSource::kTls, collected.tls_scts, {EntryType::kX509, collected.leaf, {}},
              log.log_id, promises);
  if (promises.empty()) {
    return Sorry("no SCT of this log is there: `tattle check` shows whose are");
  }
  return promises;
}

bool IsSigned(const Log& log, const Promise& promise) {
  const Result<Hash> digest = SctDigest(promise.sct, promise.entry);
  return digest && VerifyDigitallySigned(*log.key, promise.sct.signature, *digest).value_or(false);
}

// JudgeAbsence: a log may take its merge delay to keep a promise. That its tree does not reach to
// a promised index is signed; that it finds no leaf is its front end's word, and front ends lag.
Finding JudgeAbsence(const Log& log, const Promise& promise, const TreeHead& head) {
  const std::uint64_t due_ms = promise.sct.timestamp_ms + MmdS(log) * kMsPerSecond;
  const std::string due = EncodeRfc3339(due_ms);
  if (head.timestamp_ms < due_ms) {
    return {kExitUnknown,
            "not_merged_yet",
            "not in the tree yet; the log has promised it until " + due,
            {}};
  }
  if (promise.sct.leaf_index) {
    return {kExitNo, "not_included", "not in the tree, where the log promised it until " + due, {}};
  }
  return {kExitUnknown,
          "no_proof",
          "the log gives no proof that it is in the tree, where it promised it until " + due +
              ": ask again later",
          {}};
}

Finding Prove(const OpenedLog& opened, const Promise& promise, const TreeHead& head) {
  const Log& log = *opened.log;
  if (!IsSigned(log, promise)) {
    return {kExitNo, "bad_signature", "the SCT is not signed by the log over this certificate", {}};
  }
  const Result<ByteVector> leaf =
      EncodeMerkleTreeLeaf({promise.sct.timestamp_ms, promise.entry, promise.sct.extensions});
  if (!leaf) {
    return {kExitUnknown, "malformed", Describe(leaf.error()), {}};
  }
  const auto ask = [&] {
    return opened.client->FetchInclusion(HashLeaf(*leaf), promise.sct.leaf_index, head);
  };
  const auto is_absent = [&](const Answer<InclusionProof>& proof) {
    return !proof && IsAbsence(promise.sct.leaf_index, head, proof.error());
  };
  Answer<InclusionProof> proof = ask();
  if (is_absent(proof) && proof.error().http_status != 0) {
    proof = ask();  // front ends differ
  }
  if (proof) {
    return {kExitYes, "included", "in the tree", *proof};
  }
  if (is_absent(proof)) {
    return JudgeAbsence(log, promise, head);
  }
  ReportFailure(log, proof.error(), false);
  // Another leaf is proven by the head; a proof or tile that does not fit is nobody's for certain.
  if (proof.error().leaf_hash) {
    return {kExitNo, "wrong_leaf", proof.error().sentence, {}};
  }
  const bool is_wrong = proof.error().kind == FailureKind::kWrong;
  return {kExitUnknown,
          is_wrong ? "wrong_answer" : "cannot_be_asked",
          proof.error().sentence + ": ask again later",
          {}};
}

Fields FindingFields(const Promise& promise, const Finding& finding) {
  Fields fields = Fields()
                      .Text("source", SctSourceName(promise.source))
                      .Text("time", EncodeRfc3339(promise.sct.timestamp_ms))
                      .Number("timestamp_ms", promise.sct.timestamp_ms)
                      .Text("inclusion", finding.code)
                      .Text("result", finding.result);
  if (finding.proof) {
    fields.Number("leaf_index", finding.proof->leaf_index);
    fields.Number("num_hashes", finding.proof->path.size());
  }
  return fields;
}

int ProveInclusion(const InclusionOptions& options) {
  const Outcome<OpenedLog> opened = OpenLog(options.log);
  if (!opened) {
    return Complain(opened.error());
  }
  // What the chain leads to is not asked here.
  const SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  const Outcome<Collected> collected =
      CollectFromFiles(options.files, context.get(), Deadline(kPipeTimeout));
  if (!collected) {
    return ComplainOf(options.files.chain, collected.error());
  }
  ByteVector tbs;
  const Outcome<std::vector<Promise>> promises = FindPromises(*collected, *opened->log, tbs);
  if (!promises) {
    return ComplainOf(options.files.chain, promises.error());
  }
  const Answer<SignedTreeHead> sth = opened->client->FetchTreeHead();
  if (!sth) {
    ReportFailure(*opened->log, sth.error(), options.log.json);
    return kExitUnknown;  // where nothing is signed, nothing is known of its SCTs
  }
  int exit_status = kExitYes;
  std::vector<Fields> scts;
  for (const Promise& promise : *promises) {
    const Finding finding = Prove(*opened, promise, sth->head);
    scts.push_back(FindingFields(promise, finding));
    exit_status = std::max(exit_status, finding.exit_status);
  }
  Fields fields = HeadFields(*opened->log, sth->head);
  fields.List("scts", std::move(scts));
  Print(fields, options.log.json);
  return exit_status;
}

}  // namespace

void AddInclusionVerb(Verb log, int& exit_status) {
  const auto options = std::make_shared<InclusionOptions>();
  const Verb verb = log.AddVerb("inclusion", "prove that a log has kept its SCTs");
  AddLogOptions(verb, options->log);
  verb.AddOption("CHAIN", options->files.chain,
                 "file with a certificate and its issuer, PEM or DER")
      .Required();
  verb.AddOption("--tls-scts", options->files.tls_scts,
                 "file with the SCT list of TLS extension 18, beside those in the certificate")
      .TypeName("FILE");
  verb.Footer(
      "Each SCT of this log is verified, and its entry is proven to be in the tree of the newest\n"
      "head. A log of RFC 6962 learns from the question which certificate you have; one that "
      "serves\n"
      "tiles does not.\n\n"
      "Exit status: 0 all are in the tree; 1 one is proven not to be and should, or is not\n"
      "signed by the log; 2 could not tell, such as while the log may still take its time, or\n"
      "where it gives no proof, as a front end that lags does: ask again later. The highest\n"
      "counts.\n\n"
      "Example:\n"
      "  tattle log inclusion 'Argon2026h1' chain.pem");
  verb.OnCall([options, &exit_status] { exit_status = ProveInclusion(*options); });
}

}  // namespace tattle::cli
