// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/evidence/report.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/files/key_file.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "plugin/audit/bounds.h"

namespace tattle::cli {
namespace {

struct FaultText {
  std::string_view field;
  std::string_view text;
};

constexpr std::string_view kHeadTimes = "claim.heads.timestamp";

// What people should read instead of a field and a code.
constexpr FaultText kMismatches[] = {
    {"claim.heads.tree_head_signature", "a tree head in it is not signed by the log's key"},
    {"claim.heads.tree_size", "the sizes of its tree heads are not those of such a claim"},
    {kHeadTimes, "the times in it are those of a log that does nothing wrong"},
    {"claim.heads.sha256_root_hash", "its two tree heads agree, so there is nothing wrong"},
    {"claim.heads", "its two tree heads agree, so there is nothing wrong"},
    {"claim.proof", "the proof in it does not lead to the root of the tree head"},
    {"claim.older_root", "the proof in it does not lead to the older root that it names"},
    {"claim.leaf_hash", "the tree holds the very leaf that the SCT promises"},
    {"claim.scts.signature",
     "an SCT in it is not signed by the log's key for that certificate, or, "
     "where a bad signature is claimed, it is good"},
    {"claim.scts.log_id", "an SCT in it is of another log"},
    {"claim.scts.leaf_index", "its two SCTs promise different places"},
    {"claim.scts", "its two SCTs promise the same leaf"},
    {"claim.body", "what was answered is just what the log should answer"},
};

// DescribeDelay says by which merge delay the log was not late: lists disagree about it.
std::string DescribeDelay(const Claim& claim, const Log* listed) {
  if (claim.kind != ClaimKind::kNotMerged && claim.kind != ClaimKind::kStaleHead) {
    return "";
  }
  if (listed == nullptr || listed->mmd_s == 0) {
    return fmt::format(", by the maximum merge delay of {} s that the file claims", claim.mmd_s);
  }
  return fmt::format(", by its maximum merge delay of {} s in the log list; the file claims {} s",
                     listed->mmd_s, claim.mmd_s);
}

std::string DescribeFault(const Error& error, const Claim& claim, const Log* listed) {
  if (error.code == Errc::kMismatch) {
    for (const FaultText& fault : kMismatches) {
      if (fault.field == error.field) {
        return std::string(fault.text) +
               (fault.field == kHeadTimes ? DescribeDelay(claim, listed) : "");
      }
    }
  }
  return "it does not hold together: " + Describe(error);
}

std::string_view WorthWord(Worth worth) {
  switch (worth) {
    case Worth::kConclusive:
      return "conclusive";
    case Worth::kIndicative:
      return "indicative";
    case Worth::kNothing:
      break;
  }
  return "proves nothing";
}

// DescribeLog names the log by what the reader trusts, never by the file's word alone.
void DescribeLog(EvidenceReport& report, const Trust& trust, const Log* listed) {
  const std::string id = EncodeBase64(report.log_id);
  if (!trust.list) {
    report.log = fmt::format("{}, by the key in {}", id, trust.key_path);
    return;
  }
  if (listed != nullptr) {
    report.known_as = listed->description;
    report.log = fmt::format("{} ({}), id {}, by the log list {}", Sanitize(listed->description),
                             Sanitize(listed->operator_name), id, Sanitize(trust.list->origin));
    return;
  }
  report.log = fmt::format(
      "{}, UNKNOWN to the log list {}: only the file says whose key this is (\"{}\", {})", id,
      Sanitize(trust.list->origin), Sanitize(report.claim.log_description),
      Sanitize(report.claim.log_url));
}

std::string HeadsJson(const EvidenceReport& report) {
  std::string out;
  for (const SignedTreeHead& sth : report.claim.heads) {
    out += (out.empty() ? "" : ",") + EncodeGetSth(sth);
  }
  return "[" + out + "]";
}

}  // namespace

void AddTrustOptions(Verb verb, TrustOptions& options) {
  const VerbOption key = verb.AddOption("--key", options.key,
                                        "PEM file with the public key of the log that is accused")
                             .TypeName("FILE");
  verb.AddOption("--log-list", options.log_list,
                 "the list that says which log it is; by default the one that tattle uses")
      .TypeName("FILE")
      .NotWith(key);
}

Outcome<Trust> LoadTrust(const TrustOptions& options) {
  Trust trust;
  if (options.key.empty()) {
    Outcome<LoadedLogList> list = LoadLogList(options.log_list);
    if (!list) {
      return Sorry(list.error());
    }
    trust.list = *std::move(list);
    return trust;
  }
  Outcome<ByteVector> spki = ReadSpki(options.key);
  if (!spki) {
    return Sorry(spki.error());
  }
  trust.key_spki = *std::move(spki);
  trust.key_path = options.key;
  return trust;
}

EvidenceReport WeighClaim(Claim claim, const Trust& trust) {
  EvidenceReport report;
  report.claim = std::move(claim);
  report.log_id = Sha256Of(report.claim.log_key);
  const Log* listed = trust.list ? trust.list->list->Find(report.log_id) : nullptr;
  const DeniedLog* denied = trust.list ? trust.list->list->FindDenied(report.log_id) : nullptr;
  report.is_known =
      trust.list ? listed != nullptr || denied != nullptr : trust.key_spki == report.claim.log_key;
  DescribeLog(report, trust, listed);
  if (!trust.list && !report.is_known) {
    report.log =
        EncodeBase64(report.log_id) + ", which is not that of the key in " + trust.key_path;
    report.why = "it is about another log than that of the key";
    return report;
  }
  const Result<Finding> finding = VerifyClaim(report.claim, listed);
  if (!finding) {
    report.why = DescribeFault(finding.error(), report.claim, listed);
    return report;
  }
  report.worth = finding->weight == Weight::kConclusive ? Worth::kConclusive : Worth::kIndicative;
  report.why = finding->sentence;
  if (denied != nullptr) {
    report.worth = Worth::kIndicative;
    report.denied = denied->reason;
    report.why += ". But the list denies this key (" + denied->reason +
                  "): whoever has it can have made all this, so it is no proof";
  }
  return report;
}

bool IsProof(const EvidenceReport& report, bool accept_indicative) {
  return report.is_known && (report.worth == Worth::kConclusive ||
                             (report.worth == Worth::kIndicative && accept_indicative));
}

void PrintEvidence(const EvidenceReport& report, std::string_view name, bool details) {
  const Claim& claim = report.claim;
  const bool is_of_unknown = !report.is_known && report.worth != Worth::kNothing;
  fmt::print("{}: {}{}: {}\n", Printable(name), WorthWord(report.worth),
             is_of_unknown ? " against an unknown log" : "", ClaimKindName(claim.kind));
  fmt::print("  log    {}\n", Printable(report.log));
  if (is_of_unknown) {
    fmt::print(
        "  but    anybody can make a log of his own and convict it: this blames a log only where "
        "you\n"
        "         have its key from elsewhere, and name it with --key FILE\n");
  }
  fmt::print("  why    {}\n", Printable(report.why));
  fmt::print("  found  {}, as the finder says\n", EncodeRfc3339(claim.found_ms));
  if (!claim.remark.empty()) {
    fmt::print("  remark {}\n", Sanitize(claim.remark, kMaxEvidenceText));
  }
  if (!details) {
    return;
  }
  for (const SignedTreeHead& sth : claim.heads) {
    fmt::print("  head   {}\n", EncodeGetSth(sth));
  }
  for (const ClaimedSct& sct : claim.scts) {
    fmt::print("  sct    {} ({}, certificate of {} bytes)\n", EncodeBase64(sct.sct),
               sct.is_precert ? "precert_entry" : "x509_entry", sct.leaf.size());
  }
  for (const Hash& node : claim.proof) {
    fmt::print("  proof  {}\n", EncodeBase64(node));
  }
  if (!claim.path.empty()) {
    fmt::print("  path   {} (answer of {} bytes)\n", Printable(claim.path), claim.body.size());
  }
}

void PrintEvidenceJson(const EvidenceReport& report, std::string_view name) {
  const bool holds = report.worth != Worth::kNothing;
  fmt::print(R"({{"name":{}{}{}{}{}{}{}{}{}{}{}{}}})"
             "\n",
             json::Quote(name), JsonMember("claim_id", json::Quote(ClaimId(report.claim))),
             JsonMember("kind", json::Quote(ClaimKindName(report.claim.kind))),
             JsonMember("weight", holds ? json::Quote(WorthWord(report.worth)) : JsonNull()),
             JsonMember("log_id", json::Quote(EncodeBase64(report.log_id))),
             JsonMember("log", JsonTextOrNull(report.known_as)),
             JsonMember("log_known", JsonBool(report.is_known)),
             JsonMember("denied", JsonTextOrNull(report.denied)),
             JsonMember("found", json::Quote(EncodeRfc3339(report.claim.found_ms))),
             JsonMember("heads", HeadsJson(report)), JsonMember("why", json::Quote(report.why)),
             JsonMember("error", JsonNull()));
}

std::string DescribeDecodingError(const Error& error) {
  return "this is no evidence: " + Describe(error);
}

}  // namespace tattle::cli
