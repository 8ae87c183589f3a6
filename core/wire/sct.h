// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Signed Certificate Timestamps and the lists they come in (RFC 6962, Sections 3.2 and 3.3).

#ifndef TATTLE_CORE_WIRE_SCT_H_
#define TATTLE_CORE_WIRE_SCT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/wire/digitally_signed.h"

namespace tattle {

// Sct is one v1 SCT. Spans borrow from the bytes given to DecodeSct.
struct Sct {
  LogId log_id = {};
  std::uint64_t timestamp_ms = 0;
  Bytes extensions;                         // CtExtensions as received, since they are signed
  std::optional<std::uint64_t> leaf_index;  // static-ct-api, SCT Extension
  DigitallySigned signature;
};

// SplitSctList cuts a SignedCertificateTimestampList into its SerializedSCTs, which borrow from
// `list` and are each decoded on their own; an empty one is left for DecodeSct to refuse, so that
// it spoils no other. Fails with kTruncated, kTrailingBytes, kBadLength for a list of no items, or
// kTooLarge beyond kMaxSctsPerSource.
Result<std::vector<Bytes>> SplitSctList(Bytes list);

// EncodeSctList joins SerializedSCTs (RFC 6962, Section 3.3). Fails with kBadLength where they do
// not fit.
Result<ByteVector> EncodeSctList(std::span<const ByteVector> scts);

// DecodeSct reads one SerializedSCT and nothing behind it. Fails with kUnsupportedVersion for a
// version other than v1, of which nothing else is read; with kBadLength for an empty item,
// kTruncated, kTrailingBytes; and as DecodeCtExtensions does.
Result<Sct> DecodeSct(Bytes item);

// EncodeSct writes what DecodeSct reads; `leaf_index` is not looked at, only `extensions`.
Result<ByteVector> EncodeSct(const Sct& sct);

// CtExtensions is what static-ct-api gives a meaning to in the extensions field.
struct CtExtensions {
  std::optional<std::uint64_t> leaf_index;  // 40 bits
};

// DecodeCtExtensions reads the extensions field. Unknown extensions are skipped. Fails with
// kTruncated for what is no list of extensions, with kDuplicate when a type stands twice, with
// kBadLength when leaf_index is not of five bytes.
Result<CtExtensions> DecodeCtExtensions(Bytes extensions);

// EncodeCtExtensions writes the extensions field of a static-ct log. Fails with kBadLength when
// leaf_index needs more than 40 bits.
Result<ByteVector> EncodeCtExtensions(const CtExtensions& extensions);

}  // namespace tattle

#endif  // TATTLE_CORE_WIRE_SCT_H_
