// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// gossip.h, "A server: what is to be believed".

#include "plugin/runtime/gossip_findings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tattle/gossip.h>

#include "core/gossip/head_check.h"
#include "plugin/capi/enums.h"
#include "plugin/capi/gossip_handle.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/sized_struct.h"

namespace {

using tattle::AsText;
using tattle::Bytes;
using tattle::GossipFindings;
using tattle::GossipMessage;
using tattle::HeadFinding;
using tattle::HeadRelation;
using tattle::HeadStatus;
using tattle::Result;
using tattle::SctFate;
using tattle::SctFinding;
using tattle::capi::BytesFrom;
using tattle::capi::Failed;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::Number;
using tattle::capi::Outcome;

static_assert(Number(HeadRelation::kNew) == TATTLE_HEAD_NEW);
static_assert(Number(HeadRelation::kKnown) == TATTLE_HEAD_KNOWN);
static_assert(Number(HeadRelation::kConflicting) == TATTLE_HEAD_CONFLICTING);

static_assert(Number(HeadStatus::kNotChecked) == TATTLE_HEAD_STATUS_NOT_CHECKED);
static_assert(Number(HeadStatus::kGood) == TATTLE_HEAD_STATUS_GOOD);
static_assert(Number(HeadStatus::kKnown) == TATTLE_HEAD_STATUS_KNOWN);
static_assert(Number(HeadStatus::kStale) == TATTLE_HEAD_STATUS_STALE);
static_assert(Number(HeadStatus::kUnknownLog) == TATTLE_HEAD_STATUS_UNKNOWN_LOG);
static_assert(Number(HeadStatus::kDeniedLog) == TATTLE_HEAD_STATUS_DENIED_LOG);
static_assert(Number(HeadStatus::kBadSignature) == TATTLE_HEAD_STATUS_BAD_SIGNATURE);
static_assert(Number(HeadStatus::kInFuture) == TATTLE_HEAD_STATUS_IN_FUTURE);

static_assert(Number(SctFate::kDrop) == TATTLE_SCT_DROP);
static_assert(Number(SctFate::kKnown) == TATTLE_SCT_KNOWN);
static_assert(Number(SctFate::kKeep) == TATTLE_SCT_KEEP);
static_assert(Number(SctFate::kSuspect) == TATTLE_SCT_SUSPECT);

// Terms owns what GossipTerms borrows.
struct Terms {
  std::shared_ptr<const tattle::LogList> logs;
  std::vector<HeadRelation> relations;
  std::vector<std::string> names;
  std::vector<std::uint8_t> known_scts;
  std::uint64_t now_ms = 0;
  std::size_t max_checks = 0;
};

// ReadNames copies none where no SCT asks for them.
Outcome<void> ReadNames(const tattle_gossip_terms& given, const GossipMessage& message,
                        Terms& terms) {
  if (given.names == nullptr && given.num_names != 0) {
    return Misused("terms.names");
  }
  if (message.sct_keys.empty()) {
    return {};
  }
  for (const tattle_bytes& name : std::span(given.names, given.num_names)) {
    const Outcome<Bytes> bytes = BytesFrom(name.data, name.len, "terms.names");
    if (!bytes) {
      return tl::unexpected(bytes.error());
    }
    terms.names.emplace_back(AsText(*bytes));
  }
  return {};
}

Outcome<void> ReadRelations(const tattle_gossip_terms& given, const GossipMessage& message,
                            Terms& terms) {
  if (given.num_relations != message.heads.size() ||
      (given.relations == nullptr && given.num_relations != 0)) {
    return Misused("terms.relations", "must be as many as the heads");
  }
  for (const tattle_head_relation relation : std::span(given.relations, given.num_relations)) {
    if (relation < TATTLE_HEAD_NEW || relation > TATTLE_HEAD_CONFLICTING) {
      return Misused("terms.relations", "has what is no relation");
    }
    terms.relations.push_back(static_cast<HeadRelation>(relation));
  }
  return {};
}

Outcome<void> ReadKnown(const tattle_gossip_terms& given, const GossipMessage& message,
                        Terms& terms) {
  terms.known_scts.resize(message.sct_keys.size());
  if (given.num_known_scts == 0) {
    return {};  // none is known
  }
  if (given.num_known_scts != message.sct_keys.size() || given.known_scts == nullptr) {
    return Misused("terms.known_scts", "must be as many as the SCTs");
  }
  std::copy_n(given.known_scts, given.num_known_scts, terms.known_scts.begin());
  return {};
}

Outcome<Terms> ReadTerms(const tattle_gossip_terms* given, const GossipMessage& message) {
  if (given == nullptr) {
    return Misused("terms");
  }
  const std::optional<tattle_gossip_terms> known = tattle::capi::ReadStruct(*given);
  if (!known) {
    return tl::unexpected(tattle::capi::BadStructSize("terms.struct_size"));
  }
  const auto* list = tattle_log_list::Open(known->list);
  if (list == nullptr) {
    return Misused("terms.list", "is no log list");
  }
  Terms terms;
  terms.logs = list->logs;
  terms.now_ms = known->now_ms;
  terms.max_checks =
      known->max_checks == 0 ? 2 * tattle::kMaxGossipSignatureChecks : known->max_checks;
  for (const Outcome<void>& read :
       {ReadNames(*known, message, terms), ReadRelations(*known, message, terms),
        ReadKnown(*known, message, terms)}) {
    if (!read) {
      return tl::unexpected(read.error());
    }
  }
  return terms;
}

Outcome<GossipFindings> Check(const tattle_gossip_message* message,
                              const tattle_gossip_terms* given) {
  const auto* content = tattle_gossip_message::Open(message);
  if (content == nullptr) {
    return Misused("message", "is no message");
  }
  const Outcome<Terms> terms = ReadTerms(given, *content);
  if (!terms) {
    return tl::unexpected(terms.error());
  }
  Result<GossipFindings> findings =
      tattle::CheckGossipMessage(*content, {*terms->logs, terms->relations, terms->names,
                                            terms->known_scts, terms->now_ms, terms->max_checks});
  if (!findings) {
    return Failed(findings.error());
  }
  return *std::move(findings);
}

// GetOne asks one head or SCT; `otherwise` also if the index is out of range.
template <typename Item, typename Answer, typename Ask>
Answer GetOne(const tattle_gossip_findings* findings, std::vector<Item> GossipFindings::*items,
              size_t index, Answer otherwise, Ask ask) {
  return Get(findings, otherwise, [&](const GossipFindings& content) -> Answer {
    return index < (content.*items).size() ? ask((content.*items)[index]) : otherwise;
  });
}

template <typename Item>
const uint8_t* GetRecord(const tattle_gossip_findings* findings,
                         std::vector<Item> GossipFindings::*items, size_t index, size_t* len) {
  if (len == nullptr) {
    return nullptr;
  }
  *len = 0;
  return GetOne(findings, items, index, static_cast<const uint8_t*>(nullptr),
                [len](const Item& item) {
                  *len = item.record.size();
                  return item.record.empty() ? nullptr : item.record.data();
                });
}

}  // namespace

tattle_status tattle_gossip_check(const tattle_gossip_message* message,
                                  tattle_gossip_findings** out, const tattle_gossip_terms* terms,
                                  tattle_diag* diag) {
  return Make(out, diag, [=] { return Check(message, terms); });
}

void tattle_gossip_findings_free(tattle_gossip_findings* findings) {
  tattle::capi::Free(findings);
}

size_t tattle_gossip_findings_num_checks(const tattle_gossip_findings* findings) {
  return Get(findings, size_t{0}, [](const GossipFindings& content) { return content.num_checks; });
}

int32_t tattle_gossip_findings_is_cut(const tattle_gossip_findings* findings) {
  return Get(findings, int32_t{0},
             [](const GossipFindings& content) { return content.is_cut ? 1 : 0; });
}

tattle_head_status tattle_gossip_findings_head_status(const tattle_gossip_findings* findings,
                                                      size_t index) {
  return GetOne(findings, &GossipFindings::heads, index,
                tattle_head_status{TATTLE_HEAD_STATUS_NOT_CHECKED}, [](const HeadFinding& head) {
                  return head.only_if_conflicting ? TATTLE_HEAD_STATUS_GOOD_IF_CONFLICTING
                                                  : Number(head.status);
                });
}

const uint8_t* tattle_gossip_findings_get0_head_record(const tattle_gossip_findings* findings,
                                                       size_t index, size_t* len) {
  return GetRecord(findings, &GossipFindings::heads, index, len);
}

tattle_sct_fate tattle_gossip_findings_sct_fate(const tattle_gossip_findings* findings,
                                                size_t index) {
  return GetOne(findings, &GossipFindings::scts, index, tattle_sct_fate{TATTLE_SCT_DROP},
                [](const SctFinding& sct) { return Number(sct.fate); });
}

tattle_sct_status tattle_gossip_findings_sct_status(const tattle_gossip_findings* findings,
                                                    size_t index) {
  return GetOne(findings, &GossipFindings::scts, index, tattle_sct_status{TATTLE_SCT_NOT_CHECKED},
                [](const SctFinding& sct) { return Number(sct.status); });
}

const uint8_t* tattle_gossip_findings_get0_sct_record(const tattle_gossip_findings* findings,
                                                      size_t index, size_t* len) {
  return GetRecord(findings, &GossipFindings::scts, index, len);
}
