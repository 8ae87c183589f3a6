// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Messages of SCT feedback: chains that a site showed, each with the SCTs seen with it.

#ifndef TATTLE_CORE_GOSSIP_FEEDBACK_H_
#define TATTLE_CORE_GOSSIP_FEEDBACK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/skip_counts.h"

namespace tattle {

// FeedbackDialect is how feedback is wrapped. The names of drafts are those of HeadDialect.
enum class FeedbackDialect : std::uint8_t {
  kEntry = 1,       // CT0: {"entry":[{"sct":..,"x509_chain":[DER]}]}, in a TransGossip header
  kSctObjects,      // CT1: {"sct_feedback":[{"x509_chain":[DER],"sct_data":[{"sct_version":..}]}]}
  kSctFeedback,     // CT2, I0, I1: {"sct_feedback":[{"x509_chain":[DER],"sct_data":[SCT]}]}
  kArray,           // I2: [{"x509_chain":[DER],"sct_data":[SCT]}]
  kArrayPem,        // I3, I4: [{"x509_chain":[PEM],"sct_data":[SCT]}]
  kArrayVersioned,  // I5: [{"x509_chain":[PEM],"sct_data_v1":[list],"sct_data_v2":[TransItem]}]
};

// FeedbackEntry is a chain with its SCTs; nothing of it has been verified, and certificates are not
// even known to be such.
struct FeedbackEntry {
  std::vector<ByteVector> x509_chain;  // DER, leaf first
  std::vector<ByteVector> scts;        // SerializedSCTs that DecodeSct takes; one or more

  friend bool operator==(const FeedbackEntry&, const FeedbackEntry&) = default;
};

// FeedbackMessage is what was read of a message. `dialect` is the newest one that occurs in it.
struct FeedbackMessage {
  FeedbackDialect dialect = FeedbackDialect::kSctFeedback;
  std::vector<FeedbackEntry> entries;  // at most kMaxFeedbackEntries
  SkipCounts skips;                    // one for each SCT or entry that was left out
};

// DecodeFeedback reads a message of any dialect: base64 of DER or PEM, an SCT alone or a list of
// them, told apart by their form, since I1 to I5 did not agree. An entry is left out, and counted,
// when its chain can't be read, when it has none (but in CT0, where a site knows its own), or when
// no SCT of it can be read. Fails only for a body that is no such message: as DecodeHeads, with the
// bound `max_size` (kMaxFeedbackSize, or kMaxCollectedFeedbackSize).
[[nodiscard]] Result<FeedbackMessage> DecodeFeedback(Bytes body, std::size_t max_size);

// EncodeFeedback writes a message that DecodeFeedback reads. kEntry has room for one SCT, so an
// entry of more is written as several. Fails with kTooLarge beyond the bounds of DecodeFeedback,
// with kInvalidArgument for an entry that no message can hold.
[[nodiscard]] Result<std::string> EncodeFeedback(FeedbackDialect dialect,
                                                 std::span<const FeedbackEntry> entries,
                                                 std::size_t max_size);

// SplitSctData takes what stood in base64 apart: a SerializedSCT, or a
// SignedCertificateTimestampList of them. Both may begin with a zero byte, so each is tried as a
// whole; a list wins if all its items are SCTs. Fails as DecodeSct and SplitSctList. Borrows from
// `data`.
[[nodiscard]] Result<std::vector<Bytes>> SplitSctData(Bytes data);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_FEEDBACK_H_
