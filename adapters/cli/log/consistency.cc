// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/output/complain.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/note/checkpoint.h"
#include "plugin/runtime/config_value.h"

namespace tattle::cli {
namespace {

struct ConsistencyOptions {
  LogOptions log;
  std::string first;
  std::string second;
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

Outcome<TreeHead> ReadHead(const std::string& argument, const Log& log) {
  if (const std::optional<TreeHead> head = DecodeBareHead(argument)) {
    return *head;
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
  return sth->head;
}

Fields TreeFields(const TreeHead& head) {
  return Fields()
      .Number("tree_size", head.tree_size)
      .Text("sha256_root_hash", EncodeBase64(head.sha256_root_hash));
}

int ProveConsistency(const ConsistencyOptions& options) {
  const Outcome<OpenedLog> opened = OpenLog(options.log);
  if (!opened) {
    return Complain(opened.error());
  }
  Outcome<TreeHead> first = ReadHead(options.first, *opened->log);
  if (!first) {
    return Complain(first.error());
  }
  Outcome<TreeHead> second = TreeHead();
  if (options.second.empty()) {
    const Answer<SignedTreeHead> sth = opened->client->FetchTreeHead();
    if (!sth) {
      return ReportFailure(*opened->log, sth.error(), options.log.json);
    }
    second = sth->head;
  } else {
    second = ReadHead(options.second, *opened->log);
  }
  if (!second) {
    return Complain(second.error());
  }
  if (first->tree_size > second->tree_size) {
    std::swap(*first, *second);
  }
  const Answer<std::vector<Hash>> proof = opened->client->FetchConsistency(*first, *second);
  if (!proof) {
    return ReportFailure(*opened->log, proof.error(), options.log.json);
  }
  std::vector<Fields> hashes;
  for (const Hash& hash : *proof) {
    hashes.push_back(Fields().Text("hash", EncodeBase64(hash)));
  }
  Print(Fields()
            .Text("log", opened->log->description)
            .Text("log_id", EncodeBase64(opened->log->log_id))
            .Text("result", "the older tree is part of the newer one")
            .Struct("older", TreeFields(*first))
            .Struct("newer", TreeFields(*second))
            .List("proof", std::move(hashes)),
        options.log.json);
  return kExitYes;
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
  verb.Footer(
      "A head in a file must be signed by the log. SIZE:ROOT is a number and a hash in base64, "
      "for\n"
      "a tree that somebody else vouches for. Which of the two is older is seen from the size.\n\n"
      "Exit status: 0 proven, 1 the log does not prove it, 2 could not tell.\n\n"
      "Example:\n"
      "  tattle log sth 'Argon2026h1' --out head.json     (today)\n"
      "  tattle log consistency 'Argon2026h1' head.json   (tomorrow)");
  verb.OnCall([options, &exit_status] { exit_status = ProveConsistency(*options); });
}

}  // namespace tattle::cli
