// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/verdict_cache.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "core/crypto/sha256.h"
#include "core/der/certificate.h"

namespace tattle {
namespace {

// An entry is looked for among so many: enough that two keys of one group rarely drive out a third
// that is in use, few enough to be looked through.
constexpr std::size_t kGroupSize = 8;

constexpr std::uint64_t kNewsAfterMs = 3'600'000;

enum class IssuerForm : std::uint8_t { kNameAndKey = 1, kUndecodable = 2 };

std::array<std::uint8_t, 8> Uint64(std::uint64_t value) {
  std::array<std::uint8_t, 8> out{};
  for (std::uint8_t& byte : out) {
    byte = static_cast<std::uint8_t>(value >> 56U);
    value <<= 8U;
  }
  return out;
}

void AddField(Sha256& sha, Bytes bytes) {
  sha.Update(Uint64(bytes.size())).Update(bytes);
}

std::uint64_t FirstBytes(const Hash& hash) {
  std::uint64_t out = 0;
  for (const std::uint8_t byte : Bytes(hash).first<8>()) {
    out = out << 8U | byte;
  }
  return out;
}

}  // namespace

// struct {
//   opaque list_digest[32];
//   opaque leaf<0..2^64-1>;
//   IssuerForm issuer_form;
//   select (issuer_form) {
//     case name_and_key(1): opaque subject<0..2^64-1>; opaque spki<0..2^64-1>;
//     case undecodable(2):  opaque issuer<0..2^64-1>;    -- also where there is none
//   };
//   opaque tls_scts<0..2^64-1>;
//   opaque ocsp_response<0..2^64-1>;
// } VerdictKeyInput;
//
// Nothing else of an issuer has a part in the facts, so that a CA's cross-signed certificates, of
// one name and key, share an entry. Lengths come first, so no byte can move between fields.
Hash VerdictKey(const Evidence& evidence, const Hash& list_digest) {
  Sha256 sha;
  sha.Update(list_digest);
  AddField(sha, evidence.leaf);
  const Result<CertificateView> issuer = DecodeCertificate(evidence.issuer);
  const auto form = issuer ? IssuerForm::kNameAndKey : IssuerForm::kUndecodable;
  sha.Update(std::array{static_cast<std::uint8_t>(form)});
  if (issuer) {
    AddField(sha, issuer->subject);
    AddField(sha, issuer->spki);
  } else {
    AddField(sha, evidence.issuer);
  }
  AddField(sha, evidence.tls_scts);
  AddField(sha, evidence.ocsp_response);
  return sha.Finish();
}

VerdictCache::VerdictCache(std::size_t max_entries)
    : group_size_(std::min(max_entries, kGroupSize)),
      num_groups_(group_size_ == 0 ? 0 : max_entries / group_size_) {}

std::shared_ptr<const Judgement> VerdictCache::Find(const Hash& key) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = FindEntry(key);
  if (entry == nullptr) {
    return nullptr;
  }
  entry->last_use = ++num_uses_;
  return entry->judgement;
}

void VerdictCache::Insert(const Hash& key, std::shared_ptr<const Judgement> judgement) {
  if (num_groups_ == 0 || judgement == nullptr) {
    return;
  }
  // What is driven out is released behind the lock: a judgement may be the last to hold a log list.
  Entry dropped;
  const std::lock_guard lock(mutex_);
  if (entries_.empty()) {
    entries_.resize(num_groups_ * group_size_);
  }
  Entry* entry = FindEntry(key);
  if (entry != nullptr) {
    std::swap(entry->judgement, dropped.judgement);
  } else {
    const std::span<Entry> group = GroupOf(key);
    // A free entry was never used.
    entry = &*std::min_element(group.begin(), group.end(), [](const Entry& a, const Entry& b) {
      return a.last_use < b.last_use;
    });
    std::swap(*entry, dropped);
    entry->key = key;
  }
  entry->judgement = std::move(judgement);
  entry->last_use = ++num_uses_;
}

bool VerdictCache::IsNewsAt(const Hash& key, std::string_view host, std::uint64_t now_ms) {
  const std::uint64_t host_hash = FirstBytes(Sha256Of(AsBytes(host)));
  const std::lock_guard lock(mutex_);
  Entry* const entry = FindEntry(key);
  if (entry == nullptr) {
    return true;
  }
  // Threads take the time one after another and come here in another order: a clock that was set
  // back by less than the hour is none that jumped.
  const std::uint64_t passed_ms =
      now_ms >= entry->reported_ms ? now_ms - entry->reported_ms : entry->reported_ms - now_ms;
  if (entry->is_reported && entry->reported_host == host_hash && passed_ms < kNewsAfterMs) {
    return false;
  }
  entry->is_reported = true;
  entry->reported_host = host_hash;
  entry->reported_ms = now_ms;
  return true;
}

void VerdictCache::ForgetNews(const Hash& key) {
  const std::lock_guard lock(mutex_);
  if (Entry* const entry = FindEntry(key); entry != nullptr) {
    entry->is_reported = false;
  }
}

void VerdictCache::Clear() {
  std::vector<Entry> dropped;
  const std::lock_guard lock(mutex_);
  entries_.swap(dropped);
}

// GroupOf is never called while there are no entries. A key is a SHA-256: its own bytes spread.
std::span<VerdictCache::Entry> VerdictCache::GroupOf(const Hash& key) {
  const auto group = static_cast<std::size_t>(FirstBytes(key) % num_groups_);
  return std::span(entries_).subspan(group * group_size_, group_size_);
}

VerdictCache::Entry* VerdictCache::FindEntry(const Hash& key) {
  if (entries_.empty()) {
    return nullptr;
  }
  const std::span<Entry> group = GroupOf(key);
  const auto found = std::find_if(group.begin(), group.end(), [&key](const Entry& entry) {
    return entry.judgement != nullptr && entry.key == key;
  });
  return found == group.end() ? nullptr : &*found;
}

}  // namespace tattle
