// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// gossip.h, "A server: what is given".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tattle/gossip.h>

#include "plugin/capi/gossip_handle.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/random_draw.h"
#include "plugin/runtime/head_shelf.h"

namespace {

using tattle::Bytes;
using tattle::HeadDialect;
using tattle::HeadShelf;
using tattle::Result;
using tattle::capi::BytesFrom;
using tattle::capi::Failed;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::Outcome;

std::optional<HeadDialect> DialectFrom(tattle_head_dialect dialect) {
  return dialect >= TATTLE_HEADS_STHS && dialect <= TATTLE_HEADS_VERSIONED
             ? std::optional(static_cast<HeadDialect>(dialect))
             : std::nullopt;
}

Outcome<std::vector<Bytes>> RecordsFrom(const tattle_bytes* records, std::size_t num_records) {
  if (records == nullptr && num_records != 0) {
    return Misused("records");
  }
  std::vector<Bytes> out;
  for (const tattle_bytes& record : std::span(records, num_records)) {
    const Outcome<Bytes> bytes = BytesFrom(record.data, record.len, "records");
    if (!bytes) {
      return tl::unexpected(bytes.error());
    }
    out.push_back(*bytes);
  }
  return out;
}

Outcome<std::string> Written(Result<std::string> text) {
  if (!text) {
    return Failed(text.error());
  }
  return *std::move(text);
}

Outcome<HeadShelf> Fill(const tattle_log_list* list, const tattle_bytes* records,
                        const std::uint8_t* is_conflicting, std::size_t num_records) {
  const auto* content = tattle_log_list::Open(list);
  if (content == nullptr) {
    return Misused("list", "is no log list");
  }
  const Outcome<std::vector<Bytes>> bytes = RecordsFrom(records, num_records);
  if (!bytes) {
    return tl::unexpected(bytes.error());
  }
  const std::span conflicting(is_conflicting, is_conflicting == nullptr ? 0 : num_records);
  HeadShelf shelf(content->logs);
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    shelf.Put((*bytes)[i], !conflicting.empty() && conflicting[i] != 0);
  }
  return shelf;
}

}  // namespace

void tattle_gossip_text_free(tattle_gossip_text* text) {
  tattle::capi::Free(text);
}

const char* tattle_gossip_text_get0(const tattle_gossip_text* text, size_t* len) {
  if (len != nullptr) {
    *len = 0;
  }
  return Get(text, "", [len](const std::string& content) {
    if (len != nullptr) {
      *len = content.size();
    }
    return content.c_str();
  });
}

// Bytes cross as a pointer and a length.
// NOLINTNEXTLINE(readability-function-size)
tattle_status tattle_head_shelf_new(tattle_head_shelf** out, const tattle_log_list* list,
                                    const tattle_bytes* records, const uint8_t* is_conflicting,
                                    size_t num_records, tattle_diag* diag) {
  return Make(out, diag, [=] { return Fill(list, records, is_conflicting, num_records); });
}

void tattle_head_shelf_free(tattle_head_shelf* shelf) {
  tattle::capi::Free(shelf);
}

size_t tattle_head_shelf_num(const tattle_head_shelf* shelf) {
  return Get(shelf, size_t{0}, [](const HeadShelf& content) { return content.num_heads(); });
}

// NOLINTNEXTLINE(readability-function-size): all of it is what the draw depends on
tattle_status tattle_head_shelf_draw(const tattle_head_shelf* shelf, tattle_gossip_text** out,
                                     tattle_head_dialect dialect, size_t max_heads,
                                     const tattle_gossip_message* brought, uint64_t now_ms,
                                     tattle_diag* diag) {
  return Make(out, diag, [=]() -> Outcome<std::string> {
    const auto* content = tattle_head_shelf::Open(shelf);
    const auto known = DialectFrom(dialect);
    if (content == nullptr || !known) {
      return content == nullptr ? Misused("shelf", "is no shelf")
                                : Misused("dialect", "is no dialect");
    }
    tattle::RandomDrawer random;
    return Written(content->Draw(*known, max_heads, tattle_gossip_message::Open(brought), now_ms,
                                 [&random] { return random.Draw(); }));
  });
}

tattle_status tattle_gossip_text_new_heads(tattle_gossip_text** out, tattle_head_dialect dialect,
                                           const tattle_bytes* records, size_t num_records,
                                           tattle_diag* diag) {
  return Make(out, diag, [=]() -> Outcome<std::string> {
    const Outcome<std::vector<Bytes>> bytes = RecordsFrom(records, num_records);
    const auto known = DialectFrom(dialect);
    if (!known) {
      return Misused("dialect", "is no dialect");
    }
    return bytes ? Written(tattle::EncodeHeadRecords(*known, *bytes))
                 : tl::unexpected(bytes.error());
  });
}

tattle_status tattle_gossip_text_new_feedback(tattle_gossip_text** out, const tattle_bytes* records,
                                              size_t num_records, tattle_diag* diag) {
  return Make(out, diag, [=]() -> Outcome<std::string> {
    const Outcome<std::vector<Bytes>> bytes = RecordsFrom(records, num_records);
    return bytes ? Written(tattle::EncodeFeedbackRecords(*bytes)) : tl::unexpected(bytes.error());
  });
}
