// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/lie.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "core/base/time.h"
#include "plugin/runtime/config_value.h"
#include "tests/testlog/log.h"

namespace tattle::testlog {
namespace {

constexpr std::string_view kConsistencyPath = "/ct/v1/get-sth-consistency";
constexpr std::string_view kInclusionPath = "/ct/v1/get-proof-by-hash";

Outcome<void> SplitView(Log& log, std::span<const std::size_t> faces, std::uint64_t number,
                        std::uint64_t now_ms) {
  return log.Split(faces.back(), number, now_ms);
}

Outcome<void> Fork(Log& log, std::span<const std::size_t> faces, std::uint64_t number,
                   std::uint64_t now_ms) {
  return log.Fork(faces, number, now_ms);
}

// A smaller tree, newer than what was shown before.
void RollBack(HeadDraft& draft, const ActiveLie& told) {
  draft.tree_size -= std::min(draft.tree_size, told.number);
  draft.timestamp_ms = std::max(draft.timestamp_ms, told.since.timestamp_ms + 1);
}

void StandInFuture(HeadDraft& draft, const ActiveLie& told) {
  draft.timestamp_ms += told.number * kMsPerSecond;
}

// No head is signed any more: the last one stands, or one that is older than it was.
void GoStale(HeadDraft& draft, const ActiveLie& told) {
  draft.tree_size = told.since.tree_size;
  draft.timestamp_ms =
      told.since.timestamp_ms - std::min(told.since.timestamp_ms, told.number * kMsPerSecond);
}

void FloodHeads(HeadDraft& draft, const ActiveLie& /*told*/) {
  draft.timestamp_ms += 1 + draft.num_asked;
}

void SpoilHeadSignature(HeadDraft& draft, const ActiveLie& /*told*/) {
  draft.spoil_signature = true;
}

void ForgetEntry(SctDraft& draft, const ActiveLie& /*told*/) {
  draft.merge = false;
}

void SpoilSctSignature(SctDraft& draft, const ActiveLie& /*told*/) {
  draft.spoil_signature = true;
}

void ShiftIndex(SctDraft& draft, const ActiveLie& told) {
  if (draft.leaf_index) {
    draft.leaf_index = *draft.leaf_index + told.number;
  }
}

// The index of the entry before, which has an SCT with it already.
void RepeatIndex(SctDraft& draft, const ActiveLie& /*told*/) {
  if (draft.leaf_index && *draft.leaf_index > 0) {
    draft.leaf_index = *draft.leaf_index - 1;
  }
}

void ForgetIndex(SctDraft& draft, const ActiveLie& /*told*/) {
  draft.leaf_index.reset();
}

void ChangeEntry(EntryDraft& draft, const ActiveLie& told) {
  if (draft.leaf_index == told.number) {
    ++draft.timestamp_ms;
  }
}

void ChangeProof(std::vector<Hash>& proof, const ActiveLie& /*told*/) {
  if (!proof.empty()) {
    proof.back().back() ^= 1U;
  }
}

void ChangeTile(const Tile& tile, ByteVector& content, const ActiveLie& told) {
  if (tile.level == told.number && !content.empty()) {
    content.back() ^= 1U;
  }
}

void ChangeOrigin(std::string& origin, const ActiveLie& told) {
  origin = told.text;
}

HttpResponse Refuse(int status, const ActiveLie& told) {
  HttpResponse response;
  response.status = status;
  response.headers = {{"content-type", "text/plain"}, {"retry-after", told.text}};
  return response;
}

std::optional<HttpResponse> BeUnavailable(std::string_view /*path*/, const ActiveLie& told) {
  return Refuse(503, told);
}

std::optional<HttpResponse> LimitRate(std::string_view /*path*/, const ActiveLie& told) {
  return Refuse(429, told);
}

std::optional<HttpResponse> Redirect(std::string_view path, const ActiveLie& told) {
  HttpResponse response;
  response.status = 302;
  response.headers = {{"location", told.text + std::string(path)}};
  return response;
}

std::optional<HttpResponse> NotFound() {
  HttpResponse response;
  response.status = 404;
  response.headers = {{"content-type", "text/plain"}};
  return response;
}

std::optional<HttpResponse> WithholdConsistency(std::string_view path, const ActiveLie& /*told*/) {
  return path == kConsistencyPath ? NotFound() : std::nullopt;
}

std::optional<HttpResponse> WithholdInclusion(std::string_view path, const ActiveLie& /*told*/) {
  return path == kInclusionPath ? NotFound() : std::nullopt;
}

std::optional<HttpResponse> WithholdTiles(std::string_view path, const ActiveLie& /*told*/) {
  return path.starts_with("/tile/") ? NotFound() : std::nullopt;
}

void BeSlow(HttpResponse& response, const ActiveLie& told) {
  response.delay = std::chrono::milliseconds(told.number);
}

// JSON with white space behind it is still JSON; whoever reads it all has lost.
void BeHuge(HttpResponse& response, const ActiveLie& told) {
  response.body.resize(std::max<std::size_t>(response.body.size(), told.number), ' ');
}

void CutShort(HttpResponse& response, const ActiveLie& /*told*/) {
  response.cut_after = response.body.size() / 2;
}

void SpeakHtml(HttpResponse& response, const ActiveLie& /*told*/) {
  response.status = 200;
  response.headers = {{"content-type", "text/html"}};
  response.body = ToVector(AsBytes("<!DOCTYPE html><title>It works!</title>\n"));
}

constexpr auto kOnlyRfc6962 = LogKind::kRfc6962;
constexpr auto kOnlyStaticCt = LogKind::kStaticCt;

constexpr auto kNumber = LieValue::kNumber;
constexpr auto kText = LieValue::kText;

const std::array kLies = {
    Lie{.name = "split-view",
        .value = kNumber,
        .otherwise = "1",
        .summary = "this face gets VALUE entries of its own, the others as many others",
        .begin = SplitView},
    Lie{.name = "fork",
        .value = kNumber,
        .otherwise = "1",
        .summary = "the last VALUE entries become others, and one more is added",
        .begin = Fork},
    Lie{.name = "rollback",
        .value = kNumber,
        .otherwise = "1",
        .summary = "a newer head of a tree that is VALUE entries smaller",
        .head = RollBack},
    Lie{.name = "future-head",
        .value = kNumber,
        .otherwise = "86400",
        .summary = "heads VALUE seconds ahead of the clock",
        .head = StandInFuture},
    Lie{.name = "stale-head",
        .value = kNumber,
        .otherwise = "0",
        .summary = "no new heads; the last one, made VALUE seconds older",
        .head = GoStale},
    Lie{.name = "flood", .summary = "another head on every request", .head = FloodHeads},
    Lie{.name = "bad-head-signature",
        .summary = "heads that do not verify",
        .head = SpoilHeadSignature},
    Lie{.name = "wrong-origin",
        .value = kText,
        .otherwise = "other.example/log",
        .summary = "checkpoints with the origin VALUE",
        .only = kOnlyStaticCt,
        .origin = ChangeOrigin},
    Lie{.name = "unmerged",
        .summary = "SCTs for entries that never enter the tree",
        .sct = ForgetEntry},
    Lie{.name = "bad-sct-signature",
        .summary = "SCTs that do not verify",
        .sct = SpoilSctSignature},
    Lie{.name = "wrong-index",
        .value = kNumber,
        .otherwise = "1",
        .summary = "SCTs with a leaf_index that is VALUE too large",
        .only = kOnlyStaticCt,
        .sct = ShiftIndex},
    Lie{.name = "twin-index",
        .summary = "SCTs with the leaf_index of the entry before",
        .only = kOnlyStaticCt,
        .sct = RepeatIndex},
    Lie{.name = "no-index",
        .summary = "SCTs without a leaf_index",
        .only = kOnlyStaticCt,
        .sct = ForgetIndex},
    Lie{.name = "changed-entry",
        .value = kNumber,
        .otherwise = "0",
        .summary = "the entry VALUE is shown with another timestamp",
        .entry = ChangeEntry},
    Lie{.name = "bad-proof",
        .summary = "proofs that do not fold",
        .only = kOnlyRfc6962,
        .proof = ChangeProof},
    Lie{.name = "bad-tile",
        .value = kNumber,
        .otherwise = "0",
        .summary = "hash tiles of level VALUE that disagree with the checkpoint",
        .only = kOnlyStaticCt,
        .tile = ChangeTile},
    Lie{.name = "no-consistency",
        .summary = "404 to get-sth-consistency",
        .only = kOnlyRfc6962,
        .instead = WithholdConsistency},
    Lie{.name = "no-inclusion",
        .summary = "404 to get-proof-by-hash",
        .only = kOnlyRfc6962,
        .instead = WithholdInclusion},
    Lie{.name = "no-tiles",
        .summary = "404 to all tiles",
        .only = kOnlyStaticCt,
        .instead = WithholdTiles},
    Lie{.name = "unavailable",
        .value = kNumber,
        .otherwise = "30",
        .summary = "503 to everything, Retry-After: VALUE",
        .instead = BeUnavailable},
    Lie{.name = "rate-limit",
        .value = kNumber,
        .otherwise = "30",
        .summary = "429 to everything, Retry-After: VALUE",
        .instead = LimitRate},
    Lie{.name = "redirect",
        .value = kText,
        .otherwise = "https://elsewhere.invalid",
        .summary = "302 to VALUE, with the path behind it",
        .instead = Redirect},
    Lie{.name = "slow",
        .value = kNumber,
        .otherwise = "5000",
        .summary = "answers begin after VALUE milliseconds",
        .response = BeSlow},
    Lie{.name = "huge",
        .value = kNumber,
        .otherwise = "134217728",
        .summary = "answers of at least VALUE bytes, spaces at the end",
        .response = BeHuge},
    Lie{.name = "truncated",
        .summary = "the connection ends in the middle of the answer",
        .response = CutShort},
    Lie{.name = "not-json", .summary = "a web page, with status 200", .response = SpeakHtml},
};

// A gigabyte, or thirty years in seconds: no value needs more, and sums stay free of overflow.
constexpr std::uint64_t kMaxNumber = 1'000'000'000;

bool DecodeNumber(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.begin(), text.end(), out);
  return error == std::errc() && end == text.end() && out <= kMaxNumber;
}

}  // namespace

std::span<const Lie> AllLies() {
  return kLies;
}

Outcome<ActiveLie> DecodeLie(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const auto* const lie =
      std::find_if(kLies.begin(), kLies.end(), [&](const Lie& row) { return row.name == name; });
  if (lie == kLies.end()) {
    return Sorry("no lie has the name \"" + Excerpt(name) + "\": see tattle-testlog --help");
  }
  ActiveLie out;
  out.lie = lie;
  out.text = lie->otherwise;
  if (equals != std::string_view::npos) {
    if (lie->value == LieValue::kNone) {
      return Sorry(std::string(name) + " takes no value");
    }
    out.text = text.substr(equals + 1);
  }
  if (lie->value == LieValue::kNumber && !DecodeNumber(out.text, out.number)) {
    return Sorry(std::string(name) + ": \"" + Excerpt(out.text) + "\" is no number up to " +
                 std::to_string(kMaxNumber));
  }
  return out;
}

}  // namespace tattle::testlog
