// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/line.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/pool/pool_fixture.h"

namespace tattle::line_test {
namespace {

using testlib::HeadOfSize;
using testlib::LogNumber;

PoolLine HeadRecord() {
  PooledHead head;
  head.log_id = LogNumber(1);
  head.sth = HeadOfSize(7, 2, 1000);
  head.source = HeadSource::kReply;
  head.state = HeadState::kConflicting;
  head.seen_ms = 2000;
  return head;
}

PoolLine SctRecord() {
  SctLine line;
  line.sct = {1, 2};
  line.is_precert = true;
  line.state = SctState::kNotIncluded;
  line.seen_ms = 5;
  line.chain = {{3}, {4, 5}};
  line.hosts = {"a.example", "b\".example"};
  return line;
}

PoolLine EvidenceRecord() {
  PooledEvidence evidence;
  evidence.claim_id = "c0ffee";
  evidence.kind = "split_view";
  evidence.log_id = LogNumber(3);
  evidence.is_conclusive = true;
  evidence.found_ms = 9;
  evidence.json = "{\"a\":1}\n";
  return evidence;
}

TEST(LineTest, WritesWhatTheReadmeSays) {
  EXPECT_EQ(EncodeLine(HeadRecord()),
            R"({"type":"head","log_id":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",)"
            R"("tree_size":7,"timestamp":1000,)"
            R"("sha256_root_hash":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=",)"
            R"("tree_head_signature":"BAMACDAGAgFVAgFE","source":"reply",)"
            R"("state":"conflicting","seen":2000})");
  EXPECT_EQ(EncodeLine(SctRecord()),
            R"({"type":"sct","sct":"AQI=","precert":true,"state":"not_included","seen":5,)"
            R"("chain":["Aw==","BAU="],"hosts":["a.example","b\".example"]})");
  EXPECT_EQ(EncodeLine(EvidenceRecord()),
            R"({"type":"evidence","claim_id":"c0ffee","kind":"split_view",)"
            R"("log_id":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=","conclusive":true,)"
            R"("found":9,"claim":"{\"a\":1}\n"})");
}

TEST(LineTest, ReadsWhatItWrites) {
  for (const PoolLine& line : {HeadRecord(), SctRecord(), EvidenceRecord()}) {
    const std::string text = EncodeLine(line);
    const Result<PoolLine> read = DecodeLine(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->index(), line.index());
    EXPECT_EQ(EncodeLine(*read), text);
  }
  const PooledHead head = std::get<PooledHead>(DecodeLine(EncodeLine(HeadRecord())).value());
  EXPECT_EQ(head.sth.head, HeadOfSize(7, 2, 1000).head);
  EXPECT_EQ(head.source, HeadSource::kReply);
}

TEST(LineTest, RefusesEveryPrefixAndEveryOtherWayToWriteIt) {
  for (const PoolLine& line : {HeadRecord(), SctRecord(), EvidenceRecord()}) {
    const std::string text = EncodeLine(line);
    for (std::size_t len = 0; len < text.size(); ++len) {
      EXPECT_FALSE(DecodeLine(text.substr(0, len))) << len;
    }
    EXPECT_EQ(DecodeLine(text + " ").error().code, Errc::kBadEncoding);
    EXPECT_EQ(DecodeLine(text.substr(0, text.size() - 1) + ",\"more\":1}").error().code,
              Errc::kBadEncoding);
  }
}

TEST(LineTest, RefusesWhatIsNoRecord) {
  const auto replaced = [](const PoolLine& line, const std::string& from, const std::string& to) {
    std::string text = EncodeLine(line);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  const struct {
    std::string line;
    Errc want;
  } cases[] = {
      {"{}", Errc::kMissing},
      {R"({"type":"tree"})", Errc::kUnsupportedFormat},
      {R"({"type":"head"})", Errc::kMissing},
      {replaced(HeadRecord(), "\"reply\"", "\"rumour\""), Errc::kMissing},
      {replaced(HeadRecord(), "AQEB", "AQ"), Errc::kBadLength},
      {replaced(HeadRecord(), ":7,", ":9223372036854775809,"), Errc::kOutOfRange},
      {replaced(SctRecord(), "\"Aw==\"", "7"), Errc::kBadEncoding},
      {replaced(SctRecord(), "a.example", std::string(256, 'a')), Errc::kBadLength},
      {replaced(SctRecord(), "true", "1"), Errc::kMissing},
      {replaced(EvidenceRecord(), "AwMD", "Aw"), Errc::kBadLength},
  };
  for (const auto& test : cases) {
    const Result<PoolLine> read = DecodeLine(test.line);
    ASSERT_FALSE(read) << test.line;
    EXPECT_EQ(read.error().code, test.want) << test.line;
  }
  SctLine long_chain;
  long_chain.chain.assign(33, {1});
  EXPECT_EQ(DecodeLine(EncodeLine(long_chain)).error().code, Errc::kTooLarge);
}

}  // namespace
}  // namespace tattle::line_test
