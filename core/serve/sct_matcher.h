// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Files with SCTs on one side, certificates on the other: which were made for which.

#ifndef TATTLE_CORE_SERVE_SCT_MATCHER_H_
#define TATTLE_CORE_SERVE_SCT_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/serve/choose.h"
#include "core/verify/report.h"

namespace tattle {

// SctNote is what is to be told of an SCT that is not sent.
struct SctNote {
  std::string file;                           // the first that has it
  std::size_t number = 0;                     // in the file, from 1
  SctStatus status = SctStatus::kNotChecked;  // kBadSignature: fits no certificate
  std::string text;                           // half a sentence
};

// SctMatcher tries each SCT on each certificate until one fits: names and places of files say
// nothing. An SCT fits one certificate only, so that it is tried on no other then. What was tried
// is remembered, and the work can be done in portions; files, certificates and the log list may
// change in between. Not thread-safe, as any value.
class SctMatcher {
 public:
  explicit SctMatcher(std::shared_ptr<const LogList> logs);

  // SetLogs replaces the log list: SCTs of logs that are new are tried then.
  void SetLogs(std::shared_ptr<const LogList> logs);

  // SetFile adds a file, or replaces the one of that name. Fails as DecodeSctFile does, or with
  // kTooLarge beyond kMaxSctFiles or kMaxServableScts; a file that could not be read has no SCTs,
  // whatever it had before.
  Result<void> SetFile(const std::string& name, Bytes content);
  void RemoveFile(const std::string& name);

  // AddCertificate gives a certificate a number that no other has or will have. For one that is
  // there it is the number of before, and an issuer is taken if there was none. `issuer` may be
  // empty: embedded SCTs cannot be checked then. Fails as DecodeCertificate does of the leaf, or
  // with kTooLarge beyond kMaxServedCertificates.
  Result<std::uint64_t> AddCertificate(Bytes leaf, Bytes issuer);
  void RemoveCertificate(std::uint64_t number);
  bool HasCertificate(std::uint64_t number) const { return certificates_.contains(number); }

  // Match checks at most `max_checks` signatures, and says whether nothing is left to be tried.
  // Fails with kCryptoFailed.
  Result<bool> Match(std::size_t max_checks);

  // Choose is ChooseScts of what was found to fit so far. Fails with kInvalidArgument for a number
  // that no certificate has.
  Result<SctChoice> Choose(std::uint64_t number, Policy policy, std::uint64_t now_ms) const;

  // RefusalNotes are a choice's refusals by file. As long as nothing was changed since.
  std::vector<SctNote> RefusalNotes(std::uint64_t number, const SctChoice& choice) const;

  // Notes tell of the SCTs that fit no certificate, and why; of none that is still to be tried.
  std::vector<SctNote> Notes() const;

  std::size_t num_scts() const { return scts_.size(); }

 private:
  // Stored is an SCT as it came, from any number of files.
  struct Stored {
    ByteVector item;
    std::size_t num_files = 0;
    SctStatus status = SctStatus::kNotChecked;
    Error error = {};  // why, where it is malformed
    LogId log_id = {};
    std::uint64_t timestamp_ms = 0;
    std::optional<std::uint64_t> owner = {};  // number of the certificate that it fits
    std::vector<bool> tried = {};             // by slot of certificate
  };

  struct Certificate {
    ByteVector leaf;
    ByteVector issuer;
    Hash leaf_hash = {};
    std::size_t slot = 0;
    std::uint64_t not_before_ms = 0;
  };

  struct Place {
    std::string file;
    std::size_t number = 0;
  };

  void Read(Stored& sct) const;
  bool IsOpen(const Stored& sct) const;
  std::map<Hash, Place> FirstPlaces() const;
  std::vector<Hash> FittingOf(std::uint64_t number) const;
  Result<void> Try(Stored& sct, std::uint64_t number, const Certificate& certificate);
  // TryAll tries all certificates that were not tried, or those that are likely; false: nothing is
  // left of the checks.
  Result<bool> TryAll(Stored& sct, bool likely, std::size_t& checks_left);
  void Drop(const std::vector<Hash>& hashes);

  std::shared_ptr<const LogList> logs_;
  std::map<std::string, std::vector<Hash>> files_;  // SCTs by SHA-256, in the order of the file
  std::map<Hash, Stored> scts_;
  std::map<std::uint64_t, Certificate> certificates_;
  std::map<Hash, std::uint64_t> number_of_;  // by SHA-256 of the leaf
  std::vector<bool> used_slots_;
  std::uint64_t last_number_ = 0;
  bool settled_ = true;  // nothing is left to be tried
};

}  // namespace tattle

#endif  // TATTLE_CORE_SERVE_SCT_MATCHER_H_
