// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads and feedback as the bytes that a server keeps.

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/gossip/feedback_record.h"
#include "core/gossip/head_record.h"
#include "core/gossip/leaf_names.h"
#include "core/wire/canonical_signature.h"
#include "core/wire/sct.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::record_test {
namespace {

using gossip_testing::HeadOf;
using gossip_testing::kNowMs;
using gossip_testing::Unsigned;
using testlib::Join;
using testlib::TestCa;
using testlib::TestCertificateSpec;
using testlib::TestKey;
using testlib::TestLog;
using testlib::Uint;

TEST(HeadRecordTest, ReadsBackWhatItWrote) {
  const TestLog log("A", "Operator A");
  const GossipHead head = HeadOf(log, 7);
  const ByteVector record = EncodeHeadRecord(*head.log_id, head.sth).value();
  const GossipHead again = DecodeHeadRecord(record).value();
  EXPECT_EQ(again.log_id, head.log_id);
  EXPECT_EQ(again.sth.head, head.sth.head);
  EXPECT_EQ(again.sth.signature, head.sth.signature);
}

TEST(HeadRecordTest, HasItsPartsInTheirOrder) {
  GossipHead head = Unsigned(3, 0x0102);
  head.sth.head.sha256_root_hash.fill(9);
  const HeadKey key = HeadKeyOf(*head.log_id, head.sth.head);
  EXPECT_EQ(ToVector(key),
            Join({ByteVector(32, 3), Uint(0x0102, 8), ByteVector(32, 9), Uint(kNowMs, 8)}));
  const ByteVector record = EncodeHeadRecord(*head.log_id, head.sth).value();
  EXPECT_EQ(record, Join({ToVector(key), head.sth.signature}));
}

TEST(HeadRecordTest, RejectsEveryPrefixAndWhatFollows) {
  const GossipHead head = Unsigned(1, 7);
  ByteVector record = EncodeHeadRecord(*head.log_id, head.sth).value();
  for (std::size_t len = 0; len < record.size(); ++len) {
    EXPECT_EQ(DecodeHeadRecord(Bytes(record).first(len)).error().code, Errc::kTruncated) << len;
  }
  record.push_back(0);
  EXPECT_EQ(DecodeHeadRecord(record).error().code, Errc::kTrailingBytes);
}

TEST(HeadRecordTest, RejectsASizeThatNoTreeHas) {
  GossipHead head = Unsigned(1, kMaxTreeSize);
  EXPECT_TRUE(DecodeHeadRecord(EncodeHeadRecord(*head.log_id, head.sth).value()));
  head.sth.head.tree_size = kMaxTreeSize + 1;
  EXPECT_EQ(DecodeHeadRecord(EncodeHeadRecord(*head.log_id, head.sth).value()).error().code,
            Errc::kOutOfRange);
}

TEST(FeedbackRecordTest, ReadsBackWhatItWrote) {
  for (const FeedbackRecord& record :
       {FeedbackRecord{SctStatus::kValid, "a.example", {1, 2}, {3}, {4, 5, 6}},
        FeedbackRecord{SctStatus::kInFuture, "", {1}, {}, {2}}}) {
    EXPECT_EQ(DecodeFeedbackRecord(EncodeFeedbackRecord(record).value()), record);
  }
}

TEST(FeedbackRecordTest, RejectsEveryPrefixAndWhatFollows) {
  ByteVector bytes =
      EncodeFeedbackRecord({SctStatus::kValid, "a.example", {1, 2}, {3}, {4, 5, 6}}).value();
  for (std::size_t len = 0; len < bytes.size(); ++len) {
    EXPECT_EQ(DecodeFeedbackRecord(Bytes(bytes).first(len)).error().code, Errc::kTruncated) << len;
  }
  bytes.push_back(0);
  EXPECT_EQ(DecodeFeedbackRecord(bytes).error().code, Errc::kTrailingBytes);
}

TEST(FeedbackRecordTest, RejectsWhatIsNone) {
  EXPECT_EQ(EncodeFeedbackRecord({SctStatus::kValid, "", {}, {}, {1}}).error().code,
            Errc::kBadLength);
  EXPECT_EQ(EncodeFeedbackRecord({SctStatus::kValid, "", {1}, {}, {}}).error().code,
            Errc::kBadLength);
  EXPECT_EQ(
      EncodeFeedbackRecord({SctStatus::kValid, std::string(256, 'a'), {1}, {}, {1}}).error().code,
      Errc::kBadLength);
  ByteVector bytes = EncodeFeedbackRecord({SctStatus::kValid, "", {1}, {}, {1}}).value();
  bytes[0] = static_cast<std::uint8_t>(SctStatus::kInFuture) + 1;
  EXPECT_EQ(DecodeFeedbackRecord(bytes).error().code, Errc::kOutOfRange);
}

TEST(FeedbackRecordTest, IsAnEntryOfOneSct) {
  const FeedbackRecord record = {SctStatus::kValid, "a.example", {1, 2}, {3}, {4, 5, 6}};
  EXPECT_EQ(EntryOf(record), (FeedbackEntry{{{1, 2}, {3}}, {{4, 5, 6}}}));
  EXPECT_EQ(EntryOf({SctStatus::kValid, "", {1}, {}, {4}}), (FeedbackEntry{{{1}}, {{4}}}));
}

TEST(CanonicalSctTest, IsOneForASignatureAndItsTwin) {
  const TestLog log("A", "Operator A");
  const ByteVector leaf = {1, 2, 3};
  std::size_t num_changed = 0;
  for (std::uint64_t time = kNowMs; time < kNowMs + 16; ++time) {
    const ByteVector item = log.SignX509(leaf, time);
    const ByteVector canonical = CanonicalSct(item).value();
    EXPECT_EQ(CanonicalSct(canonical), canonical);
    const Sct sct = DecodeSct(canonical).value();
    const ByteVector signature =
        EncodeDigitallySigned(DecodeSct(item)->signature)
            .and_then([](const ByteVector& received) { return CanonicalSignature(received); })
            .value();
    EXPECT_EQ(EncodeDigitallySigned(sct.signature), signature);
    EXPECT_EQ(sct.timestamp_ms, time);
    num_changed += canonical == item ? 0 : 1;
  }
  EXPECT_GT(num_changed, 0U);  // half of all are the other twin
}

TEST(CanonicalSctTest, RefusesWhatHasNoSuchForm) {
  EXPECT_FALSE(CanonicalSct({}));
  EXPECT_EQ(CanonicalSct(gossip_testing::UnsignedSct(3)).error().code, Errc::kBadEncoding);
}

TEST(HostFinderRecordTest, TakesNamesAndWildcardsOfEitherSide) {
  const TestCa ca("CA");
  const auto leaf_of = [&](const std::string& name) {
    TestCertificateSpec spec;
    spec.common_name = name;
    return ca.Issue(TestKey::P256(), spec);
  };
  const std::vector<std::string> hosts = {"a.example", "*.b.example"};
  const HostFinder finder(hosts);
  for (const auto& [name, want] :
       std::vector<std::pair<std::string, const std::string*>>{{"a.example", &hosts[0]},
                                                               {"A.EXAMPLE", &hosts[0]},
                                                               {"*.example", &hosts[0]},
                                                               {"*.b.example", &hosts[1]},
                                                               {"c.b.example", &hosts[1]},
                                                               {"d.c.b.example", nullptr},
                                                               {"b.example", nullptr},
                                                               {"x.example.net", nullptr}}) {
    const ByteVector leaf = leaf_of(name);
    EXPECT_EQ(finder.Find(DecodeCertificate(leaf).value()), want) << name;
  }
  EXPECT_EQ(finder.Find(DecodeCertificate(ca.certificate()).value()), nullptr);
}

}  // namespace
}  // namespace tattle::record_test
