// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/saved_session.h"

#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include "plugin/runtime/bounds.h"
#include "tests/testlib/ct_log.h"

namespace tattle::saved_session_test {
namespace {

using testlib::Join;
using testlib::Uint;

constexpr std::uint64_t kStampMs = 1'790'000'000'000;
constexpr SavedContext kContext = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

LogId IdOf(std::uint8_t number) {
  LogId id;
  id.fill(number);
  return id;
}

// A log, a denied log, and one that is both, as when a list goes on naming it.
LogList TestList() {
  Log log;
  log.log_id = IdOf(1);
  Log both;
  both.log_id = IdOf(3);
  return testlib::ListOf({log, both}, {{IdOf(2), {}, "public"}, {IdOf(3), {}, "public"}});
}

SctFacts Sct(SctStatus status, std::optional<LogId> log_id) {
  SctFacts sct;
  sct.status = status;
  sct.log_id = log_id;
  sct.timestamp_ms = kStampMs;
  return sct;
}

SavedSession SessionWith(std::vector<SctFacts> scts) {
  SavedSession saved{kContext, Scope::kPublic, Report{}};
  saved.report->scts = std::move(scts);
  saved.report->not_before_ms = kStampMs - 1;
  saved.report->not_after_ms = kStampMs + 1;
  return saved;
}

// FullSession has every field that there is.
SavedSession FullSession() {
  SctFacts valid = Sct(SctStatus::kValid, IdOf(1));
  valid.leaf_index = (std::uint64_t{1} << 40U) - 1;
  valid.outside_interval = true;
  SctFacts malformed = Sct(SctStatus::kMalformed, std::nullopt);
  malformed.source = SctSource::kTls;
  malformed.error = {Errc::kTruncated, 7, "sct.extensions"};
  SctFacts bad = Sct(SctStatus::kBadSignature, IdOf(1));
  bad.source = SctSource::kOcsp;
  bad.error = {Errc::kMismatch, 0, "issuer"};
  SavedSession saved =
      SessionWith({valid, malformed, bad, Sct(SctStatus::kUnknownLog, IdOf(9)),
                   Sct(SctStatus::kDeniedLog, IdOf(2)), Sct(SctStatus::kDeniedLog, IdOf(3))});
  saved.report->issuer_mismatch = true;
  saved.report->has_rfc9162 = true;
  return saved;
}

// OneSct is a saved session of one SCT, put together by hand.
ByteVector OneSct(const ByteVector& sct) {
  return Join({{1},
               ByteVector(kContext.begin(), kContext.end()),
               {1 /* public */},
               Uint(kStampMs - 1, 8),
               Uint(kStampMs + 1, 8),
               {0 /* flags */, 1 /* SCTs */},
               sct});
}

Errc CodeOf(Bytes bytes) {
  const LogList logs = TestList();
  const Result<SavedSession> saved = DecodeSavedSession(bytes, kContext, logs);
  EXPECT_FALSE(saved);
  return saved ? Errc::kInternal : saved.error().code;
}

TEST(SavedSessionTest, BringsBackEveryFact) {
  const LogList logs = TestList();
  const SavedSession before = FullSession();
  const ByteVector bytes = EncodeSavedSession(before).value();
  const Result<SavedSession> after = DecodeSavedSession(bytes, kContext, logs);
  ASSERT_TRUE(after) << Describe(after.error());
  EXPECT_EQ(after->context, kContext);
  EXPECT_EQ(after->scope, Scope::kPublic);
  ASSERT_TRUE(after->report);
  EXPECT_EQ(after->report->not_before_ms, before.report->not_before_ms);
  EXPECT_EQ(after->report->not_after_ms, before.report->not_after_ms);
  EXPECT_TRUE(after->report->issuer_mismatch);
  EXPECT_TRUE(after->report->has_rfc9162);
  ASSERT_EQ(after->report->scts.size(), before.report->scts.size());
  for (std::size_t i = 0; i < before.report->scts.size(); ++i) {
    const SctFacts& a = before.report->scts.at(i);
    const SctFacts& b = after->report->scts.at(i);
    EXPECT_EQ(a.source, b.source);
    EXPECT_EQ(a.status, b.status);
    EXPECT_EQ(a.error.code, b.error.code);
    EXPECT_EQ(a.log_id, b.log_id);
    EXPECT_EQ(a.timestamp_ms, b.timestamp_ms);
    EXPECT_EQ(a.leaf_index, b.leaf_index);
    EXPECT_EQ(a.outside_interval, b.outside_interval);
    EXPECT_EQ(b.log, b.log_id ? logs.Find(*b.log_id) : nullptr);
    EXPECT_EQ(b.denied, b.log_id ? logs.FindDenied(*b.log_id) : nullptr);
  }
  EXPECT_EQ(EncodeSavedSession(*after), bytes);
}

TEST(SavedSessionTest, SaysTheSameOfAnSctAsBefore) {
  const LogList logs = TestList();
  for (const Errc code : {Errc::kMissing, Errc::kTooLarge}) {
    SctFacts sct = Sct(SctStatus::kNotChecked, IdOf(1));
    sct.error = {code, 0, "issuer"};
    const ByteVector bytes = EncodeSavedSession(SessionWith({sct})).value();
    const Result<SavedSession> after = DecodeSavedSession(bytes, kContext, logs);
    ASSERT_TRUE(after);
    EXPECT_EQ(DescribeSct(after->report->scts.at(0)), DescribeSct(sct));
  }
  SctFacts malformed = Sct(SctStatus::kMalformed, std::nullopt);
  malformed.error = {Errc::kTrailingBytes, 9, "sct"};
  const ByteVector bytes = EncodeSavedSession(SessionWith({malformed})).value();
  const Result<SavedSession> after = DecodeSavedSession(bytes, kContext, logs);
  ASSERT_TRUE(after);
  EXPECT_EQ(DescribeSct(after->report->scts.at(0)), "sct: bytes left over");
}

TEST(SavedSessionTest, RemembersWhyNothingWasJudged) {
  const LogList logs = TestList();
  for (const Scope scope : {Scope::kPrivate, Scope::kExemptHost, Scope::kExemptSpki, Scope::kDane,
                            Scope::kChainNotValid, Scope::kNoCertificate, Scope::kOff}) {
    const ByteVector bytes = EncodeSavedSession({kContext, scope, std::nullopt}).value();
    EXPECT_EQ(bytes.size(), 18U);
    const Result<SavedSession> after = DecodeSavedSession(bytes, kContext, logs);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->scope, scope);
    EXPECT_FALSE(after->report);
  }
}

TEST(SavedSessionTest, RemembersNothingThatWasNotFoundOut) {
  EXPECT_EQ(EncodeSavedSession({kContext, Scope::kUnknown, std::nullopt}), std::nullopt);
  EXPECT_EQ(EncodeSavedSession({kContext, Scope::kPublic, std::nullopt}), std::nullopt);
  EXPECT_EQ(EncodeSavedSession({kContext, Scope::kPrivate, Report{}}), std::nullopt);
}

TEST(SavedSessionTest, RemembersSoManySctsAndNoMore) {
  std::vector<SctFacts> scts(kMaxSavedScts, Sct(SctStatus::kValid, IdOf(1)));
  EXPECT_TRUE(EncodeSavedSession(SessionWith(scts)));
  scts.push_back(scts.front());
  EXPECT_FALSE(EncodeSavedSession(SessionWith(scts)));
  scts.clear();
  EXPECT_TRUE(EncodeSavedSession(SessionWith(scts)));
}

TEST(SavedSessionTest, IsNotSavedWhereAnIndexDoesNotFit) {
  SctFacts sct = Sct(SctStatus::kValid, IdOf(1));
  sct.leaf_index = std::uint64_t{1} << 40U;
  EXPECT_FALSE(EncodeSavedSession(SessionWith({sct})));
}

TEST(SavedSessionTest, StaysSmall) {
  const std::vector<SctFacts> scts(3, Sct(SctStatus::kValid, IdOf(1)));
  EXPECT_EQ(EncodeSavedSession(SessionWith(scts))->size(), 36U + 3 * 43);
}

TEST(DecodeSavedSessionTest, RefusesEveryPrefix) {
  for (const SavedSession& saved :
       {FullSession(), SavedSession{kContext, Scope::kDane, std::nullopt}}) {
    const ByteVector bytes = EncodeSavedSession(saved).value();
    for (std::size_t len = 0; len < bytes.size(); ++len) {
      EXPECT_EQ(CodeOf(Bytes(bytes).first(len)), Errc::kTruncated) << len;
    }
  }
}

TEST(DecodeSavedSessionTest, RefusesEveryTrailingByte) {
  for (const SavedSession& saved :
       {FullSession(), SavedSession{kContext, Scope::kDane, std::nullopt}}) {
    ByteVector bytes = EncodeSavedSession(saved).value();
    bytes.push_back(0);
    for (unsigned byte = 0; byte < 256; ++byte) {
      bytes.back() = static_cast<std::uint8_t>(byte);
      EXPECT_EQ(CodeOf(bytes), Errc::kTrailingBytes) << byte;
    }
  }
}

TEST(DecodeSavedSessionTest, RefusesEveryOtherVersion) {
  ByteVector bytes = EncodeSavedSession(FullSession()).value();
  for (unsigned version = 0; version < 256; ++version) {
    bytes.front() = static_cast<std::uint8_t>(version);
    if (version != 1) {
      EXPECT_EQ(CodeOf(bytes), Errc::kUnsupportedVersion) << version;
    }
  }
}

TEST(DecodeSavedSessionTest, RefusesEveryOtherContext) {
  const ByteVector bytes = EncodeSavedSession(FullSession()).value();
  const LogList logs = TestList();
  for (std::size_t bit = 0; bit < 8 * kContext.size(); ++bit) {
    SavedContext context = kContext;
    context.at(bit / 8) ^= static_cast<std::uint8_t>(1U << bit % 8);
    const Result<SavedSession> saved = DecodeSavedSession(bytes, context, logs);
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, Errc::kMismatch);
  }
}

TEST(DecodeSavedSessionTest, RefusesWhatItDoesNotKnow) {
  const ByteVector id(32, 1);
  const ByteVector stamp = Uint(kStampMs, 8);
  const LogList logs = TestList();
  ASSERT_TRUE(DecodeSavedSession(OneSct(Join({{1, 1, 1}, stamp, id})), kContext, logs));
  ByteVector scope_0 = EncodeSavedSession({kContext, Scope::kDane, std::nullopt}).value();
  ByteVector scope_9 = scope_0;
  scope_0.back() = 0;
  scope_9.back() = 9;
  ByteVector report_flags = OneSct(Join({{1, 1, 1}, stamp, id}));
  report_flags.at(34) = 4;
  ByteVector num_scts = OneSct({});
  num_scts.at(35) = 65;
  const std::tuple<const char*, ByteVector, Errc> cases[] = {
      {"scope_unknown", scope_0, Errc::kOutOfRange},
      {"scope_9", scope_9, Errc::kOutOfRange},
      {"report_flag", report_flags, Errc::kOutOfRange},
      {"65_scts", num_scts, Errc::kTooLarge},
      {"source_0", OneSct(Join({{0, 1, 1}, stamp, id})), Errc::kOutOfRange},
      {"source_4", OneSct(Join({{4, 1, 1}, stamp, id})), Errc::kOutOfRange},
      {"status_9", OneSct(Join({{1, 9, 1}, stamp, id})), Errc::kOutOfRange},
      {"status_255", OneSct(Join({{1, 255, 1}, stamp, id})), Errc::kOutOfRange},
      {"sct_flag", OneSct(Join({{1, 1, 17}, stamp, id})), Errc::kOutOfRange},
      {"error_0", OneSct(Join({{1, 1, 5}, stamp, id, {0, 0}})), Errc::kOutOfRange},
      {"error_unknown", OneSct(Join({{1, 1, 5}, stamp, id, {1, 0x10}})), Errc::kOutOfRange},
  };
  for (const auto& [name, bytes, want] : cases) {
    EXPECT_EQ(CodeOf(bytes), want) << name;
  }
}

TEST(DecodeSavedSessionTest, NeverBelievesAStatusThatTheListContradicts) {
  // Which status may stand with an id of none, 1 (log), 2 (denied), 3 (both), 9 (unknown).
  const std::tuple<SctStatus, std::vector<int>> cases[] = {
      {SctStatus::kNotChecked, {0, 1}},
      {SctStatus::kValid, {1}},
      {SctStatus::kMalformed, {0, 1, 2, 3, 9}},
      {SctStatus::kUnsupportedVersion, {0, 1, 2, 3, 9}},
      {SctStatus::kUnknownLog, {0, 9}},
      {SctStatus::kDeniedLog, {2, 3}},
      {SctStatus::kWrongAlgorithm, {1}},
      {SctStatus::kBadSignature, {1}},
      {SctStatus::kInFuture, {1}},
  };
  const LogList logs = TestList();
  for (const auto& [status, want] : cases) {
    std::vector<int> accepted;
    for (const int number : {0, 1, 2, 3, 9}) {
      const auto id =
          number == 0 ? std::nullopt : std::optional(IdOf(static_cast<std::uint8_t>(number)));
      const ByteVector bytes = EncodeSavedSession(SessionWith({Sct(status, id)})).value();
      const Result<SavedSession> saved = DecodeSavedSession(bytes, kContext, logs);
      if (saved) {
        accepted.push_back(number);
      } else {
        EXPECT_EQ(saved.error().code, Errc::kMismatch);
      }
    }
    EXPECT_EQ(accepted, want) << SctStatusName(status);
  }
}

}  // namespace
}  // namespace tattle::saved_session_test
