// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/evidence/write_evidence.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/note/checkpoint.h"
#include "plugin/audit/make_claim.h"
#include "plugin/runtime/config_value.h"

namespace tattle::cli {
namespace {

struct ConsistencyOptions {
  LogOptions log;
  std::string first;
  std::string second;
  std::string evidence_dir;
};

// ComparedHead is one of the two. Only what the log signed can be held against it.
struct ComparedHead {
  TreeHead tree;
  std::optional<ByteVector> signature;  // none: SIZE:ROOT, for which somebody else vouches
  std::string name;                     // the argument; empty: the log's newest head

  SignedTreeHead sth() const { return {tree, signature.value_or(ByteVector())}; }
};

// DecodeBareHead reads SIZE:ROOT; nothing if it is something else, such as a file.
std::optional<TreeHead> DecodeBareHead(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto size = ReadNumber(text.substr(0, colon), kMaxTreeSize);
  const Result<ByteVector> root = DecodeBase64(text.substr(colon + 1));
  TreeHead head;
  if (!size || !root || root->size() != head.sha256_root_hash.size()) {
    return std::nullopt;
  }
  head.tree_size = *size;
  std::copy(root->begin(), root->end(), head.sha256_root_hash.begin());
  return head;
}

// VerifyHeadFile reads a get-sth answer or a checkpoint, and whether the log signed it.
Result<SignedTreeHead> VerifyHeadFile(Bytes content, const Log& log) {
  if (AsText(content).find('{') == 0) {
    Result<SignedTreeHead> sth = DecodeGetSth(content);
    if (!sth) {
      return sth;
    }
    const Result<bool> good = VerifyTreeHead(*sth, *log.key);
    return good && *good ? std::move(sth) : Fail(Errc::kMismatch, "sth.tree_head_signature");
  }
  const Result<std::string_view> origin = CheckpointOrigin(log.url);
  if (!origin) {
    return tl::unexpected(origin.error());
  }
  return VerifyCheckpoint(content, *origin, log.log_id, *log.key);
}

Outcome<ComparedHead> ReadHead(const std::string& argument, const Log& log) {
  if (const std::optional<TreeHead> head = DecodeBareHead(argument)) {
    return ComparedHead{*head, std::nullopt, argument};
  }
  if (ReadNumber(argument, kMaxTreeSize) && !Exists(argument)) {
    return Sorry(fmt::format(
        "{}: a size alone has no root that could be proven: write SIZE:ROOT, or name a file that "
        "`tattle log sth --out` wrote",
        argument));
  }
  const Outcome<ByteVector> content = ReadFile(argument, kMaxJsonSize);
  if (!content) {
    return Sorry(fmt::format("{}: {}", argument, content.error()));
  }
  const Result<SignedTreeHead> sth = VerifyHeadFile(*content, log);
  if (!sth) {
    return Sorry(
        fmt::format("{}: no head that this log signed: {}", argument, Describe(sth.error())));
  }
  return ComparedHead{sth->head, sth->signature, argument};
}

Fields TreeFields(const TreeHead& head) {
  return Fields()
      .Number("tree_size", head.tree_size)
      .Text("sha256_root_hash", EncodeBase64(head.sha256_root_hash));
}

// HeadPair is what is to be consistent, the smaller tree first.
struct HeadPair {
  ComparedHead older;
  ComparedHead newer;

  bool is_signed() const { return older.signature && newer.signature; }
};

// FindWrong has a claim where two signed heads need no proof to be wrong.
std::optional<Claim> FindWrong(const Log& log, const HeadPair& pair) {
  const TreeHead& older = pair.older.tree;
  const TreeHead& newer = pair.newer.tree;
  if (!pair.is_signed()) {
    return std::nullopt;
  }
  if (older.tree_size == newer.tree_size && older.sha256_root_hash != newer.sha256_root_hash) {
    return SplitClaim(log, pair.older.sth(), pair.newer.sth(), NowMs());
  }
  if (older.tree_size < newer.tree_size && older.timestamp_ms > newer.timestamp_ms) {
    Claim claim = NewClaim(ClaimKind::kRollback, log, NowMs());
    claim.heads = {pair.newer.sth(), pair.older.sth()};
    return claim;
  }
  return std::nullopt;
}

// HasGoneBack: the log shows a smaller tree than one that it signed, and gives no proof that the
// one is part of the other, as a log does that has lost its end.
bool HasGoneBack(const HeadPair& pair, const Failure& failure) {
  constexpr int kBadRequest = 400;  // as logs of RFC 6962 say to a size that they do not know
  return pair.older.name.empty() && pair.newer.signature &&
         pair.older.tree.tree_size < pair.newer.tree.tree_size &&
         (failure.kind == FailureKind::kNotFound || failure.http_status == kBadRequest);
}

std::string DescribeGoingBack(const HeadPair& pair, const Failure& failure) {
  return fmt::format(
      "ROLLBACK: its newest head is of {} entries, of {}, though it signed one of {}, of {} ({}), "
      "and it gives no proof between them ({}): it went back, or one of its servers lags behind; "
      "ask again, and report it if it stays so",
      pair.older.tree.tree_size, EncodeRfc3339(pair.older.tree.timestamp_ms),
      pair.newer.tree.tree_size, EncodeRfc3339(pair.newer.tree.timestamp_ms), pair.newer.name,
      failure.sentence);
}

// ReportClaim says what the log did wrong, and keeps it where that is wanted.
int ReportClaim(const ConsistencyOptions& options, const Log& log, const Claim& claim) {
  const Result<Finding> finding = VerifyClaim(claim, &log);
  if (!finding) {
    return ComplainOf(log.description, Describe(finding.error()));
  }
  const std::string_view word = claim.kind == ClaimKind::kSplitView  ? "SPLIT VIEW"
                                : claim.kind == ClaimKind::kRollback ? "ROLLBACK"
                                                                     : "INCONSISTENT";
  WrongAnswer wrong{fmt::format("{}: {}", word, finding->sentence), claim.kind, ""};
  Outcome<std::string> file = std::string();
  if (!options.evidence_dir.empty()) {
    file = WriteEvidence(claim, options.evidence_dir);
    wrong.evidence_file = file.value_or("");
  }
  const int exit_status = ReportWrong(log, wrong, options.log.json);
  if (options.evidence_dir.empty()) {
    fmt::print(stderr, "tattle: --evidence-dir DIR keeps this as evidence for others\n");
  }
  return file ? exit_status : Complain(file.error());
}

int ReportNoProof(const ConsistencyOptions& options, const OpenedLog& opened, const HeadPair& pair,
                  const Failure& failure) {
  if (HasGoneBack(pair, failure)) {
    return ReportWrong(*opened.log, {DescribeGoingBack(pair, failure), ClaimKind::kRollback, ""},
                       options.log.json);
  }
  const bool has_all = !failure.proof.empty() || pair.older.tree.tree_size == 0;
  if (failure.kind == FailureKind::kWrong && pair.is_signed() && has_all) {
    Claim claim = NewClaim(ClaimKind::kInconsistent, *opened.log, NowMs());
    claim.heads = {pair.older.sth(), pair.newer.sth()};
    FillInconsistent(claim, failure, *opened.client);
    return ReportClaim(options, *opened.log, claim);
  }
  return ReportFailure(*opened.log, failure, options.log.json);
}

int ProvePair(const ConsistencyOptions& options, const OpenedLog& opened, const HeadPair& pair) {
  if (const std::optional<Claim> claim = FindWrong(*opened.log, pair)) {
    return ReportClaim(options, *opened.log, *claim);
  }
  const Answer<std::vector<Hash>> proof =
      opened.client->FetchConsistency(pair.older.tree, pair.newer.tree);
  if (!proof) {
    return ReportNoProof(options, opened, pair, proof.error());
  }
  std::vector<Fields> hashes;
  for (const Hash& hash : *proof) {
    hashes.push_back(Fields().Text("hash", EncodeBase64(hash)));
  }
  Print(Fields()
            .Text("log", opened.log->description)
            .Text("log_id", EncodeBase64(opened.log->log_id))
            .Text("result", "the older tree is part of the newer one")
            .Struct("older", TreeFields(pair.older.tree))
            .Struct("newer", TreeFields(pair.newer.tree))
            .List("proof", std::move(hashes)),
        options.log.json);
  return kExitYes;
}

int ProveConsistency(const ConsistencyOptions& options) {
  const Outcome<OpenedLog> opened = OpenLog(options.log);
  if (!opened) {
    return Complain(opened.error());
  }
  Outcome<ComparedHead> first = ReadHead(options.first, *opened->log);
  if (!first) {
    return Complain(first.error());
  }
  Outcome<ComparedHead> second = ComparedHead();
  if (options.second.empty()) {
    const Answer<SignedTreeHead> sth = opened->client->FetchTreeHead();
    if (!sth) {
      return ReportFailure(*opened->log, sth.error(), options.log.json);
    }
    second = ComparedHead{sth->head, sth->signature, ""};
  } else {
    second = ReadHead(options.second, *opened->log);
  }
  if (!second) {
    return Complain(second.error());
  }
  if (first->tree.tree_size > second->tree.tree_size) {
    std::swap(*first, *second);
  }
  return ProvePair(options, *opened, {*std::move(first), *std::move(second)});
}

}  // namespace

void AddConsistencyVerb(Verb log, int& exit_status) {
  const auto options = std::make_shared<ConsistencyOptions>();
  const Verb verb = log.AddVerb("consistency", "prove that a tree only grew");
  AddLogOptions(verb, options->log);
  verb.AddOption("FIRST", options->first,
                 "a file with a head (get-sth answer or checkpoint), or SIZE:ROOT")
      .Required();
  verb.AddOption("SECOND", options->second, "the same; by default the log's newest head");
  verb.AddOption("--evidence-dir", options->evidence_dir,
                 "folder for evidence of what the log did wrong; made if it is not there")
      .TypeName("DIR");
  verb.Footer(
      "A head in a file must be signed by the log. SIZE:ROOT is a number and a hash in base64, "
      "for\n"
      "a tree that somebody else vouches for. Which of the two is older is seen from the size.\n\n"
      "Two roots of one size are a split view, and a smaller tree that was signed later is a\n"
      "rollback: both are told without a proof. What the log signed is held against it: with\n"
      "--evidence-dir it is kept as a file for tattle evidence verify.\n\n"
      "Exit status: 0 proven, 1 the log does not prove it or went back, 2 could not tell.\n\n"
      "Example:\n"
      "  tattle log sth 'Argon2026h1' --out head.json     (today)\n"
      "  tattle log consistency 'Argon2026h1' head.json   (tomorrow)");
  verb.OnCall([options, &exit_status] { exit_status = ProveConsistency(*options); });
}

}  // namespace tattle::cli
