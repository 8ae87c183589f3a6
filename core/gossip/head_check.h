// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Whether a head that came by gossip is to be believed.

#ifndef TATTLE_CORE_GOSSIP_HEAD_CHECK_H_
#define TATTLE_CORE_GOSSIP_HEAD_CHECK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/bounds.h"
#include "core/gossip/heads.h"
#include "core/loglist/log_list.h"
#include "core/wire/tree_head.h"

namespace tattle {

// HeadStatus is what is true of one head. Zero is never good news.
enum class HeadStatus : std::uint8_t {
  kNotChecked = 0,  // no signature checks are left for this message
  kGood,            // new, and signed by its log
  kKnown,           // verified before, or twice in this message
  kStale,           // older than kHeadFreshnessMs; not verified
  kUnknownLog,      // of no log of the list, or, without a log_id, signed by none
  kDeniedLog,       // signed with a key that is public or compromised; not verified
  kBadSignature,
  kInFuture,  // new, signed by its log, and more than kClockDriftMs ahead of our time: may be half
              // of a split whose other half will come
};
inline constexpr std::size_t kNumHeadStatuses = 8;

// HeadStatusName: "not_checked", "good", "known", "stale", "unknown_log", "denied_log",
// "bad_signature", "in_future".
std::string_view HeadStatusName(HeadStatus status);

// HeadIdentityHash is the one short name of a head: SHA-256 of log_id and of what the log signed.
// The signature is no part of it: anybody can make a second one of it that verifies too. So a set
// of such hashes may only hold heads that were verified, or a bad signature would shut out the
// good.
Hash HeadIdentityHash(const LogId& log_id, const TreeHead& head);

// HeadRelation is how a head stands to those that the caller has.
enum class HeadRelation : std::uint8_t {
  kNew = 1,
  kKnown,        // it is one of them; they are verified
  kConflicting,  // one of them is of the same size with another root: proof of a split, if it is
                 // good
};
using RelateHead = std::function<HeadRelation(const LogId& log_id, const TreeHead& head)>;

// CheckedHead is a head with its log. Where the signature was verified it is in canonical form.
struct CheckedHead {
  HeadStatus status = HeadStatus::kNotChecked;
  HeadRelation relation = HeadRelation::kNew;
  std::optional<LogId> log_id;  // absent where none was named or found
  SignedTreeHead sth;
  const Log* log = nullptr;  // borrows from the list
};

// HeadChecker checks the heads of one message. It borrows all that it is made with. What costs
// little comes first: deny list, log list, what is known, age; then a signature. A head that
// conflicts with a known one is evidence, so its time does not stop it. How many heads a log signs
// stops none either: where those of one client used up what is taken of a log, they would shut out
// what others bring. What there is no room for is the pool's to choose. Not thread-safe.
class HeadChecker {
 public:
  // `relate` may be empty: all heads are new. It is asked about every log for a head that names
  // none, and so must not cost much.
  HeadChecker(const LogList& logs, std::uint64_t now_ms, RelateHead relate);

  // LimitChecks takes at most so many signature checks, where that is less than
  // kMaxGossipSignatureChecks. Heads beyond are kNotChecked.
  void LimitChecks(std::size_t max_checks);

  // Check says what is true of a head. Fails with kCryptoFailed only, and is then still usable.
  [[nodiscard]] Result<CheckedHead> Check(const GossipHead& head);

  // CountOf is how many heads were found to be so.
  std::size_t CountOf(HeadStatus status) const;

  std::size_t num_signature_checks() const { return num_signature_checks_; }

 private:
  Result<void> CheckNamed(CheckedHead& head);
  Result<void> TryLogs(CheckedHead& head);
  Result<bool> Verify(const Log& log, CheckedHead& head);
  HeadStatus Relate(const LogId& log_id, CheckedHead& head) const;
  HeadStatus JudgeGood(CheckedHead& head);
  bool IsStale(const CheckedHead& head) const;

  // SeenHead is a log with the size, time and root of a head of it.
  using SeenHead = std::tuple<LogId, std::uint64_t, std::uint64_t, Hash>;

  const LogList& logs_;
  std::uint64_t now_ms_;
  RelateHead relate_;
  std::set<SeenHead> seen_;        // good ones of this message
  const Log* last_log_ = nullptr;  // of the last head without log_id: the next is likely its
  std::size_t max_checks_ = kMaxGossipSignatureChecks;
  std::size_t num_signature_checks_ = 0;
  std::array<std::size_t, kNumHeadStatuses> counts_ = {};
};

// IsFreshHead says whether a time is at most kHeadFreshnessMs ago, and not more than kClockDriftMs
// ahead.
bool IsFreshHead(std::uint64_t timestamp_ms, std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_HEAD_CHECK_H_
