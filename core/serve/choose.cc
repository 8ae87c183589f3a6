// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/serve/choose.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/base/limits.h"
#include "core/policy/validity.h"
#include "core/verify/verify.h"
#include "core/wire/sct.h"

namespace tattle {
namespace {

constexpr std::uint64_t kEndOfTimeMs = std::numeric_limits<std::uint64_t>::max();

// Served are indexes into the SCTs given.
using Served = std::vector<std::size_t>;

// RankOf orders logs by how many clients know them and for how long they will: one that has just
// qualified is missing in older lists, a read-only one is about to retire, and one whose retirement
// has a date yet more so.
int RankOf(const Log& log, std::uint64_t now_ms) {
  if (log.state == LogState::kRetired || log.state == LogState::kRejected) {
    return 3;
  }
  switch (log.StateAt(now_ms)) {
    case LogState::kUsable:
      return 0;
    case LogState::kReadOnly:
      return 1;
    default:
      return 2;
  }
}

// IsRefusal: the reason is about one SCT that does not count.
bool IsRefusal(ReasonCode code) {
  switch (code) {
    case ReasonCode::kLogRetired:
    case ReasonCode::kLogNotTrusted:
    case ReasonCode::kLeafIndexMissing:
    case ReasonCode::kSourceNotAccepted:
    case ReasonCode::kSctNotValid:
      return true;
    default:
      return false;
  }
}

// CountThatFit is how many of the first make a list.
std::size_t CountThatFit(std::span<const ByteVector> scts) {
  constexpr std::size_t kMaxListLen = 65535;  // SerializedSCT sct_list <1..2^16-1>
  std::size_t num_scts = 0;
  std::size_t list_len = 0;
  for (const ByteVector& sct : scts) {
    list_len += 2 /* length */ + sct.size();
    if (list_len > kMaxListLen || num_scts == kMaxFittingScts) {
      break;
    }
    ++num_scts;
  }
  return num_scts;
}

// WithoutNumber cuts "SCT 1 (Log) does not count: " off a reason: the number is none of the file's.
std::string WithoutNumber(const std::string& text) {
  constexpr std::string_view kLink = " does not count: ";
  const std::size_t at = text.find(kLink);
  return at == std::string::npos ? text : text.substr(at + kLink.size());
}

// Chooser holds one report and asks the policy about parts of it.
class Chooser {
 public:
  Chooser(const Report& report, Policy policy, std::uint64_t now_ms)
      : all_(report), policy_(policy), now_ms_(now_ms) {
    for (const SctFacts& sct : report.scts) {
      (sct.source == SctSource::kTls ? tls_ : embedded_).push_back(sct);
    }
  }

  SctChoice Choose() {
    SctChoice choice;
    choice.embedded_unknown = std::any_of(embedded_.begin(), embedded_.end(), [](const auto& sct) {
      return sct.status == SctStatus::kNotChecked;
    });
    choice.by_embedded = Suffice({}, true);
    served_ = SortCounting(choice.refused);
    const bool alone = Suffice(served_, false);
    choice.sufficient = alone || Suffice(served_, true);
    if (choice.sufficient) {
      Served rest = Reduce(!alone);
      AddSpare(rest, !alone);
    }
    LookAhead(choice);
    const std::uint64_t again_ms = ValidityAt(all_, now_ms_).until_ms;
    if (again_ms != kEndOfTimeMs) {
      choice.again_ms = again_ms;
    }
    choice.reasons = Judge(served_, true, now_ms_).reasons;
    choice.num_scts = served_.size();
    return choice;
  }

  // served is what Choose has chosen, in the order in which it was preferred.
  const Served& served() const { return served_; }

 private:
  // Part is the report as if only these SCTs had come by TLS.
  Report Part(const Served& served, bool with_embedded) const {
    Report part;
    part.not_before_ms = all_.not_before_ms;
    part.not_after_ms = all_.not_after_ms;
    if (with_embedded) {
      part.scts = embedded_;
    }
    for (const std::size_t index : served) {
      part.scts.push_back(tls_.at(index));
    }
    return part;
  }

  // A stale list forgives nothing here: what nobody verified is not sent.
  Verdict Judge(const Served& served, bool with_embedded, std::uint64_t time_ms) const {
    return Evaluate(policy_, Part(served, with_embedded), time_ms, false);
  }

  bool Suffice(const Served& served, bool with_embedded) const {
    return Judge(served, with_embedded, now_ms_).compliant;
  }

  // WhyNot says why the policy does not count an SCT, if it does not. `strict` names SCTs only
  // where all four policies pass; what it shares with chrome is enough to tell people.
  std::optional<std::string> WhyNot(std::size_t index) const {
    const Policy policy = policy_ == Policy::kStrict ? Policy::kChrome : policy_;
    const Verdict verdict = Evaluate(policy, Part({index}, false), now_ms_, false);
    for (const Reason& reason : verdict.reasons) {
      if (IsRefusal(reason.code)) {
        return WithoutNumber(reason.text);
      }
    }
    return std::nullopt;
  }

  // SortCounting is the SCTs that count, one a log, the best first; the others are told of.
  Served SortCounting(std::vector<RefusedSct>& refused) const {
    Served counting;
    for (std::size_t index = 0; index < tls_.size(); ++index) {
      if (std::optional<std::string> why = WhyNot(index)) {
        refused.push_back({index, tls_.at(index).status, *std::move(why)});
      } else {
        counting.push_back(index);
      }
    }
    const auto key = [&](std::size_t index) {
      const Log& log = *tls_.at(index).log;
      // Clients that ask for an RFC 6962 log, or ignore a tiled SCT without its index, are old,
      // and there.
      return std::tuple(RankOf(log, now_ms_), log.kind != LogKind::kRfc6962, log.state_since_ms);
    };
    std::stable_sort(counting.begin(), counting.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::set<LogId> seen;
    std::erase_if(counting,
                  [&](std::size_t index) { return !seen.insert(*tls_.at(index).log_id).second; });
    return counting;
  }

  // Reduce leaves away what can be, the least preferred first, and returns it, best first. What is
  // left is as small as any set that suffices, because all that policies ask for is so many logs of
  // so many operators.
  Served Reduce(bool with_embedded) {
    Served rest;
    for (std::size_t i = served_.size(); i-- > 0;) {
      Served fewer = served_;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (Suffice(fewer, with_embedded)) {
        rest.insert(rest.begin(), served_.at(i));
        served_ = std::move(fewer);
      }
    }
    return rest;
  }

  void AddSpare(const Served& rest, bool with_embedded) {
    std::optional<std::size_t> best;
    std::size_t best_count = 0;
    for (const std::size_t index : rest) {
      std::size_t count = 0;
      for (std::size_t i = 0; i < served_.size(); ++i) {
        Served others = served_;
        others.at(i) = index;
        count += Suffice(others, with_embedded) ? 1 : 0;
      }
      if (!best || count > best_count) {
        best = index;
        best_count = count;
      }
    }
    if (best) {
      served_.push_back(*best);
    }
  }

  // LookAhead says what clients get, and for how long it does.
  void LookAhead(SctChoice& choice) const {
    const Report part = Part(served_, true);
    choice.not_after_ms = all_.not_after_ms;
    choice.outlooks = FindOutlooks(part, now_ms_);
    for (const Outlook& outlook : choice.outlooks) {
      if (outlook.policy == policy_ && choice.sufficient) {
        choice.until_ms = outlook.until_ms;
      }
    }
    for (const std::size_t index : served_) {
      Count(tls_.at(index), choice);
    }
    for (const SctFacts& sct : embedded_) {
      if (sct.status == SctStatus::kValid) {
        Count(sct, choice);
      }
    }
  }

  void Count(const SctFacts& sct, SctChoice& choice) const {
    choice.counted.push_back({sct.source, sct.log->description, sct.log->operator_name,
                              sct.log->StateAt(now_ms_), sct.timestamp_ms});
  }

  const Report& all_;
  const Policy policy_;
  const std::uint64_t now_ms_;
  std::vector<SctFacts> embedded_;
  std::vector<SctFacts> tls_;  // in the order given
  Served served_;
};

}  // namespace

Result<SctChoice> ChooseScts(Bytes leaf, Bytes issuer, std::span<const ByteVector> scts,
                             const LogList& logs, Policy policy, std::uint64_t now_ms) {
  scts = scts.first(CountThatFit(scts));
  ByteVector all;
  if (!scts.empty()) {
    Result<ByteVector> encoded = EncodeSctList(scts);
    if (!encoded) {
      return tl::unexpected(encoded.error());
    }
    all = *std::move(encoded);
  }
  const Evidence evidence = {.leaf = leaf, .issuer = issuer, .tls_scts = all};
  const Result<Report> report = Verify(evidence, logs, now_ms);
  if (!report) {
    return tl::unexpected(report.error());
  }
  Chooser chooser(*report, policy, now_ms);
  SctChoice choice = chooser.Choose();
  if (!chooser.served().empty()) {
    std::vector<ByteVector> chosen;
    for (const std::size_t index : chooser.served()) {
      chosen.push_back(scts[index]);
    }
    Result<ByteVector> list = EncodeSctList(chosen);
    if (!list) {
      return tl::unexpected(list.error());
    }
    choice.list = *std::move(list);
  }
  return choice;
}

}  // namespace tattle
