// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/verify/verify.h"

#include <optional>
#include <utility>

#include "core/base/limits.h"
#include "core/der/certificate.h"
#include "core/der/extension.h"
#include "core/der/ocsp.h"
#include "core/verify/ocsp_match.h"
#include "core/verify/sct_signature.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"

namespace tattle {
namespace {

// Verifier fills one report. It lives for one call of Verify.
class Verifier {
 public:
  Verifier(const CertificateView& leaf, const LogList& logs, std::uint64_t now_ms,
           const ShowSct& show)
      : leaf_(leaf), logs_(logs), now_ms_(now_ms), show_(show) {
    report_.not_before_ms = leaf.not_before_ms;
    report_.not_after_ms = leaf.not_after_ms;
    report_.has_rfc9162 = leaf.has_rfc9162;
  }

  // SetIssuer takes what was given as issuer; a broken one is remembered as the reason why
  // nothing that needs it could be checked.
  void SetIssuer(Bytes issuer) {
    if (issuer.empty()) {
      return;
    }
    const Result<CertificateView> view = DecodeCertificate(issuer);
    if (!view) {
      issuer_error_ = {view.error().code, view.error().offset, "issuer"};
      return;
    }
    issuer_ = *view;
    report_.issuer_mismatch = !Equal(view->subject, leaf_.issuer);
  }

  Result<void> AddEmbedded() {
    BeginSource();
    if (!leaf_.sct_list_value) {
      return {};
    }
    const Result<Bytes> list = DecodeSctListExtension(*leaf_.sct_list_value);
    if (!list) {
      AddUnreadable(SctSource::kEmbedded, list.error());
      return {};
    }
    const Result<ByteVector> tbs = EncodePrecertTbs(leaf_);
    if (!tbs) {
      return tl::unexpected(tbs.error());
    }
    std::optional<SignedEntry> entry;
    if (issuer_) {
      entry = PrecertEntry(*tbs, *issuer_);
    }
    return AddList(SctSource::kEmbedded, *list, entry);
  }

  Result<void> AddTls(Bytes list) {
    BeginSource();
    if (list.empty()) {
      return {};
    }
    return AddList(SctSource::kTls, list, X509Entry(leaf_));
  }

  Result<void> AddOcsp(Bytes response) {
    BeginSource();
    if (response.empty()) {
      return {};
    }
    const Result<OcspSingles> singles = DecodeOcspResponse(response);
    if (!singles) {
      AddUnreadable(SctSource::kOcsp, singles.error());
      return {};
    }
    for (const OcspSingleResponse& single : singles->all) {
      if (!single.sct_list_value) {
        continue;
      }
      if (!issuer_) {
        if (Equal(single.serial_number, leaf_.serial_number)) {
          AddLine(SctSource::kOcsp, SctStatus::kNotChecked, issuer_error_);
        }
        continue;
      }
      if (!IsForCertificate(single, leaf_, *issuer_)) {
        continue;  // about another certificate
      }
      const Result<Bytes> list = DecodeSctListExtension(*single.sct_list_value);
      if (!list) {
        AddUnreadable(SctSource::kOcsp, list.error());
        continue;
      }
      const Result<void> added = AddList(SctSource::kOcsp, *list, X509Entry(leaf_));
      if (!added) {
        return added;
      }
    }
    if (singles->passed_over) {
      // It may have been this certificate's.
      AddUnreadable(SctSource::kOcsp, *singles->passed_over);
    }
    return {};
  }

  Report TakeReport() { return std::move(report_); }

 private:
  void BeginSource() {
    num_signature_checks_ = 0;
    num_other_lines_ = 0;
  }

  static SctFacts Line(SctSource source, SctStatus status, Error error) {
    SctFacts facts;
    facts.source = source;
    facts.status = status;
    facts.error = error;
    return facts;
  }

  // Keep puts a line into the report. Valid SCTs are bounded by the signature checks; of others
  // only so many are told, lest a server fill our memory with them.
  void Keep(const SctFacts& facts) {
    if (facts.status != SctStatus::kValid && ++num_other_lines_ > kMaxOtherSctLines) {
      if (num_other_lines_ == kMaxOtherSctLines + 1) {
        report_.scts.push_back(
            Line(facts.source, SctStatus::kNotChecked, {Errc::kTooLarge, 0, "SCTs"}));
      }
      return;
    }
    report_.scts.push_back(facts);
  }

  void AddLine(SctSource source, SctStatus status, Error error) {
    Keep(Line(source, status, error));
  }

  void AddUnreadable(SctSource source, const Error& error) {
    AddLine(source, SctStatus::kMalformed, error);
  }

  Result<void> AddList(SctSource source, Bytes list, const std::optional<SignedEntry>& entry) {
    const Result<std::vector<Bytes>> items = SplitSctList(list);
    if (!items) {
      AddUnreadable(source, items.error());
      return {};
    }
    for (const Bytes item : *items) {
      if (const Result<void> added = AddSct(source, item, entry); !added) {
        return added;
      }
    }
    return {};
  }

  Result<void> AddSct(SctSource source, Bytes item, const std::optional<SignedEntry>& entry) {
    const Result<Sct> sct = DecodeSct(item);
    if (!sct) {
      AddLine(source,
              sct.error().code == Errc::kUnsupportedVersion ? SctStatus::kUnsupportedVersion
                                                            : SctStatus::kMalformed,
              sct.error());
      return {};
    }
    SctFacts facts = Line(source, SctStatus::kNotChecked, {});
    facts.log_id = sct->log_id;
    facts.timestamp_ms = sct->timestamp_ms;
    facts.leaf_index = sct->leaf_index;
    facts.denied = logs_.FindDenied(sct->log_id);
    facts.log = logs_.Find(sct->log_id);
    if (facts.log != nullptr && facts.log->temporal_interval) {
      facts.outside_interval = leaf_.not_after_ms < facts.log->temporal_interval->start_ms ||
                               leaf_.not_after_ms >= facts.log->temporal_interval->end_ms;
    }
    const Result<void> checked = Check(*sct, entry, facts);
    if (show_ && entry &&
        (facts.status == SctStatus::kValid || facts.status == SctStatus::kInFuture ||
         facts.status == SctStatus::kBadSignature)) {
      show_(ShownSct{facts, item, *sct, *entry});
    }
    Keep(facts);
    return checked;
  }

  // Check decides the status. The order is from what needs the least trust in the SCT to what
  // needs the most: a denied log stays denied whatever a list says of it, and a time is worth
  // reading only under a good signature.
  Result<void> Check(const Sct& sct, const std::optional<SignedEntry>& entry, SctFacts& facts) {
    if (facts.denied != nullptr) {
      facts.status = SctStatus::kDeniedLog;
      return {};
    }
    if (facts.log == nullptr) {
      facts.status = SctStatus::kUnknownLog;
      return {};
    }
    if (!sct.signature.Fits(facts.log->key->type())) {
      facts.status = SctStatus::kWrongAlgorithm;
      return {};
    }
    if (!entry) {
      facts.error = issuer_error_;
      return {};
    }
    if (num_signature_checks_ == kMaxSignatureChecks) {
      facts.error = {Errc::kTooLarge, 0, "signature checks"};
      return {};
    }
    ++num_signature_checks_;
    const Result<bool> verified = VerifySct(sct, *entry, *facts.log->key);
    if (!verified) {
      return tl::unexpected(verified.error());
    }
    if (!*verified) {
      facts.status = SctStatus::kBadSignature;
      if (report_.issuer_mismatch && entry->type == EntryType::kPrecert) {
        facts.error = {Errc::kMismatch, 0, "issuer"};
      }
      return {};
    }
    facts.status = IsInFuture(sct.timestamp_ms, now_ms_) ? SctStatus::kInFuture : SctStatus::kValid;
    return {};
  }

  const CertificateView& leaf_;
  const LogList& logs_;
  std::uint64_t now_ms_;
  const ShowSct& show_;
  std::optional<CertificateView> issuer_;
  Error issuer_error_ = {Errc::kMissing, 0, "issuer"};
  std::size_t num_signature_checks_ = 0;  // of the source at hand
  std::size_t num_other_lines_ = 0;       // of it, for SCTs that are not valid
  Report report_;
};

}  // namespace

Result<Report> Verify(const Evidence& evidence, const LogList& logs, std::uint64_t now_ms,
                      const ShowSct& show) {
  const Result<CertificateView> leaf = DecodeCertificate(evidence.leaf);
  if (!leaf) {
    return tl::unexpected(leaf.error());
  }
  Verifier verifier(*leaf, logs, now_ms, show);
  verifier.SetIssuer(evidence.issuer);
  if (const Result<void> added = verifier.AddEmbedded(); !added) {
    return tl::unexpected(added.error());
  }
  if (const Result<void> added = verifier.AddTls(evidence.tls_scts); !added) {
    return tl::unexpected(added.error());
  }
  if (const Result<void> added = verifier.AddOcsp(evidence.ocsp_response); !added) {
    return tl::unexpected(added.error());
  }
  return verifier.TakeReport();
}

}  // namespace tattle
