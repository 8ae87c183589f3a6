// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: SelectHeads, and a FeedbackSite through a life of visits, attempts and eviction
// Property: all that is chosen may be given, once each, as many as are wanted if there are,
// conflicts first; a site keeps its bounds, three strikes leave it nothing, and eviction ends.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/reader.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback_eviction.h"
#include "core/gossip/feedback_site.h"
#include "core/gossip/select_heads.h"
#include "fuzz/require.h"

using tattle::ByteReader;
using tattle::HeadCandidate;
using tattle::Result;
using tattle::fuzz::Require;

namespace {

constexpr std::uint64_t kNowMs = 1'795'000'000'000;

// MakeLogs has logs 0 to 5 by the first byte of their ids, of which 5 is denied.
tattle::LogList MakeLogs() {
  tattle::LogList::Content content;
  for (std::uint8_t id = 0; id < 6; ++id) {
    content.logs.emplace_back().log_id[0] = id;
  }
  content.denied.push_back({content.logs[5].log_id, {}, "public"});
  return *tattle::LogList::Create(std::move(content));
}

tattle::DrawUint64 MakeDraw(std::uint64_t seed) {
  return [seed]() mutable -> Result<std::uint64_t> {
    // Steele, Lea and Flood: SplitMix64.
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
    return z ^ (z >> 31U);
  };
}

bool Bit(std::uint8_t byte, unsigned i) {
  return (byte >> i & 1U) != 0;
}

std::vector<HeadCandidate> ReadHeads(ByteReader& reader) {
  std::vector<HeadCandidate> heads;
  std::uint8_t log = 0;
  std::uint8_t flags = 0;
  while (heads.size() < 64 && reader.ReadUint8(log) && reader.ReadUint8(flags)) {
    HeadCandidate& head = heads.emplace_back();
    head.log_id[0] = log % 7;
    head.timestamp_ms = Bit(flags, 0) ? kNowMs : 1;
    head.origin = Bit(flags, 1) ? tattle::HeadOrigin::kOwn : tattle::HeadOrigin::kLearnt;
    head.is_conflicting = Bit(flags, 2) && Bit(flags, 3);
    head.given_to_web_server = Bit(flags, 6);
    head.given_to_auditor = Bit(flags, 7);
  }
  return heads;
}

void CheckSelection(const std::vector<HeadCandidate>& heads, std::uint8_t wish_bits,
                    std::uint64_t seed) {
  static const tattle::LogList logs = MakeLogs();
  const tattle::HeadWish wish = {
      Bit(wish_bits, 0) ? tattle::HeadSide::kClient : tattle::HeadSide::kPool,
      Bit(wish_bits, 1) ? tattle::HeadAudience::kWebServer : tattle::HeadAudience::kAuditor,
      static_cast<std::size_t>(wish_bits >> 3U)};
  const Result<std::vector<std::size_t>> chosen =
      tattle::SelectHeads(heads, wish, logs, kNowMs, MakeDraw(seed));
  Require(chosen.has_value());
  const auto num_allowed = std::count_if(
      heads.begin(), heads.end(),
      [&](const HeadCandidate& head) { return tattle::MayGiveHead(head, wish, logs, kNowMs); });
  Require(chosen->size() ==
          std::min<std::size_t>(wish.max_heads, static_cast<std::size_t>(num_allowed)));
  Require(std::is_partitioned(chosen->begin(), chosen->end(),
                              [&](std::size_t place) { return heads[place].is_conflicting; }));
  std::vector<std::size_t> sorted = *chosen;
  std::sort(sorted.begin(), sorted.end());
  Require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
  for (const std::size_t place : sorted) {
    Require(tattle::MayGiveHead(heads[place], wish, logs, kNowMs));
    Require(heads[place].log_id[0] < 5);
    if (wish.side == tattle::HeadSide::kClient &&
        wish.audience == tattle::HeadAudience::kWebServer && !heads[place].is_conflicting) {
      Require(heads[place].origin == tattle::HeadOrigin::kOwn);
      Require(!heads[place].given_to_web_server && !heads[place].given_to_auditor);
    }
  }
}

void CheckSite(ByteReader& reader, std::uint64_t seed) {
  std::vector<tattle::FeedbackSite> sites(1);
  tattle::FeedbackSite& site = sites[0];
  tattle::Evictor evictor;
  std::uint64_t now_ms = kNowMs;
  std::uint8_t step = 0;
  while (reader.ReadUint8(step)) {
    const std::vector<tattle::FeedbackEntry> shown = {
        {{{static_cast<std::uint8_t>(step >> 4U)}}, {{static_cast<std::uint8_t>(step % 4)}}}};
    now_ms += std::uint64_t{step} * tattle::kMsPerDay / 4;
    switch (step % 5) {
      case 0:
        tattle::NoteAttempt(site, Bit(step, 7), now_ms);
        Require(site.num_strikes == 0 || !Bit(step, 7));
        break;
      case 1: {
        const auto plan = evictor.Plan(site.bundles.size(), 8, now_ms);
        const auto refs = tattle::ChooseEvicted(sites, plan, MakeDraw(seed));
        Require(refs && refs->size() <= plan.num_bundles);
        const std::size_t num_before = site.bundles.size();
        tattle::DeleteBundles(sites, *refs);
        Require(site.bundles.size() == num_before - refs->size());
        break;
      }
      case 2: {
        const auto sent = tattle::ChooseFeedback(site, shown[0], 3, MakeDraw(seed));
        Require(sent && sent->size() <= 3);
        tattle::MarkReported(site, *sent, shown[0]);
        break;
      }
      default:
        tattle::AddShown(site, shown, now_ms);
    }
    Require(site.bundles.size() <= tattle::kMaxSiteBundles);
    Require(site.num_strikes < tattle::kFeedbackStrikes || site.bundles.empty());
    Require(site.num_successes <= site.num_attempts);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader({data, size});
  std::uint64_t seed = 0;
  std::uint8_t wish_bits = 0;
  if (!reader.ReadUint64(seed) || !reader.ReadUint8(wish_bits)) {
    return 0;
  }
  ByteReader same = reader;
  CheckSelection(ReadHeads(reader), wish_bits, seed);
  CheckSite(same, seed);
  return 0;
}
