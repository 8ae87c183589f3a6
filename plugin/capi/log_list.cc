// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle.h, "Log list".

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <tattle/tattle.h>

#include "core/crypto/public_key.h"
#include "core/data/pinned_log_list.h"
#include "core/loglist/authenticate.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/handle.h"
#include "plugin/runtime/trusted_list.h"

namespace {

using tattle::Bytes;
using tattle::PublicKey;
using tattle::Result;
using tattle::TrustedList;
using tattle::capi::BytesFrom;
using tattle::capi::Failed;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Outcome;

Outcome<TrustedList> Load(Bytes bytes) {
  Result<TrustedList> list = tattle::DecodeTrustedList(bytes);
  if (!list) {
    return Failed(list.error());
  }
  return *std::move(list);
}

Outcome<TrustedList> LoadSigned(Bytes bytes, Bytes signature, Bytes spki) {
  const Result<std::shared_ptr<const PublicKey>> key = tattle::DecodePublicKey(spki);
  if (!key) {
    return Failed(key.error());
  }
  const Result<void> authentic = tattle::VerifyLogListSignature(bytes, signature, **key);
  if (!authentic) {
    return Failed(authentic.error());
  }
  return Load(bytes);
}

}  // namespace

tattle_status tattle_log_list_new_pinned(tattle_log_list** out, tattle_diag* diag) {
  return Make(out, diag, [] { return Load(tattle::PinnedLogListJson()); });
}

tattle_status tattle_log_list_new_from_bytes(tattle_log_list** out, const uint8_t* bytes,
                                             size_t bytes_len, tattle_diag* diag) {
  return Make(out, diag, [=] { return BytesFrom(bytes, bytes_len, "bytes").and_then(Load); });
}

// Bytes cross as a pointer and a length each.
// NOLINTNEXTLINE(readability-function-size)
tattle_status tattle_log_list_new_signed(tattle_log_list** out, const uint8_t* bytes,
                                         size_t bytes_len, const uint8_t* signature,
                                         size_t signature_len, const uint8_t* spki, size_t spki_len,
                                         tattle_diag* diag) {
  return Make(out, diag, [=]() -> Outcome<TrustedList> {
    const Outcome<Bytes> list = BytesFrom(bytes, bytes_len, "bytes");
    const Outcome<Bytes> sig = BytesFrom(signature, signature_len, "signature");
    const Outcome<Bytes> key = BytesFrom(spki, spki_len, "spki");
    for (const Outcome<Bytes>* argument : {&list, &sig, &key}) {
      if (!*argument) {
        return tl::unexpected(argument->error());
      }
    }
    return LoadSigned(*list, *sig, *key);
  });
}

void tattle_log_list_free(tattle_log_list* list) {
  tattle::capi::Free(list);
}

uint64_t tattle_log_list_timestamp_ms(const tattle_log_list* list) {
  return Get(list, uint64_t{0}, [](const TrustedList& trusted) {
    return trusted.logs->content().timestamp_ms.value_or(0);
  });
}

size_t tattle_log_list_num_logs(const tattle_log_list* list) {
  return Get(list, size_t{0},
             [](const TrustedList& trusted) { return trusted.logs->content().logs.size(); });
}

size_t tattle_log_list_num_skipped(const tattle_log_list* list) {
  return Get(list, size_t{0},
             [](const TrustedList& trusted) { return trusted.logs->content().skipped.size(); });
}

const char* tattle_log_list_get0_description(const tattle_log_list* list, const uint8_t* log_id) {
  return Get(list, static_cast<const char*>(nullptr), [log_id](const TrustedList& trusted) {
    tattle::LogId id = {};
    if (log_id != nullptr) {
      std::copy_n(log_id, id.size(), id.begin());
    }
    const tattle::Log* const log = log_id == nullptr ? nullptr : trusted.logs->Find(id);
    return log == nullptr ? nullptr : log->description.c_str();
  });
}

int32_t tattle_log_list_is_stale(const tattle_log_list* list, uint64_t now_ms) {
  return Get(list, int32_t{1}, [now_ms](const TrustedList& trusted) {
    return trusted.logs->IsStaleAt(now_ms) ? 1 : 0;
  });
}
