// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/logs.h"

#include <string>
#include <utility>

#include "core/data/pinned_log_list.h"

namespace tattle::simulate {
namespace {

// An encoded DigitallySigned of SHA-256 and ECDSA with r = s = 2^248 - 1, in canonical form: as
// long as most are.
ByteVector SignatureOfUsualSize() {
  ByteVector out = {4 /* sha256 */, 3 /* ecdsa */, 0, 68, 0x30, 66};
  for (int i = 0; i < 2; ++i) {
    out.insert(out.end(), {0x02, 31, 0x7f});
    out.insert(out.end(), 30, 0xff);
  }
  return out;
}

}  // namespace

Outcome<Logs> Logs::Create(std::uint32_t num_logs, std::uint32_t fetch_s) {
  const Result<LogList> pinned = DecodeTrustedLogList(PinnedLogListJson());
  if (!pinned) {
    return Sorry("the pinned log list: " + Describe(pinned.error()));
  }
  LogList::Content content;
  for (const Log& log : pinned->content().logs) {
    if (content.logs.size() < num_logs && log.state == LogState::kUsable) {
      content.logs.push_back(log);
      // plugin/audit/schedule.h makes an interval of these.
      content.logs.back().kind = LogKind::kRfc6962;
      content.logs.back().mmd_s = fetch_s;
    }
  }
  if (content.logs.size() < num_logs) {
    return Sorry("the pinned log list has " + std::to_string(content.logs.size()) +
                 " usable logs, and --logs wants more");
  }
  std::vector<Log> logs = content.logs;
  Result<LogList> list = LogList::Create(std::move(content));
  if (!list) {
    return Sorry("the log list: " + Describe(list.error()));
  }
  return Logs{*std::move(list), std::move(logs)};
}

HeadCandidate Logs::CandidateOf(const Head& head) const {
  HeadCandidate candidate;
  candidate.log_id = logs[head.log].log_id;
  candidate.timestamp_ms = head.time_ms;
  candidate.origin = HeadOrigin::kOwn;
  return candidate;
}

GossipHead Logs::SignedOf(const Head& head) const {
  GossipHead out;
  out.log_id = logs[head.log].log_id;
  out.sth.head.tree_size = head.size;
  out.sth.head.timestamp_ms = head.time_ms;
  out.sth.head.sha256_root_hash.fill(static_cast<std::uint8_t>(head.face));
  out.sth.signature = SignatureOfUsualSize();
  return out;
}

std::size_t MessageSizes::Of(std::size_t num_heads) {
  const auto [known, is_new] = known_.try_emplace(num_heads, 0);
  if (is_new) {
    const std::vector<GossipHead> heads(num_heads, logs_.SignedOf(kUsualHead));
    known->second = EncodeHeads(HeadDialect::kSths, heads).value().size();
  }
  return known->second;
}

}  // namespace tattle::simulate
