// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/serve/sct_matcher.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/serve/sct_file.h"
#include "core/verify/sct_signature.h"
#include "core/wire/sct.h"

namespace tattle {
namespace {

// Certificates begin to be valid some time before they are signed, most of them an hour.
constexpr std::uint64_t kMaxBackdatedMs = kMsPerDay;

// IsLikely: an SCT is stamped after its certificate was made. It is a guess, which only decides
// what is tried first.
bool IsLikely(std::uint64_t timestamp_ms, std::uint64_t not_before_ms) {
  return timestamp_ms + kMaxBackdatedMs >= not_before_ms;
}

}  // namespace

SctMatcher::SctMatcher(std::shared_ptr<const LogList> logs) : logs_(std::move(logs)) {}

void SctMatcher::SetLogs(std::shared_ptr<const LogList> logs) {
  logs_ = std::move(logs);
  for (auto& [hash, sct] : scts_) {
    const SctStatus before = sct.status;
    Read(sct);
    if (sct.status != SctStatus::kNotChecked) {
      sct.owner.reset();
      sct.tried.clear();
    } else if (before == SctStatus::kValid || before == SctStatus::kBadSignature) {
      sct.status = before;  // a log's id is the hash of its key: its signatures stay what they are
    }
  }
  settled_ = false;
}

// Read decides what can be said of an SCT without a certificate.
void SctMatcher::Read(Stored& sct) const {
  const Result<Sct> decoded = DecodeSct(sct.item);
  if (!decoded) {
    sct.error = decoded.error();
    sct.status = decoded.error().code == Errc::kUnsupportedVersion ? SctStatus::kUnsupportedVersion
                                                                   : SctStatus::kMalformed;
    return;
  }
  sct.log_id = decoded->log_id;
  sct.timestamp_ms = decoded->timestamp_ms;
  const Log* log = logs_->Find(decoded->log_id);
  if (logs_->FindDenied(decoded->log_id) != nullptr) {
    sct.status = SctStatus::kDeniedLog;
  } else if (log == nullptr) {
    sct.status = SctStatus::kUnknownLog;
  } else if (!decoded->signature.Fits(log->key->type())) {
    sct.status = SctStatus::kWrongAlgorithm;
  } else {
    sct.status = SctStatus::kNotChecked;
  }
}

Result<void> SctMatcher::SetFile(const std::string& name, Bytes content) {
  const auto before = files_.find(name);
  if (before == files_.end() && files_.size() == kMaxSctFiles) {
    return Fail(Errc::kTooLarge, "sct_files");
  }
  const Result<SctFile> file = DecodeSctFile(content);
  std::vector<Hash> hashes;
  if (file) {
    for (const ByteVector& item : file->scts) {
      const Hash hash = Sha256Of(item);
      auto found = scts_.find(hash);
      if (found == scts_.end()) {
        if (scts_.size() == kMaxServableScts) {
          break;
        }
        found = scts_.emplace(hash, Stored{.item = item}).first;
        Read(found->second);
        settled_ = false;
      }
      ++found->second.num_files;
      hashes.push_back(hash);
    }
  }
  const bool whole = !file || hashes.size() == file->scts.size();
  // What both versions of the file have has kept its place in scts_ till here.
  RemoveFile(name);
  if (!file) {
    return tl::unexpected(file.error());
  }
  files_.emplace(name, std::move(hashes));
  return whole ? Result<void>() : Fail(Errc::kTooLarge, "scts");
}

void SctMatcher::RemoveFile(const std::string& name) {
  const auto found = files_.find(name);
  if (found != files_.end()) {
    const std::vector<Hash> hashes = std::move(found->second);
    files_.erase(found);
    Drop(hashes);
  }
}

void SctMatcher::Drop(const std::vector<Hash>& hashes) {
  for (const Hash& hash : hashes) {
    const auto found = scts_.find(hash);
    if (--found->second.num_files == 0) {
      scts_.erase(found);
    }
  }
}

Result<std::uint64_t> SctMatcher::AddCertificate(Bytes leaf, Bytes issuer) {
  const Result<CertificateView> view = DecodeCertificate(leaf);
  if (!view) {
    return tl::unexpected(view.error());
  }
  const Hash hash = Sha256Of(leaf);
  if (const auto known = number_of_.find(hash); known != number_of_.end()) {
    Certificate& certificate = certificates_.at(known->second);
    if (certificate.issuer.empty()) {
      certificate.issuer = ToVector(issuer);
    }
    return known->second;
  }
  if (certificates_.size() == kMaxServedCertificates) {
    return Fail(Errc::kTooLarge, "certificates");
  }
  const auto free_slot = std::find(used_slots_.begin(), used_slots_.end(), false);
  const std::size_t slot = static_cast<std::size_t>(free_slot - used_slots_.begin());
  if (free_slot == used_slots_.end()) {
    used_slots_.push_back(true);
  } else {
    *free_slot = true;
  }
  certificates_.emplace(++last_number_, Certificate{ToVector(leaf), ToVector(issuer), hash, slot,
                                                    view->not_before_ms});
  number_of_.emplace(hash, last_number_);
  settled_ = false;
  return last_number_;
}

void SctMatcher::RemoveCertificate(std::uint64_t number) {
  const auto found = certificates_.find(number);
  if (found == certificates_.end()) {
    return;
  }
  const std::size_t slot = found->second.slot;
  number_of_.erase(found->second.leaf_hash);
  used_slots_.at(slot) = false;
  certificates_.erase(found);
  for (auto& [hash, sct] : scts_) {
    // Another certificate may get the slot.
    if (slot < sct.tried.size()) {
      sct.tried.at(slot) = false;
    }
    if (sct.owner == number) {
      sct.owner.reset();
      sct.status = SctStatus::kNotChecked;
      settled_ = false;
    }
  }
}

bool SctMatcher::IsOpen(const Stored& sct) const {
  return sct.status == SctStatus::kNotChecked || sct.status == SctStatus::kBadSignature;
}

Result<void> SctMatcher::Try(Stored& sct, std::uint64_t number, const Certificate& certificate) {
  const Result<CertificateView> view = DecodeCertificate(certificate.leaf);
  const Result<Sct> decoded = DecodeSct(sct.item);
  const Log* log = logs_->Find(sct.log_id);
  if (!view || !decoded || log == nullptr) {
    return Fail(Errc::kInternal, "sct_matcher");  // all three could be read before
  }
  const Result<bool> fits = VerifySct(*decoded, X509Entry(*view), *log->key);
  if (!fits) {
    return tl::unexpected(fits.error());
  }
  sct.tried.resize(std::max(sct.tried.size(), used_slots_.size()));
  sct.tried.at(certificate.slot) = true;
  sct.status = *fits ? SctStatus::kValid : SctStatus::kBadSignature;
  if (*fits) {
    sct.owner = number;
  }
  return {};
}

Result<bool> SctMatcher::TryAll(Stored& sct, bool likely, std::size_t& checks_left) {
  for (const auto& [number, certificate] : certificates_) {
    if (!IsOpen(sct)) {
      break;
    }
    const bool tried = certificate.slot < sct.tried.size() && sct.tried.at(certificate.slot);
    if (tried || (likely && !IsLikely(sct.timestamp_ms, certificate.not_before_ms))) {
      continue;
    }
    if (checks_left == 0) {
      return false;
    }
    --checks_left;
    if (const Result<void> done = Try(sct, number, certificate); !done) {
      return tl::unexpected(done.error());
    }
  }
  return true;
}

Result<bool> SctMatcher::Match(std::size_t max_checks) {
  if (settled_) {
    return true;
  }
  for (const bool likely : {true, false}) {
    for (auto& [hash, sct] : scts_) {
      const Result<bool> done = TryAll(sct, likely, max_checks);
      if (!done || !*done) {
        return done;
      }
    }
  }
  settled_ = true;
  return true;
}

std::map<Hash, SctMatcher::Place> SctMatcher::FirstPlaces() const {
  std::map<Hash, Place> places;
  for (const auto& [name, hashes] : files_) {
    std::size_t number = 0;
    for (const Hash& hash : hashes) {
      places.emplace(hash, Place{name, ++number});
    }
  }
  return places;
}

std::vector<Hash> SctMatcher::FittingOf(std::uint64_t number) const {
  std::vector<Hash> out;
  for (const auto& [hash, sct] : scts_) {
    if (sct.owner == number) {
      out.push_back(hash);
    }
  }
  return out;
}

Result<SctChoice> SctMatcher::Choose(std::uint64_t number, Policy policy,
                                     std::uint64_t now_ms) const {
  const auto found = certificates_.find(number);
  if (found == certificates_.end()) {
    return Fail(Errc::kInvalidArgument, "certificate");
  }
  std::vector<ByteVector> items;
  for (const Hash& hash : FittingOf(number)) {
    items.push_back(scts_.at(hash).item);
  }
  return ChooseScts(found->second.leaf, found->second.issuer, items, *logs_, policy, now_ms);
}

std::vector<SctNote> SctMatcher::RefusalNotes(std::uint64_t number, const SctChoice& choice) const {
  std::vector<SctNote> notes;
  const std::vector<Hash> fitting = FittingOf(number);
  const std::map<Hash, Place> places = FirstPlaces();
  for (const RefusedSct& refused : choice.refused) {
    if (refused.index < fitting.size()) {
      const Place& place = places.at(fitting.at(refused.index));
      notes.push_back({place.file, place.number, refused.status, refused.why});
    }
  }
  return notes;
}

std::vector<SctNote> SctMatcher::Notes() const {
  std::vector<SctNote> notes;
  std::set<Hash> told;
  for (const auto& [name, hashes] : files_) {
    std::size_t number = 0;
    for (const Hash& hash : hashes) {
      ++number;
      const Stored& sct = scts_.at(hash);
      if (sct.status == SctStatus::kValid || (IsOpen(sct) && !settled_) ||
          !told.insert(hash).second) {
        continue;
      }
      if (IsOpen(sct)) {
        const std::size_t count = certificates_.size();
        std::string text = "fits no certificate here (tried on " + std::to_string(count) +
                           "): it was made for another, or is damaged";
        notes.push_back({name, number, SctStatus::kBadSignature, std::move(text)});
        continue;
      }
      SctFacts facts;
      facts.status = sct.status;
      facts.error = sct.error;
      facts.denied = logs_->FindDenied(sct.log_id);
      std::string text = DescribeSct(facts);
      if (sct.status == SctStatus::kUnknownLog) {
        text.append(" (").append(Hex(sct.log_id)).append(")");
      }
      notes.push_back({name, number, sct.status, std::move(text)});
    }
  }
  return notes;
}

}  // namespace tattle
