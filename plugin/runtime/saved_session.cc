// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/saved_session.h"

#include <utility>

#include "core/base/reader.h"
#include "core/base/writer.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

constexpr std::uint8_t kSavedSessionVersion = 1;

// ReportFlags
constexpr unsigned kIssuerMismatch = 1;
constexpr unsigned kHasRfc9162 = 2;

// SctFlags
constexpr unsigned kHasLogId = 1;
constexpr unsigned kHasLeafIndex = 2;
constexpr unsigned kHasError = 4;
constexpr unsigned kOutsideInterval = 8;

// Flag is `flag` if it is to be set.
unsigned Flag(bool is_set, unsigned flag) {
  return is_set ? flag : 0U;
}

// FieldOf stands in for the name of the field, which cannot cross: it says what had the error.
const char* FieldOf(SctStatus status) {
  return status == SctStatus::kNotChecked || status == SctStatus::kBadSignature ? "issuer" : "sct";
}

// HasError: an Error that nobody set says nothing.
bool HasError(const Error& error) {
  return error.code != Errc::kInternal || *error.field != '\0';
}

// struct {
//   SctSource source;               -- uint8, as in core/verify/report.h
//   SctStatus status;               -- uint8, as there
//   uint8 flags;                    -- has_log_id(1), has_leaf_index(2), has_error(4),
//                                      outside_interval(8)
//   uint64 timestamp;
//   select (has_log_id)     { case 1: LogID log_id; };
//   select (has_leaf_index) { case 1: LeafIndex leaf_index; };    -- uint40
//   select (has_error)      { case 1: uint16 error; };            -- Errc
// } SavedSct;
void WriteSct(ByteWriter& writer, const SctFacts& sct) {
  const unsigned flags =
      Flag(sct.log_id.has_value(), kHasLogId) | Flag(sct.leaf_index.has_value(), kHasLeafIndex) |
      Flag(HasError(sct.error), kHasError) | Flag(sct.outside_interval, kOutsideInterval);
  writer.WriteUint8(static_cast<std::uint8_t>(sct.source));
  writer.WriteUint8(static_cast<std::uint8_t>(sct.status));
  writer.WriteUint8(static_cast<std::uint8_t>(flags));
  writer.WriteUint64(sct.timestamp_ms);
  if (sct.log_id) {
    writer.WriteBytes(*sct.log_id);
  }
  if (sct.leaf_index) {
    writer.WriteUint40(*sct.leaf_index);
  }
  if (HasError(sct.error)) {
    writer.WriteUint16(static_cast<std::uint16_t>(sct.error.code));
  }
}

// AgreesWithList says whether Verify could have come to this status with this list.
bool AgreesWithList(const SctFacts& sct) {
  switch (sct.status) {
    case SctStatus::kMalformed:
    case SctStatus::kUnsupportedVersion:
      return true;
    case SctStatus::kUnknownLog:
      return sct.log == nullptr && sct.denied == nullptr;
    case SctStatus::kDeniedLog:
      return sct.denied != nullptr;
    case SctStatus::kNotChecked:
      return !sct.log_id || (sct.log != nullptr && sct.denied == nullptr);
    case SctStatus::kValid:
    case SctStatus::kInFuture:
    case SctStatus::kWrongAlgorithm:
    case SctStatus::kBadSignature:
      break;
  }
  return sct.log != nullptr && sct.denied == nullptr;
}

Result<void> ReadError(ByteReader& reader, SctFacts& sct) {
  const std::size_t offset = reader.offset();
  std::uint16_t number = 0;
  if (!reader.ReadUint16(number)) {
    return Fail(Errc::kTruncated, "saved_session.sct.error", offset);
  }
  sct.error = {static_cast<Errc>(number), 0, FieldOf(sct.status)};
  if (ErrcName(sct.error.code) == "unknown") {
    return Fail(Errc::kOutOfRange, "saved_session.sct.error", offset);
  }
  return {};
}

Result<SctFacts> ReadSct(ByteReader& reader, const LogList& logs) {
  const std::size_t offset = reader.offset();
  SctFacts sct;
  std::uint8_t source = 0;
  std::uint8_t status = 0;
  std::uint8_t flags = 0;
  if (!reader.ReadUint8(source) || !reader.ReadUint8(status) || !reader.ReadUint8(flags) ||
      !reader.ReadUint64(sct.timestamp_ms)) {
    return Fail(Errc::kTruncated, "saved_session.sct", reader.offset());
  }
  sct.source = static_cast<SctSource>(source);
  sct.status = static_cast<SctStatus>(status);
  if (SctSourceName(sct.source) == "unknown" || SctStatusName(sct.status) == "unknown" ||
      flags > (kHasLogId | kHasLeafIndex | kHasError | kOutsideInterval)) {
    return Fail(Errc::kOutOfRange, "saved_session.sct", offset);
  }
  sct.outside_interval = (flags & kOutsideInterval) != 0;
  if ((flags & kHasLogId) != 0) {
    if (!reader.ReadArray(sct.log_id.emplace())) {
      return Fail(Errc::kTruncated, "saved_session.sct.log_id", reader.offset());
    }
    sct.log = logs.Find(*sct.log_id);
    sct.denied = logs.FindDenied(*sct.log_id);
  }
  if ((flags & kHasLeafIndex) != 0 && !reader.ReadUint40(sct.leaf_index.emplace())) {
    return Fail(Errc::kTruncated, "saved_session.sct.leaf_index", reader.offset());
  }
  if ((flags & kHasError) != 0) {
    if (const Result<void> error = ReadError(reader, sct); !error) {
      return tl::unexpected(error.error());
    }
  }
  if (!AgreesWithList(sct)) {
    return Fail(Errc::kMismatch, "saved_session.sct", offset);
  }
  return sct;
}

// struct {
//   uint64 not_before;
//   uint64 not_after;
//   uint8 flags;                    -- issuer_mismatch(1), has_rfc9162(2)
//   uint8 num_scts;                 -- at most 64
//   SavedSct scts[num_scts];
// } SavedReport;
void WriteReport(ByteWriter& writer, const Report& report) {
  const unsigned flags =
      Flag(report.issuer_mismatch, kIssuerMismatch) | Flag(report.has_rfc9162, kHasRfc9162);
  writer.WriteUint64(report.not_before_ms);
  writer.WriteUint64(report.not_after_ms);
  writer.WriteUint8(static_cast<std::uint8_t>(flags));
  writer.WriteUint8(static_cast<std::uint8_t>(report.scts.size()));
  for (const SctFacts& sct : report.scts) {
    WriteSct(writer, sct);
  }
}

Result<Report> ReadReport(ByteReader& reader, const LogList& logs) {
  const std::size_t offset = reader.offset();
  Report report;
  std::uint8_t flags = 0;
  std::uint8_t num_scts = 0;
  if (!reader.ReadUint64(report.not_before_ms) || !reader.ReadUint64(report.not_after_ms) ||
      !reader.ReadUint8(flags) || !reader.ReadUint8(num_scts)) {
    return Fail(Errc::kTruncated, "saved_session.report", reader.offset());
  }
  if (flags > (kIssuerMismatch | kHasRfc9162)) {
    return Fail(Errc::kOutOfRange, "saved_session.report", offset);
  }
  if (num_scts > kMaxSavedScts) {
    return Fail(Errc::kTooLarge, "saved_session.report.scts", offset);
  }
  report.issuer_mismatch = (flags & kIssuerMismatch) != 0;
  report.has_rfc9162 = (flags & kHasRfc9162) != 0;
  report.scts.reserve(num_scts);
  for (unsigned i = 0; i < num_scts; ++i) {
    const Result<SctFacts> sct = ReadSct(reader, logs);
    if (!sct) {
      return tl::unexpected(sct.error());
    }
    report.scts.push_back(*sct);
  }
  return report;
}

}  // namespace

std::optional<ByteVector> EncodeSavedSession(const SavedSession& saved) {
  // What was not found out is not worth remembering, and must not look as if it were.
  if (saved.scope == Scope::kUnknown ||
      (saved.scope == Scope::kPublic) != saved.report.has_value() ||
      (saved.report && saved.report->scts.size() > kMaxSavedScts)) {
    return std::nullopt;
  }
  ByteWriter writer;
  writer.WriteUint8(kSavedSessionVersion);
  writer.WriteBytes(saved.context);
  writer.WriteUint8(static_cast<std::uint8_t>(saved.scope));
  if (saved.report) {
    WriteReport(writer, *saved.report);
  }
  Result<ByteVector> bytes = writer.Finish();
  if (!bytes) {
    return std::nullopt;
  }
  return *std::move(bytes);
}

// struct {
//   uint8 version;                  -- 1
//   opaque context[16];
//   Scope scope;                    -- uint8, as in plugin/runtime/scope.h; not unknown(0)
//   select (scope) {
//     case public(1): SavedReport report;
//     default:        struct {};
//   };
// } SavedSession;
Result<SavedSession> DecodeSavedSession(Bytes bytes, const SavedContext& context,
                                        const LogList& logs) {
  ByteReader reader(bytes);
  SavedSession saved;
  std::uint8_t version = 0;
  if (!reader.ReadUint8(version)) {
    return Fail(Errc::kTruncated, "saved_session");
  }
  if (version != kSavedSessionVersion) {
    return Fail(Errc::kUnsupportedVersion, "saved_session.version");
  }
  if (!reader.ReadArray(saved.context)) {
    return Fail(Errc::kTruncated, "saved_session.context", reader.offset());
  }
  if (saved.context != context) {
    return Fail(Errc::kMismatch, "saved_session.context");
  }
  std::uint8_t scope = 0;
  if (!reader.ReadUint8(scope)) {
    return Fail(Errc::kTruncated, "saved_session.scope", reader.offset());
  }
  saved.scope = static_cast<Scope>(scope);
  if (saved.scope == Scope::kUnknown || saved.scope > Scope::kOff) {
    return Fail(Errc::kOutOfRange, "saved_session.scope");
  }
  if (saved.scope == Scope::kPublic) {
    Result<Report> report = ReadReport(reader, logs);
    if (!report) {
      return tl::unexpected(report.error());
    }
    saved.report = *std::move(report);
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "saved_session", reader.offset());
  }
  return saved;
}

}  // namespace tattle
